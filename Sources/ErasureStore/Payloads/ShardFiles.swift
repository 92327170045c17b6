import DriveIO
import MetadataIndex
import NIOCore
import StorageAPI
import Synchronization

/// The shard files of one payload being written, one on each member. A drive that fails or makes no progress drops
/// out; the payload goes on while `W` are left.
final class ShardFiles: Sendable {
    /// One shard: its file and the checksums of what it holds.
    private final class Shard: Sendable {
        struct State {
            var writer: (any ShardWriter)?
            var checksums: [UInt32] = []
        }

        let drive: SlotDrive
        let number: Int
        /// Touched by one job at a time: the next is begun when the one before has answered.
        let state = Mutex(State())

        init(drive: SlotDrive, number: Int) {
            self.drive = drive
            self.number = number
        }
    }

    private struct Progress {
        var shards: [Shard]
        /// The append under way.
        var pending: [(Shard, Promise<Result<Void, DriveFailure>>)] = []
    }

    private let set: ErasureSet
    private let id: DataID
    private let name: ShardName
    private let format: ShardFormat
    private let progress: Mutex<Progress>

    init(set: ErasureSet, id: DataID) {
        self.set = set
        self.id = id
        name = ShardName(id.text)
        let payload = Self.payload(id, size: 1, set.shape)
        format = ShardFormat(unitByteCount: set.shape.unitByteCount)
        progress = Mutex(
            Progress(shards: set.memberDrives().map { Shard(drive: $0, number: payload.shard(ofSlot: $0.slot)) }))
    }

    private static func payload(_ id: DataID, size: UInt64, _ shape: SetShape) -> Payload {
        let rotation = NewPayload(id: id, size: size, content: .striped([])).rotation
        return Payload(
            id: id, size: size,
            layout: .striped(
                dataShards: shape.dataShards, parityShards: shape.parityShards, rotation: rotation,
                unitByteCount: shape.unitByteCount))
    }

    /// Begins to write one stripe's units, once the stripe before it is written.
    func append(_ units: [ByteBuffer]) async throws(StoreError) {
        try await settle()
        let (name, format) = (name, format)
        progress.withLock { progress in
            progress.pending = progress.shards.map { shard in
                let unit = units[shard.number]
                let promise = shard.drive.begin(.access, limitMilliseconds: EngineLimits.shardMilliseconds) {
                    try shard.state.withLock { state in
                        if state.writer == nil { state.writer = try shard.drive.drive.createShard(name) }
                        try state.writer?.append(unit)
                        state.checksums += format.checksums(of: unit)
                    }
                }
                return (shard, promise)
            }
        }
    }

    /// Makes the files durable and answers the slots that have one.
    func finish(size: UInt64) async throws(StoreError) -> Set<Int> {
        try await settle()
        let payload = Self.payload(id, size: size, set.shape)
        let (format, broken) = (format, set.environment.broken)
        progress.withLock { progress in
            progress.pending = progress.shards.map { shard in
                let promise = shard.drive.begin(.access, limitMilliseconds: EngineLimits.shardMilliseconds) {
                    try shard.state.withLock { state in
                        guard let writer = state.writer else { return }
                        try writer.append(
                            format.trailer(checksums: state.checksums, payload: payload, shard: shard.number))
                        do {
                            try writer.finish()
                        } catch  where broken == .retriesFailedSyncs {
                            try writer.finish()
                        }
                        // The directory may have been wiped or unmounted meanwhile: then nothing was stored.
                        try shard.drive.drive.checkPlace()
                    }
                }
                return (shard, promise)
            }
        }
        try await settle()
        return Set(progress.withLock { $0.shards.map(\.drive.slot) })
    }

    /// Waits for the append under way; drives that failed drop out.
    private func settle() async throws(StoreError) {
        let pending = progress.withLock { progress in
            defer { progress.pending = [] }
            return progress.pending
        }
        var lastFailure: DriveFailure?
        for (shard, promise) in pending {
            if case .failure(let failure) = await promise.value() {
                lastFailure = failure
                progress.withLock { $0.shards.removeAll { $0 === shard } }
                set.report(failure)
            }
        }
        let count = progress.withLock { $0.shards.count }
        guard count >= set.shape.writeFloor else {
            throw StoreError(.unavailable, "too few drives could store the data", cause: lastFailure)
        }
    }

    /// Removes what was written: nothing will name it.
    func discard() {
        let shards = progress.withLock { progress in
            defer { progress.shards = [] }
            return progress.shards
        }
        for shard in shards {
            shard.drive.executor.submit(.background) {
                shard.state.withLock { state in
                    state.writer?.discard()
                    state.writer = nil
                }
            }
        }
    }
}
