import DriveIO
import MetadataIndex
import Synchronization

/// A drive whose identity has been read, locked, with its threads: not yet opened as a member of a set.
struct IdentifiedDrive: Sendable {
    let path: String
    let drive: any Drive
    let executor: any DriveExecutor
    let identity: DriveIdentity
}

/// What a path turned out to be.
enum DriveFinding: Sendable {
    case identified(IdentifiedDrive)
    /// Nothing on it: a fresh file system, or a mount point whose drive is not mounted.
    case blank(path: String, drive: any Drive, executor: any DriveExecutor, isMountPoint: Bool)
    /// Not there or not readable: counts as a missing drive.
    case absent(path: String, reason: String)
    /// There, and not to be touched: the operator must look.
    case unusable(path: String, reason: String)

    var path: String {
        switch self {
        case .identified(let found): found.path
        case .blank(let path, _, _, _), .absent(let path, _), .unusable(let path, _): path
        }
    }
}

/// Finds out what is at a path, and opens the index of what belongs to a set.
struct DriveOpener: Sendable {
    let environment: StoreEnvironment
    let makeDrive: @Sendable (String) -> any Drive
    private let busy = BusyPaths()

    init(environment: StoreEnvironment, makeDrive: @escaping @Sendable (String) -> any Drive) {
        self.environment = environment
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

    private func look(at path: String) async -> DriveFinding {
        // A thread hangs there already: no second one follows it.
        guard busy.enter(path) else { return .absent(path: path, reason: "an earlier look at it was not answered yet") }
        let drive = makeDrive(path)
        let executor = environment.makeExecutor(drive)
        let promise = Promise<DriveFinding>()
        executor.submit(.commit) { [busy] in
            let finding = Self.finding(path, drive, executor)
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

    private static func finding(_ path: String, _ drive: any Drive, _ executor: any DriveExecutor) -> DriveFinding {
        do {
            guard let bytes = try drive.identity() else {
                guard try drive.isBlank() else {
                    return .unusable(
                        path: path, reason: "it holds files and no magstore.json: choose an empty directory")
                }
                try drive.lock()
                return .blank(
                    path: path, drive: drive, executor: executor, isMountPoint: try drive.mount().isMountPoint)
            }
            let identity = try DriveIdentity(decoding: bytes)
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
            slot: slot, uuid: uuid, drive: found.drive, index: index, executor: found.executor, clock: environment.clock
        )
        return SetStart.Opened(drive: drive, state: state)
    }

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
