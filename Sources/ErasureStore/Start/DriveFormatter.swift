import DriveIO
import MetadataIndex

/// Makes empty drives the drives of a pool, step by step: a crash between them leaves what the next start goes on from.
struct DriveFormatter: Sendable {
    let opener: DriveOpener
    let deployment: String

    /// Who the drives of a pool are to be.
    ///
    /// - Parameter poolCount: of the store, for those who find these drives alone.
    func identities(of layout: PoolLayout, poolCount: Int, on blanks: [String: BlankDrive]) -> [IdentifiedDrive] {
        let random = opener.environment.random
        return layout.paths.enumerated().map { number, path in
            guard let blank = blanks[path] else { preconditionFailure("every path was looked at") }
            let identity = DriveIdentity(
                state: .forming, deployment: deployment, pool: layout.number, poolCount: poolCount,
                set: number / layout.shape.driveCount, setCount: layout.setCount,
                slot: number % layout.shape.driveCount,
                drive: DriveUUID(high: random.next(), low: random.next()), shape: layout.shape,
                isMountPoint: blank.isMountPoint)
            return IdentifiedDrive(path: path, drive: blank.drive, executor: blank.executor, identity: identity)
        }
    }

    func form(_ drive: IdentifiedDrive) async throws(DeploymentError) -> IdentifiedDrive {
        var identity = drive.identity
        identity.state = .formed
        try await write(identity, to: drive)
        return IdentifiedDrive(path: drive.path, drive: drive.drive, executor: drive.executor, identity: identity)
    }

    func write(_ identity: DriveIdentity, to found: IdentifiedDrive) async throws(DeploymentError) {
        try await format(found) {
            try found.drive.lock()
            try found.drive.setIdentity(identity.encoded)
        }
    }

    func makeIndex(on found: IdentifiedDrive) async throws(DeploymentError) {
        let openIndex = opener.environment.openIndex
        try await format(found) { try openIndex(found.drive, true).close() }
    }

    private func format(
        _ found: IdentifiedDrive, _ step: @escaping @Sendable () throws -> Void
    ) async throws(DeploymentError) {
        let promise = Promise<Result<Void, DriveFailure>>()
        found.executor.submit(.commit) {
            promise.fulfil(Result { try step() }.mapError { DriveFailure(slot: found.identity.slot, $0) })
        }
        if case .failure(let failure) = await promise.value() {
            throw DeploymentError("\(found.path) can not be formatted: \(failure.reason)")
        }
    }
}
