package import DriveIO
import Logging
import MetadataIndex
import StorageAPI

/// What the operator asked for.
package struct DeploymentRequest: Sendable {
    /// The drives of each pool.
    package var pools: [[String]]
    /// Nil: what the drives say, or the default for their number.
    package var parity: Int?
    package var setSize: Int?
    package var unitByteCount = SetShape.defaultUnitByteCount
    /// Goes on without batches that may have been acknowledged, when the drives that have them are gone for good.
    package var acceptLoss = false
    package var limits = PayloadLimits()
    /// Between the beginnings of scrubs; nil: none begins by itself.
    package var scrubIntervalMilliseconds: UInt64? = ScrubControl.defaultIntervalMilliseconds

    package var formerMountPoints = FormerMountPoints()

    package init(pools: [[String]], parity: Int? = nil, setSize: Int? = nil) {
        self.pools = pools
        self.parity = parity
        self.setSize = setSize
    }
}

/// Those of the paths where drives were mounted when they were served before. The drives say so themselves, but when
/// none of them is mounted there is nobody to ask.
package struct FormerMountPoints: Sendable {
    var paths: Set<String> = []
    /// Where that is known from, for messages.
    var source = ""

    package init() {}

    package init(paths: Set<String>, source: String) {
        self.paths = paths
        self.source = source
    }

    /// Throws where a bare directory is not to become a drive.
    func check(_ blank: BlankDrive) throws(DeploymentError) {
        guard !blank.isMountPoint, paths.contains(blank.path) else { return }
        throw DeploymentError(
            "no drive is mounted at \(blank.path), where one was: mount it. For a new store in the bare directory "
                + "remove its line from \(source)")
    }
}

/// Why a store can not be opened, as one sentence that says what to do.
package struct DeploymentError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension ErasureStore {
    /// Finds the drives, formats them if all are new, and starts every set. A pool of which all drives are empty is
    /// added to the others once the store runs.
    ///
    /// The store may be open with sets that cannot serve: ``health`` says which and why.
    package static func open(
        _ request: DeploymentRequest, environment: StoreEnvironment,
        makeDrive: @escaping @Sendable (String) -> any Drive
    ) async throws(DeploymentError) -> ErasureStore {
        let opener = DriveOpener(environment: environment, makeDrive: makeDrive)
        let paths = request.pools.flatMap { $0 }
        guard !paths.isEmpty else { throw DeploymentError("name at least one drive") }
        guard Set(paths).count == paths.count else { throw DeploymentError("a drive is named twice") }
        let findings = await opener.look(at: paths)
        var assembly = Assembly(request: request, opener: opener, findings: findings)
        do {
            return try await assembly.store()
        } catch {
            assembly.releaseAll()
            throw error
        }
    }
}
