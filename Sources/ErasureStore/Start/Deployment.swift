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
    fileprivate func check(_ blank: BlankDrive) throws(DeploymentError) {
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
    /// Finds the drives, formats them if all are new, and starts every set.
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
        let assembly = Assembly(request: request, opener: opener, findings: findings)
        do {
            let drives = try await assembly.identifiedDrives()
            return try await assembly.start(drives)
        } catch {
            assembly.releaseAll()
            throw error
        }
    }
}

/// The steps between paths and running sets.
private struct Assembly {
    let request: DeploymentRequest
    let opener: DriveOpener
    let findings: [DriveFinding]

    private var identified: [IdentifiedDrive] {
        findings.compactMap { if case .identified(let drive) = $0 { drive } else { nil } }
    }

    /// The drives of the deployment; formats them when none was formed before.
    func identifiedDrives() async throws(DeploymentError) -> [IdentifiedDrive] {
        for case .unusable(let path, let reason) in findings { throw DeploymentError("\(path): \(reason)") }
        let formed = identified.filter { $0.identity.state == .formed }
        guard !formed.isEmpty else { return try await format() }
        try checkAgreement(formed)
        return try await finishForming()
    }

    /// A drive that was being formed when its peers were done is one of them: only its mark is late.
    private func finishForming() async throws(DeploymentError) -> [IdentifiedDrive] {
        var drives: [IdentifiedDrive] = []
        for drive in identified {
            guard drive.identity.state == .forming else {
                drives.append(drive)
                continue
            }
            drives.append(try await form(drive))
        }
        return drives
    }

    private func checkAgreement(_ formed: [IdentifiedDrive]) throws(DeploymentError) {
        let first = formed[0].identity
        var drives: [String: String] = [:]
        for drive in identified {
            let identity = drive.identity
            guard identity.deployment == first.deployment else {
                throw DeploymentError("\(drive.path) belongs to another deployment than \(formed[0].path)")
            }
            // Two drives may claim a slot: the indexes say which of them was replaced.
            if let other = drives.updateValue(drive.path, forKey: identity.drive) {
                throw DeploymentError("\(drive.path) and \(other) are copies of one drive: remove one of them")
            }
        }
        if let parity = request.parity, parity != first.parityShards {
            throw DeploymentError("the drives were formatted with parity \(first.parityShards), not \(parity)")
        }
        let driveCount = first.shape.driveCount
        if let size = request.setSize, size != driveCount {
            throw DeploymentError("the drives were formatted as sets of \(driveCount), not of \(size)")
        }
        guard request.pools.count == first.poolCount else {
            throw DeploymentError(
                "the drives were formatted as \(first.poolCount) pools, and \(request.pools.count) are named")
        }
        let expected = Set(identified.map { [$0.identity.pool, $0.identity.setCount] })
        for (pool, paths) in request.pools.enumerated() {
            guard let setCount = expected.first(where: { $0[0] == pool })?[1], paths.count > setCount * driveCount
            else {
                continue
            }
            throw DeploymentError("pool \(pool + 1) has \(setCount * driveCount) drives, and \(paths.count) are named")
        }
    }

    // MARK: Formatting

    private func format() async throws(DeploymentError) -> [IdentifiedDrive] {
        var blanks: [String: BlankDrive] = [:]
        for finding in findings {
            switch finding {
            case .blank(let blank):
                try request.formerMountPoints.check(blank)
                blanks[blank.path] = blank
            case .identified(let found):
                guard found.identity.state == .forming else {
                    throw DeploymentError(
                        "\(found.path) was to replace a drive of a store, and no drive of that store is here")
                }
                // A creation that was cut short: it starts again.
                blanks[found.path] = BlankDrive(
                    path: found.path, drive: found.drive, executor: found.executor,
                    isMountPoint: found.identity.isMountPoint)
            case .absent(let path, let reason), .unusable(let path, let reason):
                throw DeploymentError("a new store needs every drive, and \(path) can not be used: \(reason)")
            }
        }
        let random = opener.environment.random
        let deployment = DriveUUID(high: random.next(), low: random.next()).text
        var drives: [IdentifiedDrive] = []
        for (pool, paths) in request.pools.enumerated() {
            let shape = try layout(paths.count)
            for (number, path) in paths.enumerated() {
                guard let blank = blanks[path] else { preconditionFailure("every path was looked at") }
                let identity = DriveIdentity(
                    state: .forming, deployment: deployment, pool: pool, poolCount: request.pools.count,
                    set: number / shape.driveCount, setCount: paths.count / shape.driveCount,
                    slot: number % shape.driveCount,
                    drive: DriveUUID(high: random.next(), low: random.next()), shape: shape,
                    isMountPoint: blank.isMountPoint)
                drives.append(
                    IdentifiedDrive(path: path, drive: blank.drive, executor: blank.executor, identity: identity))
            }
        }
        guard Set(drives.map(\.identity.shape)).count == 1 else {
            throw DeploymentError(
                "pools of one store have sets of one size and parity for now: name --set-size and --parity")
        }
        for drive in drives { try await write(drive.identity, to: drive) }
        // Before the first drive is formed, so that a formed drive without an index is a damaged one.
        for drive in drives { try await makeIndex(on: drive) }
        var formed: [IdentifiedDrive] = []
        for drive in drives { formed.append(try await form(drive)) }
        return formed
    }

    private func form(_ drive: IdentifiedDrive) async throws(DeploymentError) -> IdentifiedDrive {
        var identity = drive.identity
        identity.state = .formed
        try await write(identity, to: drive)
        return IdentifiedDrive(path: drive.path, drive: drive.drive, executor: drive.executor, identity: identity)
    }

    private func write(_ identity: DriveIdentity, to found: IdentifiedDrive) async throws(DeploymentError) {
        try await format(found) {
            try found.drive.lock()
            try found.drive.setIdentity(identity.encoded)
        }
    }

    private func makeIndex(on found: IdentifiedDrive) async throws(DeploymentError) {
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

    /// The shape of the sets of a pool.
    private func layout(_ driveCount: Int) throws(DeploymentError) -> SetShape {
        let size: Int
        if let wanted = request.setSize {
            guard (1...SetShape.maximumDriveCount).contains(wanted), driveCount.isMultiple(of: wanted) else {
                throw DeploymentError("\(driveCount) drives can not be divided into sets of \(wanted)")
            }
            size = wanted
        } else if let largest = (1...SetShape.maximumDriveCount).last(where: { driveCount.isMultiple(of: $0) }),
            driveCount <= SetShape.maximumDriveCount || largest >= 4
        {
            size = largest
        } else {
            throw DeploymentError("\(driveCount) drives can not be divided into sets of 4 to 16: name another number")
        }
        let parity = request.parity ?? SetShape.defaultParity(driveCount: size)
        guard (0..<size).contains(parity) else {
            throw DeploymentError("sets of \(size) drives can not have parity \(parity)")
        }
        return SetShape(dataShards: size - parity, parityShards: parity, unitByteCount: request.unitByteCount)
    }

    // MARK: Starting

    func start(_ drives: [IdentifiedDrive]) async throws(DeploymentError) -> ErasureStore {
        let shape = drives[0].identity.shape
        let poolCount = drives[0].identity.poolCount
        var setCounts = Array(repeating: 0, count: poolCount)
        for drive in drives { setCounts[drive.identity.pool] = drive.identity.setCount }
        guard let unknown = setCounts.firstIndex(of: 0) else {
            return await start(drives, shape: shape, setCounts: setCounts)
        }
        throw DeploymentError("no drive of pool \(unknown + 1) is here")
    }

    private func start(_ drives: [IdentifiedDrive], shape: SetShape, setCounts: [Int]) async -> ErasureStore {
        let environment = opener.environment
        let setCount = setCounts.reduce(0, +)
        let board = ViewBoard(setCount: setCount)
        let roster = DriveRoster(
            opener: opener, pools: request.pools, deployment: drives[0].identity.deployment, shape: shape,
            setCounts: setCounts)
        let used = Set(drives.map(\.path))
        for finding in findings where !used.contains(finding.path) {
            roster.note(finding)
            // Empty drives are looked at again when it is clear which slots are free.
            if case .blank(let blank) = finding { blank.release() }
        }
        let run = environment.random.next()
        let sets = (0..<setCount).map { index in
            ErasureSet(
                index: index, name: "set \(index + 1)", shape: shape, environment: environment, board: board, run: run)
        }
        let store = ErasureStore(
            sets: sets, board: board, roster: roster, environment: environment, limits: request.limits)
        for set in sets {
            set.scrub.intervalMilliseconds = request.scrubIntervalMilliseconds
            let mine = drives.filter { roster.setIndex(of: $0.identity) == set.index }
            for drive in mine { roster.use(drive.path, set: set.index, slot: drive.identity.slot) }
            await store.start(set, DriveRoster.Found(drives: mine), acceptLoss: request.acceptLoss)
        }
        return store
    }

    func releaseAll() {
        for finding in findings {
            switch finding {
            case .identified(let found): opener.release(found)
            case .blank(let blank): blank.release()
            case .absent, .unusable: break
            }
        }
    }
}
