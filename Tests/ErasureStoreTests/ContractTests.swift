import ErasureStore
import SimulatedDrives
import StorageContract
import Testing

@testable import Simulator

/// The engine on simulated drives honours what is promised at the waist, in every shape.
@Suite struct ContractTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let driveCount: Int
        let setSize: Int
        let parity: Int
        var poolCount = 1

        var testDescription: String {
            "\(driveCount / setSize) × \(setSize - parity)+\(parity)" + (poolCount > 1 ? " in \(poolCount) pools" : "")
        }
    }

    static let shapes = [
        Shape(driveCount: 1, setSize: 1, parity: 0), Shape(driveCount: 6, setSize: 6, parity: 2),
        Shape(driveCount: 12, setSize: 6, parity: 2),
        Shape(driveCount: 2, setSize: 1, parity: 0, poolCount: 2),
        Shape(driveCount: 12, setSize: 3, parity: 1, poolCount: 2),
    ]

    @Test(arguments: ObjectStoreContract.all, shapes)
    func `The engine honours the contract`(_ behaviour: ContractBehaviour, _ shape: Shape) throws {
        let world = SimulatedWorld(seed: 1, driveCount: shape.driveCount)
        try world.scheduler.run {
            let count = shape.driveCount / shape.poolCount
            let pools = (0..<shape.poolCount).map { Array(world.paths[$0 * count..<($0 + 1) * count]) }
            let store = try await world.start(
                DeploymentRequest(pools: pools, parity: shape.parity, setSize: shape.setSize))
            try await behaviour.check(on: store)
        }
    }
}
