import DriveIO
import Logging
import MetadataIndex
import StorageAPI

/// A pool as it was named, and what its drives say of it.
struct PoolLayout: Sendable {
    var number: Int
    let paths: [String]
    let shape: SetShape
    let setCount: Int
    /// No drive of it belongs to a store yet.
    var isNew = false

    var driveCount: Int { setCount * shape.driveCount }
}

/// The steps between paths and running sets.
struct Assembly {
    let request: DeploymentRequest
    let opener: DriveOpener
    let findings: [DriveFinding]
    /// Those that a start was tried with, to be let go of when it can not be.
    private var sets: [ErasureSet] = []

    init(request: DeploymentRequest, opener: DriveOpener, findings: [DriveFinding]) {
        self.request = request
        self.opener = opener
        self.findings = findings
    }

    private var identified: [IdentifiedDrive] {
        findings.compactMap { if case .identified(let drive) = $0 { drive } else { nil } }
    }

    mutating func store() async throws(DeploymentError) -> ErasureStore {
        for case .unusable(let path, let reason) in findings { throw DeploymentError("\(path): \(reason)") }
        let formed = identified.filter { $0.identity.state == .formed }
        guard !formed.isEmpty else {
            let layouts = try newStore()
            return try await start(try await format(layouts), layouts)
        }
        try checkAgreement(formed)
        let layouts = try layouts(formed)
        let known = Set(layouts.filter { !$0.isNew }.map(\.number))
        return try await start(try await finishForming(known), layouts)
    }

    // MARK: What is there

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
    }

    /// Which pool each group of paths is, by the drives that are there now.
    private func layouts(_ formed: [IdentifiedDrive]) throws(DeploymentError) -> [PoolLayout] {
        let drives = Dictionary(uniqueKeysWithValues: identified.map { ($0.path, $0.identity) })
        var layouts: [PoolLayout] = []
        for paths in request.pools {
            let mine = paths.compactMap { drives[$0] }.filter { $0.state != .forming }
            let counts = Dictionary(grouping: mine, by: \.pool).mapValues(\.count)
            guard let number = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key,
                let identity = formed.first(where: { $0.identity.pool == number })?.identity ?? mine.first
            else {
                layouts.append(try newPool(paths, begun: paths.compactMap { drives[$0]?.pool }.max()))
                continue
            }
            if let other = layouts.first(where: { !$0.isNew && $0.number == number }) {
                throw DeploymentError(
                    "the drives at \(other.paths[0]) and \(paths[0]) are of one pool: name them as one")
            }
            let layout = PoolLayout(
                number: number, paths: paths, shape: identity.shape, setCount: identity.setCount)
            guard paths.count <= layout.driveCount else {
                throw DeploymentError(
                    "pool \(number + 1) has \(layout.driveCount) drives, and \(paths.count) are named")
            }
            layouts.append(layout)
        }
        for drive in formed where !layouts.contains(where: { !$0.isNew && $0.number == drive.identity.pool }) {
            throw DeploymentError(
                "\(drive.path) is of pool \(drive.identity.pool + 1), and is named among the drives of another: "
                    + "name each pool by a pattern of its own")
        }
        try checkShapes(layouts)
        return layouts
    }

    /// What was asked for must be true of some pool: each has its own shape.
    private func checkShapes(_ layouts: [PoolLayout]) throws(DeploymentError) {
        let shape = layouts[0].shape
        if let parity = request.parity, !layouts.contains(where: { $0.shape.parityShards == parity }) {
            throw DeploymentError("the drives were formatted with parity \(shape.parityShards), not \(parity)")
        }
        if let size = request.setSize, !layouts.contains(where: { $0.shape.driveCount == size }) {
            throw DeploymentError("the drives were formatted as sets of \(shape.driveCount), not of \(size)")
        }
    }

    // MARK: Starting

    private mutating func start(
        _ drives: [IdentifiedDrive], _ layouts: [PoolLayout]
    ) async throws(DeploymentError) -> ErasureStore {
        let store = make(
            drives[0].identity.deployment, layouts, poolCount: drives.map(\.identity.poolCount).max() ?? 1)
        let used = Set(drives.map(\.path))
        for finding in findings where !used.contains(finding.path) {
            store.roster.note(finding)
            // Empty drives are looked at again when it is clear which slots are free.
            if case .blank(let blank) = finding { blank.release() }
            if case .identified(let found) = finding, found.identity.state == .forming { opener.release(found) }
        }
        for pool in store.pools where pool.isJoined {
            for set in pool.sets {
                let mine = drives.filter { store.roster.setIndex(of: $0.identity) == set.index }
                for drive in mine { store.roster.use(drive.path, set: set.index, slot: drive.identity.slot) }
                await store.start(set, DriveRoster.Found(drives: mine), acceptLoss: request.acceptLoss)
            }
        }
        if let problem = await store.checkPools() { throw DeploymentError(problem) }
        if let added = layouts.first(where: \.isNew) { try check(added, with: store) }
        return store
    }

    /// A pool is added when all of it is there and every set knows of it.
    private func check(_ added: PoolLayout, with store: ErasureStore) throws(DeploymentError) {
        for case .absent(let path, let reason) in findings where added.paths.contains(path) {
            throw DeploymentError("a new pool needs every drive, and \(path) can not be used: \(reason)")
        }
        for set in store.joinedPools.flatMap(\.sets) {
            switch set.mode {
            case .serving: break
            case .readOnly(let reason), .stopped(let reason):
                throw DeploymentError("a pool can be added when the others can write: \(reason)")
            case .starting, .closed:
                throw DeploymentError("a pool can be added when the others can write: \(set.name) can not")
            }
        }
    }

    private mutating func make(_ deployment: String, _ layouts: [PoolLayout], poolCount: Int) -> ErasureStore {
        let environment = opener.environment
        let board = ViewBoard(setCount: layouts.reduce(0) { $0 + $1.setCount })
        let roster = DriveRoster(opener: opener, deployment: deployment, layouts: layouts)
        let run = environment.random.next()
        var index = 0
        let pools = layouts.map { layout in
            let mine = (0..<layout.setCount).map { _ in
                defer { index += 1 }
                return ErasureSet(
                    index: index, name: "set \(index + 1)", shape: layout.shape, environment: environment,
                    board: board, run: run)
            }
            for set in mine { set.scrub.intervalMilliseconds = request.scrubIntervalMilliseconds }
            sets += mine
            return Pool(number: layout.number, sets: mine, isJoined: !layout.isNew)
        }
        return ErasureStore(
            pools: pools, registry: PoolRegistry(firstPoolCount: poolCount), board: board, roster: roster,
            environment: environment, limits: request.limits)
    }

    func releaseAll() {
        for set in sets { set.release() }
        for finding in findings {
            switch finding {
            case .identified(let found): opener.release(found)
            case .blank(let blank): blank.release()
            case .absent, .unusable: break
            }
        }
    }
}

// MARK: - Formatting

extension Assembly {
    /// The pools of a store that is to be made, of drives that are all empty.
    private func newStore() throws(DeploymentError) -> [PoolLayout] {
        try checkBareDirectories(request.pools.flatMap { $0 })
        for case .identified(let found) in findings where found.identity.state != .forming {
            throw DeploymentError("\(found.path) was to replace a drive of a store, and no drive of that store is here")
        }
        for case .absent(let path, let reason) in findings {
            throw DeploymentError("a new store needs every drive, and \(path) can not be used: \(reason)")
        }
        var layouts: [PoolLayout] = []
        for (number, paths) in request.pools.enumerated() {
            let shape = try shape(paths.count)
            layouts.append(
                PoolLayout(number: number, paths: paths, shape: shape, setCount: paths.count / shape.driveCount))
        }
        return layouts
    }

    /// A pool that is to be added.
    ///
    /// - Parameter begun: its number, if that was begun before.
    private func newPool(_ paths: [String], begun: Int?) throws(DeploymentError) -> PoolLayout {
        try checkBareDirectories(paths)
        let shape = try shape(paths.count)
        return PoolLayout(
            number: begun ?? -1, paths: paths, shape: shape, setCount: paths.count / shape.driveCount, isNew: true)
    }

    /// Where drives were mounted, none is made in what is below.
    private func checkBareDirectories(_ paths: [String]) throws(DeploymentError) {
        for case .blank(let blank) in findings where paths.contains(blank.path) {
            try request.formerMountPoints.check(blank)
        }
    }

    private func format(_ layouts: [PoolLayout]) async throws(DeploymentError) -> [IdentifiedDrive] {
        let random = opener.environment.random
        let deployment = DriveUUID(high: random.next(), low: random.next()).text
        let formatter = DriveFormatter(opener: opener, deployment: deployment)
        var drives: [IdentifiedDrive] = []
        for layout in layouts {
            drives += formatter.identities(of: layout, poolCount: layouts.count, on: blanks)
        }
        for drive in drives { try await formatter.write(drive.identity, to: drive) }
        // Before the first drive is formed, so that a formed drive without an index is a damaged one.
        for drive in drives { try await formatter.makeIndex(on: drive) }
        var formed: [IdentifiedDrive] = []
        for drive in drives { formed.append(try await formatter.form(drive)) }
        return formed
    }

    /// Empty drives by path, and those whose creation was cut short: it starts again.
    private var blanks: [String: BlankDrive] {
        var blanks: [String: BlankDrive] = [:]
        for finding in findings {
            switch finding {
            case .blank(let blank): blanks[blank.path] = blank
            case .identified(let found) where found.identity.state == .forming:
                blanks[found.path] = BlankDrive(
                    path: found.path, drive: found.drive, executor: found.executor,
                    isMountPoint: found.identity.isMountPoint)
            case .identified, .absent, .unusable: break
            }
        }
        return blanks
    }

    /// A drive that was being formed when its peers were done is one of them: only its mark is late. Drives of pools
    /// that are not formed anywhere are left out.
    private func finishForming(_ pools: Set<Int>) async throws(DeploymentError) -> [IdentifiedDrive] {
        var drives: [IdentifiedDrive] = []
        for drive in identified {
            guard drive.identity.state == .forming else {
                drives.append(drive)
                continue
            }
            guard pools.contains(drive.identity.pool) else { continue }
            let formatter = DriveFormatter(opener: opener, deployment: drive.identity.deployment)
            drives.append(try await formatter.form(drive))
        }
        return drives
    }

    /// The shape of the sets of a pool.
    private func shape(_ driveCount: Int) throws(DeploymentError) -> SetShape {
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
}
