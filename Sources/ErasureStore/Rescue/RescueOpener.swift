import DriveIO
import MetadataIndex

/// A drive that a rescue reads from.
struct RescuedDrive: Sendable {
    let identity: DriveIdentity
    let drive: SlotDrive
    /// Nil when the index can not be trusted; shards are read from the drive all the same.
    let state: IndexState?
}

/// Looks at bare drives, and opens what can be opened.
struct RescueOpener: Sendable {
    let environment: StoreEnvironment
    let makeDrive: @Sendable (String) -> any Drive
    let remark: @Sendable (String) -> Void

    enum Finding: Sendable {
        case drive(RescuedDrive)
        case none
        /// Somebody writes to it.
        case inUse(String)
    }

    private struct Found: Sendable {
        let identity: DriveIdentity
        let index: any MetadataIndex
        let state: IndexState?
        let problem: String?
    }

    func look(at path: String) async -> Finding {
        let drive = makeDrive(path)
        let executor = environment.makeExecutor(drive)
        let promise = Promise<Result<Found, any Error>>()
        let openIndex = environment.openIndex
        executor.submit(.commit) {
            let result = Result { try Self.find(drive, openIndex) }
            if !promise.fulfil(result), case .success(let found) = result { found.index.close() }
        }
        environment.clock.schedule(afterMilliseconds: EngineLimits.openMilliseconds) {
            promise.fulfil(.failure(DriveFailure(slot: 0, reason: .tooSlow)))
        }
        do {
            let found = try await promise.value().get()
            guard let uuid = found.identity.uuid else { throw IdentityError("the identity has no uuid") }
            if let problem = found.problem { remark("\(path): \(problem); only its shards are used") }
            let slotDrive = SlotDrive(
                identity: found.identity, uuid: uuid, drive: drive, index: found.index, executor: executor,
                clock: environment.clock)
            return .drive(RescuedDrive(identity: found.identity, drive: slotDrive, state: found.state))
        } catch {
            executor.submit(.commit) {
                drive.close()
                executor.abandon()
            }
            if let error = error as? DriveError, error.code == .locked { return .inUse(error.message) }
            remark("\(path) is not used: \(Self.text(error))")
            return .none
        }
    }

    private static func find(
        _ drive: any Drive, _ openIndex: (any Drive, Bool) throws(IndexError) -> any MetadataIndex
    ) throws -> Found {
        let bytes = try drive.identity()
        // Before the index is touched: a server may be writing to it.
        try drive.lock()
        var index: any MetadataIndex
        var state: IndexState?
        var problem: String?
        do {
            index = try openIndex(drive, false)
            do {
                state = try IndexState.read(index)
            } catch {
                problem = "its index is damaged: \(text(error))"
            }
        } catch {
            index = UnreadableIndex(error: error)
            problem = "its index can not be opened: \(error.message)"
        }
        do {
            let identity = try identity(bytes, index)
            guard identity.state != .forming else { throw IdentityError("its creation was not finished") }
            return Found(identity: identity, index: index, state: state, problem: problem)
        } catch {
            index.close()
            throw error
        }
    }

    /// From the file, or else from its copy in the index.
    private static func identity(_ bytes: [UInt8]?, _ index: any MetadataIndex) throws -> DriveIdentity {
        do {
            guard let bytes else { throw IdentityError("it has no magstore.json") }
            return try DriveIdentity(decoding: bytes)
        } catch {
            guard let copy = try? index.value(.state, StateKey.identity.bytes),
                let identity = try? DriveIdentity(decoding: copy)
            else { throw error }
            return identity
        }
    }

    private static func text(_ error: any Error) -> String {
        switch error {
        case let error as DriveError: error.message
        case let error as IndexError: error.message
        case let error as RecordError: error.message
        case let error as DriveFailure: "\(error.reason)"
        default: "\(error)"
        }
    }
}

/// Stands for the index of a drive whose index can not be opened: every read fails.
private final class UnreadableIndex: MetadataIndex {
    let error: IndexError

    init(error: IndexError) {
        self.error = error
    }

    func value(_ family: Family, _ key: [UInt8]) throws(IndexError) -> [UInt8]? { throw error }
    func cachedValue(_ family: Family, _ key: [UInt8]) throws(IndexError) -> CachedValue { throw error }
    func cursor(_ family: Family, from lower: [UInt8], to upper: [UInt8]?) throws(IndexError) -> any IndexCursor {
        throw error
    }
    func scan(_ family: Family, from lower: [UInt8], to upper: [UInt8]?) throws(IndexError) -> any IndexCursor {
        throw error
    }
    func files() throws(IndexError) -> [String] { throw error }
    func verifyFile(_ name: String) throws(IndexError) { throw error }
    func snapshot() throws(IndexError) -> any IndexSnapshot { throw error }
    func write(_ batch: IndexBatch) throws(IndexError) { throw error }
    func close() {}
}
