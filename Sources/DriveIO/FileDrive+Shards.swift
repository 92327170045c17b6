internal import NIOCore
internal import Synchronization

extension FileDrive {
    package func createShard(_ name: ShardName) throws(DriveError) -> any ShardWriter {
        let path = try directories.incomingPath(name)
        do throws(Errno) {
            return FileShardWriter(
                try Descriptor(opening: path, for: .create), path: path, name: name, directories: directories)
        } catch .notFound {
            directories.forget()
            throw DriveError(.vanished, "\(self.path) lost its directories", errorNumber: Errno.notFound.number)
        } catch {
            throw DriveError(error, "create", path)
        }
    }

    package func openShard(_ name: ShardName) throws(DriveError) -> any ShardReader {
        let path = directories.path(name)
        return try naming("open", path) { () throws(Errno) in
            let descriptor = try Descriptor(opening: path, for: .read)
            let status = try descriptor.status()
            return FileShardReader(descriptor, path: path, byteCount: status.byteCount)
        }
    }

    package func removeShards(_ names: [ShardName]) throws(DriveError) {
        try directories.remove(names)
    }

    package func inspectShard(_ name: ShardName) throws(DriveError) -> any ShardReader {
        try DirectShardReader.open(directories.path(name))
    }

    package func quarantineShard(_ name: ShardName) throws(DriveError) -> Bool {
        try directories.keepInQuarantine(name, limit: try space().total / 100)
    }

    package func shardNames(after: ShardName?, limit: Int) throws(DriveError) -> [ShardName] {
        try directories.names(after: after, limit: limit)
    }
}

/// A shard under `incoming/` until it is finished.
final class FileShardWriter: ShardWriter {
    private let path: String
    private let name: ShardName
    private let directories: ShardDirectories
    private let state: Mutex<State>

    private struct State: ~Copyable {
        enum Phase {
            case writing
            case finished
            /// For good: nothing is tried again on this file.
            case failed(DriveError)
            case discarded
        }

        let descriptor: Descriptor
        var phase = Phase.writing
        var written: UInt64 = 0
        /// Up to here the kernel was asked to write.
        var handedOver: UInt64 = 0
    }

    /// Little enough that the final sync is short, enough that the disk sees long writes.
    private static let writeBackByteCount: UInt64 = 4 << 20

    init(_ descriptor: consuming Descriptor, path: String, name: ShardName, directories: ShardDirectories) {
        self.path = path
        self.name = name
        self.directories = directories
        state = Mutex(State(descriptor: descriptor))
    }

    deinit {
        discard()
    }

    func append(_ bytes: ByteBuffer) throws(DriveError) {
        try step("write") { (state) throws(Errno) in
            try state.descriptor.write(bytes)
            state.written += UInt64(bytes.readableBytes)
            let waiting = state.written - state.handedOver
            if waiting >= Self.writeBackByteCount {
                try state.descriptor.startWriteBack(at: state.handedOver, count: Int(waiting))
                state.handedOver = state.written
            }
        }
    }

    func finish() throws(DriveError) {
        do throws(DriveError) {
            try step("sync") { (state) throws(Errno) in try state.descriptor.synchronizeData() }
        } catch {
            if error.code != .closed { directories.end(error) }
            throw error
        }
        try state.withLock { state throws(DriveError) in
            do throws(DriveError) {
                try directories.admit(path, as: name)
                state.phase = .finished
            } catch {
                state.phase = .failed(error)
                throw error
            }
        }
    }

    func discard() {
        state.withLock { state in
            if case .finished = state.phase { return }
            if case .discarded = state.phase { return }
            state.phase = .discarded
            // What cannot be removed now is removed as a leftover at the next start.
            try? Paths.unlink(path)
        }
    }

    private func step(
        _ operation: String, _ body: (inout State) throws(Errno) -> Void
    ) throws(DriveError) {
        try state.withLock { state throws(DriveError) in
            switch state.phase {
            case .writing: break
            case .failed(let error): throw error
            case .finished, .discarded: throw DriveError(.closed, "\(path) is no longer being written")
            }
            do throws(Errno) {
                try body(&state)
            } catch {
                let failure = DriveError(error, operation, path)
                state.phase = .failed(failure)
                throw failure
            }
        }
    }
}

final class FileShardReader: ShardReader {
    let byteCount: UInt64
    private let path: String
    private let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor, path: String, byteCount: UInt64) {
        self.descriptor = descriptor
        self.path = path
        self.byteCount = byteCount
    }

    func read(at offset: UInt64, count: Int) throws(DriveError) -> ByteBuffer {
        guard isInside(offset, count) else { throw truncated(offset, count) }
        let bytes = try naming("read", path) { () throws(Errno) in try descriptor.read(at: offset, count: count) }
        guard bytes.readableBytes == count else { throw truncated(offset, count) }
        return bytes
    }

    func readCached(at offset: UInt64, count: Int) -> ByteBuffer? {
        guard isInside(offset, count), let bytes = try? descriptor.readCached(at: offset, count: count),
            bytes.readableBytes == count
        else { return nil }
        return bytes
    }

    private func isInside(_ offset: UInt64, _ count: Int) -> Bool {
        offset <= byteCount && UInt64(count) <= byteCount - offset
    }

    private func truncated(_ offset: UInt64, _ count: Int) -> DriveError {
        DriveError(.truncated, "\(path) ends before byte \(offset) + \(count)")
    }
}
