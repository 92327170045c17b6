package import DriveIO
import NIOCore
import Synchronization

/// What several drives and indexes did, in one order: for tests that say what comes before what.
package final class OperationLog: Sendable {
    package enum Event: Hashable, Sendable {
        case created(ShardName)
        case appended(ShardName, byteCount: Int)
        /// The sync of file and directory has begun.
        case finishing(ShardName)
        /// It has succeeded.
        case finished(ShardName)
        case removed([ShardName])
        case identitySet
        case placeChecked
        /// A synced write of the index has begun.
        case indexWriting
        /// It has succeeded.
        case indexWritten
        /// What the test itself notes.
        case note(String)
    }

    package struct Entry: Hashable, Sendable {
        /// The drive, by whatever name the test gave it.
        package var source: String
        package var event: Event
    }

    private let state = Mutex<[Entry]>([])

    package init() {}

    package var entries: [Entry] { state.withLock { $0 } }

    package func note(_ text: String) {
        record("test", .note(text))
    }

    func record(_ source: String, _ event: Event) {
        state.withLock { $0.append(Entry(source: source, event: event)) }
    }
}

/// A drive that writes down what it is asked.
package final class RecordingDrive: Drive {
    private let drive: any Drive
    private let source: String
    private let log: OperationLog

    package init(_ drive: any Drive, as source: String, in log: OperationLog) {
        self.drive = drive
        self.source = source
        self.log = log
    }

    package var path: String { drive.path }
    package func identity() throws(DriveError) -> [UInt8]? { try drive.identity() }
    package func isBlank() throws(DriveError) -> Bool { try drive.isBlank() }
    package func lock() throws(DriveError) { try drive.lock() }
    package func mount() throws(DriveError) -> MountState { try drive.mount() }
    package func rememberPlace() throws(DriveError) { try drive.rememberPlace() }
    package func quarantineIndex() throws(DriveError) { try drive.quarantineIndex() }
    package func space() throws(DriveError) -> DriveSpace { try drive.space() }
    package func close() { drive.close() }

    package func setIdentity(_ bytes: [UInt8]) throws(DriveError) {
        try drive.setIdentity(bytes)
        log.record(source, .identitySet)
    }

    package func checkPlace() throws(DriveError) {
        try drive.checkPlace()
        log.record(source, .placeChecked)
    }

    package func createShard(_ name: ShardName) throws(DriveError) -> any ShardWriter {
        let writer = try drive.createShard(name)
        log.record(source, .created(name))
        return RecordingShardWriter(writer, name, source, log)
    }

    package func openShard(_ name: ShardName) throws(DriveError) -> any ShardReader { try drive.openShard(name) }

    package func removeShards(_ names: [ShardName]) throws(DriveError) {
        try drive.removeShards(names)
        log.record(source, .removed(names))
    }

    package func inspectShard(_ name: ShardName) throws(DriveError) -> any ShardReader { try drive.inspectShard(name) }

    package func quarantineShard(_ name: ShardName) throws(DriveError) -> Bool { try drive.quarantineShard(name) }

    package func shardNames(after: ShardName?, limit: Int) throws(DriveError) -> [ShardName] {
        try drive.shardNames(after: after, limit: limit)
    }
}

private final class RecordingShardWriter: ShardWriter {
    private let writer: any ShardWriter
    private let name: ShardName
    private let source: String
    private let log: OperationLog

    init(_ writer: any ShardWriter, _ name: ShardName, _ source: String, _ log: OperationLog) {
        self.writer = writer
        self.name = name
        self.source = source
        self.log = log
    }

    func append(_ bytes: ByteBuffer) throws(DriveError) {
        try writer.append(bytes)
        log.record(source, .appended(name, byteCount: bytes.readableBytes))
    }

    func finish() throws(DriveError) {
        log.record(source, .finishing(name))
        try writer.finish()
        log.record(source, .finished(name))
    }

    func discard() { writer.discard() }
}
