internal import Synchronization

/// A drive on a file system, of which nothing is changed: for reading bare drives, copies of them and read-only media.
///
/// Every change throws `readOnly`. Its lock keeps servers away while it is held, and is refused while one runs; where
/// there is no lock file, no server has ever run.
package final class ReadOnlyDrive: Drive {
    private let files: FileDrive
    private let lockFile = Mutex<Descriptor?>(nil)

    package init(path: String) {
        files = FileDrive(path: path)
    }

    package var path: String { files.path }

    package func identity() throws(DriveError) -> [UInt8]? { try files.identity() }
    package func isBlank() throws(DriveError) -> Bool { try files.isBlank() }
    package func space() throws(DriveError) -> DriveSpace { try files.space() }
    package func rememberPlace() throws(DriveError) { try files.rememberPlace() }
    package func checkPlace() throws(DriveError) { try files.checkPlace() }

    package func openShard(_ name: ShardName) throws(DriveError) -> any ShardReader { try files.openShard(name) }
    package func inspectShard(_ name: ShardName) throws(DriveError) -> any ShardReader { try files.inspectShard(name) }
    package func shardNames(after: ShardName?, limit: Int) throws(DriveError) -> [ShardName] {
        try files.shardNames(after: after, limit: limit)
    }

    /// A root, whatever it is: wherever a bare drive is mounted, or copied to, it is the drive.
    package func mount() throws(DriveError) -> MountState {
        var state = try files.mount()
        state.isMountPoint = true
        return state
    }

    /// Shared with others that only read.
    package func lock() throws(DriveError) {
        if lockFile.withLock({ $0 != nil }) { return }
        let path = files.lockPath
        let descriptor: Descriptor
        do throws(Errno) {
            descriptor = try Descriptor(opening: path, for: .read)
        } catch .notFound {
            return
        } catch {
            throw DriveError(error, "open", path)
        }
        do throws(Errno) {
            try descriptor.lockShared()
        } catch .wouldBlock {
            throw DriveError(
                .locked, "\(self.path) is in use by \(FileDrive.holder(descriptor))",
                errorNumber: Errno.wouldBlock.number)
        } catch {
            throw DriveError(error, "lock", path)
        }
        var held = Optional(descriptor)
        lockFile.withLock { $0 = held.take() }
    }

    package func close() {
        files.close()
        lockFile.withLock { $0 = nil }
    }

    private var refusal: DriveError { DriveError(.readOnly, "\(path) is only read") }

    package func setIdentity(_ bytes: [UInt8]) throws(DriveError) { throw refusal }
    package func quarantineIndex() throws(DriveError) { throw refusal }
    package func createShard(_ name: ShardName) throws(DriveError) -> any ShardWriter { throw refusal }
    package func removeShards(_ names: [ShardName]) throws(DriveError) { throw refusal }
    package func quarantineShard(_ name: ShardName) throws(DriveError) -> Bool { throw refusal }
}
