package import DriveIO
import NIOCore
import Synchronization

/// A ``Drive`` over an ``InMemoryDriveMedium``, for simulation.
package final class InMemoryDrive: Drive {
    let medium: InMemoryDriveMedium
    private let session: Int
    private let local = Mutex(Local())

    private struct Local {
        var place: UInt64?
        /// Why nothing more is changed: a failed sync, or `close`.
        var ending: DriveError?
    }

    init(medium: InMemoryDriveMedium, session: Int) {
        self.medium = medium
        self.session = session
    }

    package var path: String { medium.path }

    package func close() {
        end(DriveError(.closed, "\(path) is closed"))
        medium.state.withLock { state in
            if state.lockHolder == ObjectIdentifier(self) { state.lockHolder = nil }
        }
    }

    deinit {
        close()
    }

    /// Does one step: nothing, or all of `body`, or all of it and then fails.
    func step<Value>(
        _ step: InMemoryDriveMedium.Step,
        _ body: (inout InMemoryDriveMedium.State) throws(DriveError) -> Value
    ) throws(DriveError) -> Value {
        try medium.state.withLock { state throws(DriveError) in
            if state.crashCount != session { throw DriveError(.closed, "\(path): the process has ended") }
            let failure = try state.begin(step)
            let value = try body(&state)
            if let failure { throw failure }
            return value
        }
    }

    /// Makes something durable, or ends all changes.
    func sync(
        _ step: InMemoryDriveMedium.Step, _ body: (inout InMemoryDriveMedium.State) -> Void
    ) throws(DriveError) {
        do throws(DriveError) {
            try self.step(step, body)
        } catch {
            if !forgivesFailedSyncs { end(error) }
            throw error
        }
    }

    var forgivesFailedSyncs: Bool { medium.state.withLock { $0.forgivesFailedSyncs } }

    private func end(_ error: DriveError) {
        local.withLock { local in
            if local.ending == nil { local.ending = error }
        }
    }

    func requireOpen() throws(DriveError) {
        if let ending = local.withLock({ $0.ending }) { throw ending }
    }

    // MARK: Identity and place

    package func identity() throws(DriveError) -> [UInt8]? {
        try step(.identity) { state in state.visible.identity }
    }

    package func setIdentity(_ bytes: [UInt8]) throws(DriveError) {
        try requireOpen()
        let place = try step(.setIdentity) { state in
            state.placeCount += 1
            for directory in [\InMemoryDriveMedium.State.written, \.durable] {
                state[keyPath: directory].identity = bytes
                state[keyPath: directory].identityPlace = state.placeCount
            }
            return state.placeCount
        }
        local.withLock { if $0.place != nil { $0.place = place } }
    }

    package func isBlank() throws(DriveError) -> Bool {
        try step(.list) { state in state.visible.identity == nil && state.visible.files.isEmpty }
    }

    package func lock() throws(DriveError) {
        try step(.lock) { state throws(DriveError) in
            let me = ObjectIdentifier(self)
            if let holder = state.lockHolder, holder != me { throw DriveError(.locked, "\(path) is in use") }
            state.lockHolder = me
        }
    }

    package func mount() throws(DriveError) -> MountState {
        try step(.mount) { state in
            state.isUnmounted ? MountState(isMountPoint: false, device: 0) : state.mount
        }
    }

    package func rememberPlace() throws(DriveError) {
        let place = try step(.checkPlace) { state in state.identityPlace }
        guard let place else { throw DriveError(.vanished, "\(path) has no identity") }
        local.withLock { $0.place = place }
    }

    package func checkPlace() throws(DriveError) {
        let now = try step(.checkPlace) { state in state.identityPlace }
        guard let now, now == local.withLock({ $0.place }) else {
            throw DriveError(.vanished, "\(path) is not the drive that it was")
        }
    }

    package func space() throws(DriveError) -> DriveSpace {
        try step(.space) { state in
            let used = min(state.used, state.capacity)
            return DriveSpace(total: state.capacity, available: state.capacity - used)
        }
    }

    package func quarantineIndex() throws(DriveError) {
        try requireOpen()
        let move = try step(.quarantine) { state in state.quarantineIndex }
        guard let move, move() else { throw DriveError(.notFound, "\(path) has no index", errorNumber: 2) }
    }

    // MARK: Shards

    package func createShard(_ name: ShardName) throws(DriveError) -> any ShardWriter {
        try requireOpen()
        let file = try step(.create) { state throws(DriveError) in
            if state.visible.identity == nil { throw DriveError(.vanished, "\(path) has no identity") }
            let file = InMemoryDriveMedium.File()
            state.incoming[ObjectIdentifier(file)] = file
            return file
        }
        return InMemoryShardWriter(drive: self, file: file, name: name)
    }

    package func openShard(_ name: ShardName) throws(DriveError) -> any ShardReader {
        let file = try step(.open) { state throws(DriveError) in
            guard let file = state.visible.shards[name] else { throw notFound(name) }
            return file
        }
        return InMemoryShardReader(drive: self, file: file)
    }

    package func removeShards(_ names: [ShardName]) throws(DriveError) {
        try requireOpen()
        for name in names {
            try step(.remove) { state in
                if !state.isUnmounted { state.written.shards[name] = nil }
            }
        }
        try sync(.syncDirectory) { state in
            for name in names { state.durable.shards[name] = state.written.shards[name] }
        }
    }

    package func inspectShard(_ name: ShardName) throws(DriveError) -> any ShardReader {
        let file = try step(.open) { state throws(DriveError) in
            guard let file = state.visible.shards[name] else { throw notFound(name) }
            return file
        }
        return InMemoryShardReader(drive: self, file: file, step: .inspect)
    }

    package func quarantineShard(_ name: ShardName) throws(DriveError) -> Bool {
        try requireOpen()
        try step(.quarantine) { state throws(DriveError) in
            guard let file = state.visible.shards[name] else { throw notFound(name) }
            state.written.quarantine[name] = file
        }
        try sync(.syncDirectory) { state in
            state.durable.quarantine[name] = state.written.quarantine[name]
        }
        return true
    }

    package func shardNames(after: ShardName?, limit: Int) throws(DriveError) -> [ShardName] {
        try step(.list) { state in
            let names = state.visible.shards.keys.sorted()
            return Array(names.drop { name in after.map { name <= $0 } ?? false }.prefix(limit))
        }
    }

    private func notFound(_ name: ShardName) -> DriveError {
        DriveError(.notFound, "\(path) has no shard \(name)", errorNumber: 2)
    }
}

extension InMemoryDriveMedium.State {
    fileprivate var identityPlace: UInt64? { visible.identity == nil ? nil : visible.identityPlace }
}
