package import DriveIO
import Synchronization

/// The disk under an ``InMemoryDrive``: what was written and what was synced, and the faults to come.
///
/// It survives the drive's process: `crash` keeps what was synced, and `open` finds it.
package final class InMemoryDriveMedium: Sendable {
    package let path: String
    let state: Mutex<State>

    /// The steps that can fail one by one, and that a test can watch.
    package enum Step: Hashable, Sendable {
        case identity
        case setIdentity
        case lock
        case mount
        case checkPlace
        case space
        case create
        case append
        case syncFile
        /// A finished shard gets its name.
        case name
        case syncDirectory
        case open
        case read
        /// A read past the page cache.
        case inspect
        case remove
        case quarantine
        case list
    }

    /// Steps that fail.
    package struct Fault: Sendable {
        package var step: Step
        /// This many such steps go well before.
        package var skip: Int
        /// This many fail; nil for all.
        package var count: Int?
        package var error: DriveError
        /// What became of the step all the same.
        package var happens: Bool

        package init(
            _ step: Step, skip: Int = 0, count: Int? = 1, happens: Bool = false,
            error: DriveError = DriveError(.inputOutput, "injected", errorNumber: 5)
        ) {
            self.step = step
            self.skip = skip
            self.count = count
            self.happens = happens
            self.error = error
        }
    }

    /// A file is itself, whatever directory names it.
    final class File: Sendable {
        struct Content {
            var written: [UInt8] = []
            /// As of the last sync that succeeded.
            var durable: [UInt8] = []
            /// Bits flipped on the disk, of which the page cache knows nothing.
            var flipped: [Int: UInt8] = [:]

            /// Of what was in memory nothing is left.
            mutating func restart() {
                written = durable
                written = onDisk
                durable = written
                flipped = [:]
            }

            var onDisk: [UInt8] {
                var bytes = written
                for (offset, mask) in flipped where bytes.indices.contains(offset) { bytes[offset] ^= mask }
                return bytes
            }
        }

        let content = Mutex(Content())

        fileprivate func copyOfDurable() -> File {
            let copy = File()
            let content = content.withLock { $0 }
            copy.content.withLock { copy in
                copy = content
                copy.restart()
            }
            return copy
        }
    }

    /// Directory entries.
    struct Directory {
        var identity: [UInt8]?
        /// Changes with every identity written, as an inode number does.
        var identityPlace: UInt64 = 0
        var shards: [ShardName: File] = [:]
        var quarantine: [ShardName: File] = [:]
    }

    struct State {
        /// More than any test writes.
        static let endless: UInt64 = 1 << 40
        var isEndless: Bool { capacity == Self.endless }

        var written = Directory()
        var durable = Directory()
        var incoming: [ObjectIdentifier: File] = [:]
        /// Handles made before this many crashes are dead.
        var crashCount = 0
        var lockHolder: ObjectIdentifier?
        var mount: MountState
        /// Nothing is mounted: an empty directory takes the place of all of it.
        var isUnmounted = false
        var placeCount: UInt64 = 0
        var capacity = Self.endless
        var isCached = true
        var forgivesFailedSyncs = false
        var faults: [Fault] = []
        var observer: (@Sendable (Step) -> Void)?
        var quarantineIndex: (@Sendable () -> Bool)?
    }

    package init(path: String, mount: MountState = MountState(isMountPoint: true, device: 1)) {
        self.path = path
        state = Mutex(State(mount: mount))
    }

    /// A handle, as a process has it. Several may be open; one of them has the lock.
    package func open() -> InMemoryDrive {
        InMemoryDrive(medium: self, session: state.withLock { $0.crashCount })
    }

    /// Another disk with what a crash would leave on this one.
    package func copy() -> InMemoryDriveMedium {
        let (durable, mount, placeCount) = state.withLock { ($0.durable, $0.mount, $0.placeCount) }
        let copy = InMemoryDriveMedium(path: path, mount: mount)
        copy.state.withLock { state in
            state.durable = durable
            state.durable.shards = durable.shards.mapValues { $0.copyOfDurable() }
            state.durable.quarantine = durable.quarantine.mapValues { $0.copyOfDurable() }
            state.written = state.durable
            state.placeCount = placeCount
        }
        return copy
    }

    // MARK: Crashes

    /// The process ends: handles are dead, the lock is free, and of what was not synced nothing is left.
    package func crash() {
        state.withLock { state in
            state.endProcess()
            state.written = state.durable
            for file in state.durable.files { file.content.withLock { $0.restart() } }
        }
    }

    /// The same, but of what was not synced some reached the disk: entries at random, and any length of a file.
    package func crash(using generator: inout some RandomNumberGenerator) {
        state.withLock { state in
            state.endProcess()
            for name in Set(state.written.shards.keys).union(state.durable.shards.keys).sorted()
            where Bool.random(using: &generator) {
                state.durable.shards[name] = state.written.shards[name]
            }
            if Bool.random(using: &generator) {
                state.durable.identity = state.written.identity
                state.durable.identityPlace = state.written.identityPlace
            }
            state.written = state.durable
            for file in state.durable.files {
                file.content.withLock { content in
                    let longest = max(content.written.count, content.durable.count)
                    let count = Int.random(in: min(content.durable.count, longest)...longest, using: &generator)
                    content.written = content.durable + content.written.prefix(count).dropFirst(content.durable.count)
                    content.durable = content.written
                    content.restart()
                }
            }
        }
    }

    // MARK: Damage

    /// Takes away all files, behind the back of those who have them open.
    package func wipe() {
        state.withLock { state in
            state.written = Directory()
            state.durable = Directory()
            // Their names are gone: they can be written to and never finished.
            state.incoming = [:]
        }
    }

    /// Leaves an empty directory in place of the file system, or brings it back.
    package func setUnmounted(_ isUnmounted: Bool) {
        state.withLock { $0.isUnmounted = isUnmounted }
    }

    /// Flips bits of a byte.
    ///
    /// - Returns: whether there is such a byte.
    @discardableResult
    package func rot(_ name: ShardName, at offset: Int, mask: UInt8 = 0x01) -> Bool {
        guard let file = state.withLock({ $0.written.shards[name] }) else { return false }
        return file.content.withLock { content in
            guard content.written.indices.contains(offset) else { return false }
            content.written[offset] ^= mask
            content.durable = content.written
            return true
        }
    }

    /// Damages `magstore.json`, or takes it away.
    package func replaceIdentity(_ bytes: [UInt8]?) {
        state.withLock { state in
            state.placeCount += 1
            state.written.identity = bytes
            state.written.identityPlace = state.placeCount
            state.durable.identity = bytes
            state.durable.identityPlace = state.placeCount
        }
    }

    /// Flips bits of a byte on the disk only: the page cache still has what was written, until the power fails.
    @discardableResult
    package func rotOnDisk(_ name: ShardName, at offset: Int, mask: UInt8 = 0x01) -> Bool {
        guard let file = state.withLock({ $0.written.shards[name] }) else { return false }
        return file.content.withLock { content in
            guard content.written.indices.contains(offset) else { return false }
            content.flipped[offset, default: 0] ^= mask
            return true
        }
    }

    package func truncate(_ name: ShardName, to byteCount: Int) {
        state.withLock { $0.written.shards[name] }?.content.withLock { content in
            content.written = Array(content.written.prefix(byteCount))
            content.durable = content.written
        }
    }

    package func lose(_ name: ShardName) {
        state.withLock { state in
            state.written.shards[name] = nil
            state.durable.shards[name] = nil
        }
    }

    // MARK: Faults

    /// Faults for the same step come one after the other.
    package func inject(_ fault: Fault) {
        state.withLock { $0.faults.append(fault) }
    }

    package func clearFaults() {
        state.withLock { $0.faults = [] }
    }

    /// As a file system does: a sync that is tried again succeeds, and what the first one lost stays lost. Takes away
    /// the safety of ``Drive`` against it.
    package func forgiveFailedSyncs() {
        state.withLock { $0.forgivesFailedSyncs = true }
    }

    package func setCapacity(_ byteCount: UInt64) {
        state.withLock { $0.capacity = byteCount }
    }

    package func setMount(_ mount: MountState) {
        state.withLock { $0.mount = mount }
    }

    /// Whether `readCached` answers.
    package func setCached(_ isCached: Bool) {
        state.withLock { $0.isCached = isCached }
    }

    /// What `quarantineIndex` does to the index beside the drive; answers whether there was one.
    package func setQuarantineIndex(_ move: @escaping @Sendable () -> Bool) {
        state.withLock { $0.quarantineIndex = move }
    }

    /// Hears of every step as it begins, in order. Must not call the medium.
    package func observe(_ observer: @escaping @Sendable (Step) -> Void) {
        state.withLock { $0.observer = observer }
    }

    // MARK: What a test sees

    /// Shards that a crash would leave, with their bytes.
    package var durableShards: [ShardName: [UInt8]] {
        state.withLock { $0.durable.shards }.mapValues { $0.content.withLock { $0.durable } }
    }

    package var durableIdentity: [UInt8]? { state.withLock { $0.durable.identity } }
    package var quarantined: [ShardName] { state.withLock { $0.written.quarantine.keys.sorted() } }
    package var isLocked: Bool { state.withLock { $0.lockHolder != nil } }
    /// Shards begun and neither finished nor discarded.
    package var incomingCount: Int { state.withLock { $0.incoming.count } }
}

extension InMemoryDriveMedium.Directory {
    var files: [InMemoryDriveMedium.File] { Array(shards.values) + quarantine.values }
}

extension InMemoryDriveMedium.State {
    mutating func endProcess() {
        crashCount += 1
        lockHolder = nil
        incoming = [:]
    }

    /// The directory as a path finds it.
    var visible: InMemoryDriveMedium.Directory { isUnmounted ? InMemoryDriveMedium.Directory() : written }

    /// Bytes in use.
    var used: UInt64 {
        var counted: Set<ObjectIdentifier> = []
        return (visible.files + incoming.values).reduce(0) { sum, file in
            // A file with two names takes its room once.
            counted.insert(ObjectIdentifier(file)).inserted
                ? sum + file.content.withLock { UInt64($0.written.count) } : sum
        }
    }

    /// Begins a step.
    ///
    /// - Returns: the error to throw once the step has happened, if it is to happen.
    mutating func begin(_ step: InMemoryDriveMedium.Step) throws(DriveError) -> DriveError? {
        observer?(step)
        guard let index = faults.firstIndex(where: { $0.step == step }) else { return nil }
        if faults[index].skip > 0 {
            faults[index].skip -= 1
            return nil
        }
        let fault = faults[index]
        if let count = fault.count {
            if count <= 1 { faults.remove(at: index) } else { faults[index].count = count - 1 }
        }
        if !fault.happens { throw fault.error }
        return fault.error
    }
}
