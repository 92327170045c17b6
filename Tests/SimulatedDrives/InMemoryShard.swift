import DriveIO
import NIOCore
import Synchronization

final class InMemoryShardWriter: ShardWriter {
    private enum Phase {
        case writing
        case finished
        case failed(DriveError)
        case discarded
    }

    private let drive: InMemoryDrive
    private let file: InMemoryDriveMedium.File
    private let name: ShardName
    private let phase = Mutex(Phase.writing)

    init(drive: InMemoryDrive, file: InMemoryDriveMedium.File, name: ShardName) {
        self.drive = drive
        self.file = file
        self.name = name
    }

    deinit {
        discard()
    }

    func append(_ bytes: ByteBuffer) throws(DriveError) {
        try whileWriting { () throws(DriveError) in
            try drive.step(.append) { state throws(DriveError) in
                if !state.isEndless, state.used + UInt64(bytes.readableBytes) > state.capacity {
                    throw DriveError(.full, "\(drive.path) is full", errorNumber: 28)
                }
                file.content.withLock { $0.written += bytes.readableBytesView }
            }
        }
    }

    func finish() throws(DriveError) {
        var isLost = false
        if case .failed = phase.withLock({ $0 }) { isLost = true }
        try whileWriting { () throws(DriveError) in
            try drive.sync(.syncFile) { _ in
                if !isLost { file.content.withLock { $0.durable = $0.written } }
            }
            try drive.requireOpen()
            try drive.step(.name) { state throws(DriveError) in
                let wasThere = state.incoming.removeValue(forKey: ObjectIdentifier(file)) != nil
                guard wasThere, !state.isUnmounted else {
                    throw DriveError(.notFound, "\(drive.path) lost the shard \(name)", errorNumber: 2)
                }
                state.written.shards[name] = file
            }
            try drive.sync(.syncDirectory) { state in state.durable.shards[name] = state.written.shards[name] }
        }
        phase.withLock { $0 = .finished }
    }

    func discard() {
        let wasOpen = phase.withLock { phase in
            switch phase {
            case .finished, .discarded: return false
            case .writing, .failed:
                phase = .discarded
                return true
            }
        }
        guard wasOpen else { return }
        _ = drive.medium.state.withLock { $0.incoming.removeValue(forKey: ObjectIdentifier(file)) }
    }

    /// A failure is for good.
    private func whileWriting(_ body: () throws(DriveError) -> Void) throws(DriveError) {
        switch phase.withLock({ $0 }) {
        case .writing: break
        case .failed where drive.forgivesFailedSyncs: break
        case .failed(let error): throw error
        case .finished, .discarded: throw DriveError(.closed, "the shard \(name) is no longer being written")
        }
        do throws(DriveError) {
            try body()
        } catch {
            phase.withLock { $0 = .failed(error) }
            throw error
        }
    }
}

final class InMemoryShardReader: ShardReader {
    let byteCount: UInt64
    private let drive: InMemoryDrive
    private let file: InMemoryDriveMedium.File
    private let step: InMemoryDriveMedium.Step

    init(drive: InMemoryDrive, file: InMemoryDriveMedium.File, step: InMemoryDriveMedium.Step = .read) {
        self.drive = drive
        self.file = file
        self.step = step
        byteCount = file.content.withLock { UInt64($0.written.count) }
    }

    func read(at offset: UInt64, count: Int) throws(DriveError) -> ByteBuffer {
        try drive.step(step) { _ throws(DriveError) in
            guard let bytes = bytes(offset, count) else {
                throw DriveError(.truncated, "\(drive.path): a shard ends before byte \(offset) + \(count)")
            }
            return bytes
        }
    }

    func readCached(at offset: UInt64, count: Int) -> ByteBuffer? {
        guard step == .read, drive.medium.state.withLock({ $0.isCached }) else { return nil }
        return bytes(offset, count)
    }

    private func bytes(_ offset: UInt64, _ count: Int) -> ByteBuffer? {
        file.content.withLock { content in
            let bytes = step == .inspect ? content.onDisk : content.written
            guard let start = Int(exactly: offset), start <= bytes.count, count <= bytes.count - start else {
                return nil
            }
            return ByteBuffer(bytes: bytes[start..<start + count])
        }
    }
}
