/// The numbers of an erasure set, from which every rule of commit and start follows.
package struct SetShape: Hashable, Sendable {
    /// `k`: shards that hold data.
    package let dataShards: Int
    /// `m`: shards that hold parity; as many drives may be lost.
    package let parityShards: Int
    /// Bytes of consecutive content on one drive.
    package let unitByteCount: Int

    package static let maximumDriveCount = 16
    package static let defaultUnitByteCount = 256 * 1024

    package init(dataShards: Int, parityShards: Int, unitByteCount: Int = Self.defaultUnitByteCount) {
        precondition(dataShards >= 1 && parityShards >= 0, "a set holds data")
        precondition(dataShards + parityShards <= Self.maximumDriveCount, "a set has at most 16 drives")
        self.dataShards = dataShards
        self.parityShards = parityShards
        self.unitByteCount = unitByteCount
    }

    /// `S`: drives, one shard of each striped payload on each.
    package var driveCount: Int { dataShards + parityShards }

    /// `W`: the fewest members that may commit. Always a majority, and enough to read what they committed.
    package var writeFloor: Int { max(dataShards, parityShards + 1) }

    /// `R`: the fewest voters that may judge. Any `W` drives and any `R` drives share one.
    package var readFloor: Int { driveCount - writeFloor + 1 }

    /// Parity when the operator names none, by drives in the set.
    package static func defaultParity(driveCount: Int) -> Int {
        switch driveCount {
        case ...1: 0
        case 2...3: 1
        case 4...7: 2
        default: 4
        }
    }
}
