import Synchronization

/// One thing that is not as it should be.
package struct DoctorFinding: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A drive that is not here, or is not what it should be.
        case drive
        /// An index that does not open, is damaged, or is not at the state of its peers.
        case index
        /// A row that differs between drives, or that contradicts another.
        case row
        /// A shard or copy that is not there or does not match its checksums.
        case shard
        /// Something that nothing names.
        case orphan
        /// A usage counter that is not what a recount gives.
        case counter
    }

    package let kind: Kind
    /// A drive's path, or a set's name.
    package let place: String
    package let text: String
}

/// What was looked at.
package struct DoctorSummary: Hashable, Sendable {
    package var sets = 0
    package var drives = 0
    package var objects: UInt64 = 0
    package var rows = 0
    package var shards = 0
    /// Bytes of shards whose checksums were computed.
    package var shardBytes: UInt64 = 0
    package var findings = 0

    mutating func add(_ other: DoctorSummary) {
        sets += other.sets
        drives += other.drives
        objects += other.objects
        rows += other.rows
        shards += other.shards
        shardBytes += other.shardBytes
    }

    /// Something was looked at, and nothing was wrong.
    package var isClean: Bool { findings == 0 && drives > 0 }
}

/// Passes findings on, one at a time, and counts them.
final class FindingLog: Sendable {
    private let number = Mutex(0)
    private let report: @Sendable (DoctorFinding) -> Void

    init(_ report: @escaping @Sendable (DoctorFinding) -> Void) {
        self.report = report
    }

    var count: Int { number.withLock { $0 } }

    func add(_ kind: DoctorFinding.Kind, _ place: String, _ text: String) {
        number.withLock { number in
            number += 1
            report(DoctorFinding(kind: kind, place: place, text: text))
        }
    }
}
