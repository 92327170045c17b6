/// How many sets of which form a scenario runs on.
struct SimulatedShape: Hashable, Sendable, CustomStringConvertible {
    let setCount: Int
    let dataShards: Int
    let parityShards: Int
    /// The sets are divided among them.
    let poolCount: Int

    init(_ dataShards: Int, _ parityShards: Int, sets setCount: Int = 1, pools poolCount: Int = 1) {
        self.poolCount = poolCount
        self.setCount = setCount
        self.dataShards = dataShards
        self.parityShards = parityShards
    }

    var setSize: Int { dataShards + parityShards }
    var driveCount: Int { setCount * setSize }
    var writeFloor: Int { max(dataShards, parityShards + 1) }
    var readFloor: Int { setSize - writeFloor + 1 }
    var description: String {
        "\(setCount) × \(dataShards)+\(parityShards)" + (poolCount > 1 ? " in \(poolCount) pools" : "")
    }

    /// Every form of the table of `W` and `R`, and two sets.
    static let all = [
        SimulatedShape(1, 0), SimulatedShape(1, 1), SimulatedShape(2, 1), SimulatedShape(2, 2), SimulatedShape(4, 2),
        SimulatedShape(4, 4), SimulatedShape(8, 4), SimulatedShape(12, 4), SimulatedShape(4, 2, sets: 2),
        SimulatedShape(1, 1, sets: 2),
    ]
    /// Those that can lose a drive.
    static let redundant = all.filter { $0.parityShards > 0 }
    /// Those that write with a drive lost.
    static let writingDegraded = all.filter { $0.setSize > $0.writeFloor }
}

/// How the bytes of an object are stored.
enum SimulatedLayout: CaseIterable, Sendable {
    case empty, tiny, inline, striped

    /// With the limits of ``Trial``.
    var byteCount: UInt64 {
        switch self {
        case .empty: 0
        case .tiny: 700
        case .inline: 1500
        case .striped: 70_001
        }
    }
}
