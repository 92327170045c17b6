import DriveIO
import Logging
import MetadataIndex
import Synchronization

/// A drive whose identity has been read, locked, with its threads: not yet opened as a member of a set.
struct IdentifiedDrive: Sendable {
    let path: String
    let drive: any Drive
    let executor: any DriveExecutor
    let identity: DriveIdentity
}

/// A path at which there is nothing, with its threads. Not locked: nothing is written before it is to be a drive.
struct BlankDrive: Sendable {
    let path: String
    let drive: any Drive
    let executor: any DriveExecutor
    let isMountPoint: Bool

    func release() {
        executor.submit(.commit) {
            drive.close()
            executor.abandon()
        }
    }
}

/// What a path turned out to be.
enum DriveFinding: Sendable {
    case identified(IdentifiedDrive)
    /// Nothing on it: a fresh file system, or a mount point whose drive is not mounted.
    case blank(BlankDrive)
    /// Not there or not readable: counts as a missing drive.
    case absent(path: String, reason: String)
    /// There, and not to be touched: the operator must look.
    case unusable(path: String, reason: String)

    var path: String {
        switch self {
        case .identified(let found): found.path
        case .blank(let blank): blank.path
        case .absent(let path, _), .unusable(let path, _): path
        }
    }
}

/// Finds out what is at a path, and opens the index of what belongs to a set.
struct DriveOpener: Sendable {
    let environment: StoreEnvironment
    let makeDrive: @Sendable (String) -> any Drive
    private let busy = BusyPaths()

    /// A damaged or lost `magstore.json` is written anew from its copy in the index.
    private let restoresIdentities: Bool

    init(
        environment: StoreEnvironment, restoresIdentities: Bool = true,
        makeDrive: @escaping @Sendable (String) -> any Drive
    ) {
        self.environment = environment
        self.restoresIdentities = restoresIdentities
        self.makeDrive = makeDrive
    }

    /// Looks at all paths side by side, so that one that hangs does not delay the others. In the order of `paths`.
    func look(at paths: [String]) async -> [DriveFinding] {
        await withTaskGroup { group in
            for (number, path) in paths.enumerated() {
                group.addTask { (number, await self.look(at: path)) }
            }
            var findings: [Int: DriveFinding] = [:]
            for await (number, finding) in group { findings[number] = finding }
            return paths.indices.compactMap { findings[$0] }
        }
    }

    static let busyReason = "an earlier look at it was not answered yet"

    private func look(at path: String) async -> DriveFinding {
        // A thread hangs there already: no second one follows it.
        guard busy.enter(path) else { return .absent(path: path, reason: Self.busyReason) }
        let drive = makeDrive(path)
        let executor = environment.makeExecutor(drive)
        let promise = Promise<DriveFinding>()
        executor.submit(.commit) {
            let finding = self.finding(path, drive, executor)
            busy.leave(path)
            // An answer that comes too late lets go of what it holds.
            if !promise.fulfil(finding) { drive.close() }
        }
        environment.clock.schedule(afterMilliseconds: EngineLimits.lookMilliseconds) {
            promise.fulfil(.absent(path: path, reason: "it does not answer"))
        }
        let finding = await promise.value()
        switch finding {
        case .identified, .blank: break
        case .absent, .unusable:
            executor.submit(.commit) {
                drive.close()
                executor.abandon()
            }
        }
        return finding
    }

    private func finding(_ path: String, _ drive: any Drive, _ executor: any DriveExecutor) -> DriveFinding {
        do {
            let bytes = try drive.identity()
            if bytes == nil, try drive.isBlank() {
                // Not even a lock is left in what may be the place of a disk that is not mounted.
                return .blank(
                    BlankDrive(
                        path: path, drive: drive, executor: executor, isMountPoint: try drive.mount().isMountPoint))
            }
            let identity: DriveIdentity
            do throws(IdentityError) {
                guard let bytes else {
                    throw IdentityError("it holds files and no magstore.json: choose an empty directory")
                }
                identity = try DriveIdentity(decoding: bytes)
            } catch {
                guard error.isDamage, restoresIdentities, let copy = try restoreIdentity(of: drive) else {
                    throw error
                }
                identity = copy
            }
            if identity.isMountPoint, try !drive.mount().isMountPoint {
                return .absent(path: path, reason: "it was a mount point and nothing is mounted there")
            }
            try drive.lock()
            return .identified(IdentifiedDrive(path: path, drive: drive, executor: executor, identity: identity))
        } catch let error as DriveError {
            switch error.code {
            case .notFound, .inputOutput, .vanished, .denied, .readOnly, .full, .truncated:
                return .absent(path: path, reason: error.message)
            case .locked, .tooManyOpenFiles, .closed:
                return .unusable(path: path, reason: error.message)
            }
        } catch {
            return .unusable(path: path, reason: "\(error)")
        }
    }

    /// From the copy that the drive's own index keeps (rule 13). Nil when there is none that can be read.
    private func restoreIdentity(of drive: any Drive) throws(DriveError) -> DriveIdentity? {
        try drive.lock()
        guard let index = try? environment.openIndex(drive, false) else { return nil }
        defer { index.close() }
        guard let bytes = try? index.value(.state, StateKey.identity.bytes),
            let identity = try? DriveIdentity(decoding: bytes)
        else { return nil }
        try drive.setIdentity(bytes)
        environment.logger.warning(
            "magstore.json was damaged or lost, and is restored from the index", metadata: ["path": "\(drive.path)"])
        return identity
    }

    /// Opens the index of a drive in its slot and reads what the start rules need.
    ///
    /// - Parameter renewingIndex: Moves a damaged index to quarantine and begins a new one, marked: the drive judges
    ///   nothing until the index was rebuilt from the members. Its shards stay (rule 13).
    func open(
        _ found: IdentifiedDrive, renewingIndex: Bool = false
    ) async throws(DriveFailure) -> SetStart.Opened {
        let slot = found.identity.slot
        guard let uuid = found.identity.uuid else {
            throw DriveFailure(slot: slot, reason: .damaged("the identity has no uuid"))
        }
        let openIndex = environment.openIndex
        let promise = Promise<Result<(any MetadataIndex, IndexState), DriveFailure>>()
        found.executor.submit(.commit) {
            let result = Result {
                if renewingIndex { try Self.quarantineIndex(found.drive) }
                let index: any MetadataIndex
                do {
                    index = try openIndex(found.drive, renewingIndex)
                } catch let error as IndexError where error.code == .notFound {
                    // Indexes are made before the first drive is formed: an empty one would be a silently empty store.
                    throw IndexError(.corrupt, "the index is gone")
                }
                do {
                    try found.drive.rememberPlace()
                    if renewingIndex { try index.write(.syncingMark) }
                    return (index, try IndexState.read(index))
                } catch {
                    index.close()
                    throw error
                }
            }.mapError { DriveFailure(slot: slot, $0) }
            if !promise.fulfil(result), case .success(let (index, _)) = result { index.close() }
        }
        environment.clock.schedule(afterMilliseconds: EngineLimits.openMilliseconds) {
            promise.fulfil(.failure(DriveFailure(slot: slot, reason: .tooSlow)))
        }
        let (index, state) = try await promise.value().get()
        let drive = SlotDrive(
            identity: found.identity, uuid: uuid, drive: found.drive, index: index, executor: found.executor,
            clock: environment.clock)
        return SetStart.Opened(drive: drive, state: state)
    }

    /// Makes an empty drive the new one of a slot whose drive is gone. First its identity, which says that nothing on
    /// it counts yet, then its index, marked: a crash in between leaves what the next attempt goes on from.
    func format(_ blank: BlankDrive, as identity: DriveIdentity) async throws(DriveFailure) -> SetStart.Opened {
        let promise = Promise<Result<Void, DriveFailure>>()
        blank.executor.submit(.commit) {
            promise.fulfil(
                Result {
                    try blank.drive.lock()
                    // Somebody else may have been quicker.
                    guard try blank.drive.identity() == nil, try blank.drive.isBlank() else {
                        throw DriveError(.vanished, "\(blank.path) is not empty any more")
                    }
                    try blank.drive.setIdentity(identity.encoded)
                }
                .mapError { DriveFailure(slot: identity.slot, $0) })
        }
        environment.clock.schedule(afterMilliseconds: EngineLimits.openMilliseconds) {
            promise.fulfil(.failure(DriveFailure(slot: identity.slot, reason: .tooSlow)))
        }
        try await promise.value().get()
        let found = IdentifiedDrive(
            path: blank.path, drive: blank.drive, executor: blank.executor, identity: identity)
        return try await open(found, renewingIndex: true)
    }

    static let mark = {
        var mark = IndexBatch()
        mark.put(.state, StateKey.syncing.bytes, Array("1".utf8))
        return mark
    }()

    private static func quarantineIndex(_ drive: any Drive) throws {
        do {
            try drive.quarantineIndex()
        } catch  where error.code == .notFound {
            // A crash after the move: there is none to save.
        }
    }

    func release(_ found: IdentifiedDrive) {
        found.executor.submit(.commit) {
            found.drive.close()
            found.executor.abandon()
        }
    }
}

/// Paths that are being looked at.
private final class BusyPaths: Sendable {
    private let paths = Mutex<Set<String>>([])

    /// Answers false when somebody has not left yet.
    func enter(_ path: String) -> Bool {
        paths.withLock { $0.insert(path).inserted }
    }

    func leave(_ path: String) {
        paths.withLock { _ = $0.remove(path) }
    }
}
