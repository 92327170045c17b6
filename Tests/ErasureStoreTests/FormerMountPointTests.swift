import DriveIO
import ErasureStore
import SimulatedDrives
import Testing

@testable import Simulator

/// Bare directories in which no store is to be made.
@Suite struct FormerMountPointTests {
    private static let shape = SimulatedShape(4, 2)

    private func trial(seed: UInt64) throws -> (trial: Trial, request: DeploymentRequest) {
        let trial = try Trial(Self.shape, seed: seed)
        var request = trial.request
        request.formerMountPoints = FormerMountPoints(paths: [trial.world.paths[2]], source: "the note")
        return (trial, request)
    }

    @Test func `where a drive was mounted and none is, no store is made`() throws {
        let (trial, request) = try trial(seed: 1)
        let world = trial.world
        world.drive(2).setMount(MountState(isMountPoint: false, device: 1))
        let error = #expect(throws: DeploymentError.self) { try trial.run { try await world.start(request) } }
        #expect(error?.description.contains("mounted at /drive2, where one was") == true)
        #expect(error?.description.contains("the note") == true)
        for number in 0..<6 { #expect(world.drive(number).durableIdentity == nil) }
    }

    @Test func `an empty disk that is mounted there may become a new store's`() throws {
        let (trial, request) = try trial(seed: 2)
        let world = trial.world
        world.drive(2).setMount(MountState(isMountPoint: true, device: 1))
        let store = try trial.run { try await world.start(request) }
        #expect(store.servedDrives.map(\.path).sorted() == world.paths)
        #expect(store.servedDrives.filter(\.isMountPoint).map(\.path).contains(world.paths[2]))
    }
}
