internal import NIOCore
internal import Synchronization

/// A drive on a file system.
///
/// ```
/// magstore.json             identity
/// magstore.lock             held by the process that has the drive, whose number it contains
/// index/                    RocksDB's, not ours
/// shards/<group>/<name>     finished shards
/// incoming/<name>.<number>  shards being written; leftovers of a crash, removed before the first new one
/// quarantine/<name>         shards that failed their checksum, until they were rebuilt also under their own name
/// quarantine/index-<n>      indexes that could not be opened
/// ```
/// A group is the first 47 characters of a name, 4,096 consecutive data ids: names order as (group, name) do, so that a
/// listing reads only the directories that it needs.
package final class FileDrive: Drive {
    package let path: String
    private let state = Mutex(State())
    let directories: ShardDirectories

    private struct State: ~Copyable {
        var lock: Descriptor?
        var place: Place?
    }

    private struct Place: Hashable {
        var identity: FilePlace
        /// Nil before there was an index.
        var index: FilePlace?
    }

    package init(path: String) {
        self.path = path
        directories = ShardDirectories(drive: path)
    }

    private var identityPath: String { ShardDirectories.identityPath(ofDrive: path) }
    var lockPath: String { path + "/magstore.lock" }
    private var indexPath: String { path + "/index" }

    /// Makes the directory, and those above it, where there is none. Only for a first start on plain paths: where a
    /// mount is expected, a missing directory is a missing drive.
    package func createDirectory() throws(DriveError) {
        let components = path.split(separator: "/", omittingEmptySubsequences: true)
        var current = path.hasPrefix("/") ? "/" : "./"
        for component in components {
            let parent = current
            current += component + "/"
            if try makeDirectoryIfMissing(current) { try synchronizeDirectory(parent) }
        }
    }

    package func close() {
        directories.close()
        state.withLock { $0.lock = nil }
    }

    // MARK: Identity

    /// An identity is less than 1 KiB; what is much larger is not ours.
    private static let identityLimit = 1 << 20

    package func identity() throws(DriveError) -> [UInt8]? {
        let bytes: ByteBuffer
        do throws(Errno) {
            bytes = try Descriptor(opening: identityPath, for: .read).read(at: 0, count: Self.identityLimit)
        } catch .notFound {
            // No file is an answer; no directory is a missing drive.
            _ = try naming("open", path) { () throws(Errno) in try Paths.status(path) }
            return nil
        } catch {
            throw DriveError(error, "read", identityPath)
        }
        return Array(bytes.readableBytesView)
    }

    package func setIdentity(_ bytes: [UInt8]) throws(DriveError) {
        try directories.requireOpen()
        let new = identityPath + ".new"
        try removeIfPresent(new)
        try naming("write", new) { () throws(Errno) in
            let descriptor = try Descriptor(opening: new, for: .create)
            try descriptor.write(ByteBuffer(bytes: bytes))
            try descriptor.synchronize()
        }
        try naming("replace", identityPath) { () throws(Errno) in try Paths.rename(new, to: identityPath) }
        try directories.synchronize(path)
        if state.withLock({ $0.place != nil }) { try rememberPlace() }
    }

    package func isBlank() throws(DriveError) -> Bool {
        let names = try naming("list", path) { () throws(Errno) in try Paths.names(in: path) }
        // The last is left by a crash while the first identity was written.
        return Set(names).isSubset(of: ["lost+found", "magstore.lock", "magstore.json.new"])
    }

    // MARK: Place

    package func lock() throws(DriveError) {
        if state.withLock({ $0.lock != nil }) { return }
        let descriptor = try naming("open", lockPath) { () throws(Errno) in
            try Descriptor(opening: lockPath, for: .lock)
        }
        do throws(Errno) {
            try descriptor.lockExclusively()
        } catch .wouldBlock {
            throw DriveError(
                .locked, "\(path) is in use by \(Self.holder(descriptor))", errorNumber: Errno.wouldBlock.number)
        } catch {
            throw DriveError(error, "lock", lockPath)
        }
        do throws(Errno) {
            try descriptor.truncate()
            try descriptor.write(ByteBuffer(string: "\(Paths.processNumber)\n"))
        } catch {
            // The number is for a message only, and a full drive must still start.
        }
        var held = Optional(descriptor)
        state.withLock { $0.lock = held.take() }
    }

    static func holder(_ descriptor: borrowing Descriptor) -> String {
        do throws(Errno) {
            let text = String(buffer: try descriptor.read(at: 0, count: 20))
            guard let number = Int32(text.prefix { $0 != "\n" }) else { return "another process" }
            return number == Paths.processNumber ? "this process" : "process \(number)"
        } catch {
            return "another process"
        }
    }

    package func mount() throws(DriveError) -> MountState {
        try naming("examine", path) { () throws(Errno) in
            let here = try Paths.status(path + "/.").place
            do throws(Errno) {
                return MountState(isMountPoint: try Paths.isMountRoot(path + "/."), device: here.device)
            } catch .unsupported {
                // Older kernels. Misses bind mounts; the root of a file system is its own parent.
                let above = try Paths.status(path + "/..").place
                return MountState(isMountPoint: here.device != above.device || here == above, device: here.device)
            }
        }
    }

    package func rememberPlace() throws(DriveError) {
        guard let place = try place() else { throw vanished("it has no identity") }
        state.withLock { $0.place = place }
    }

    package func checkPlace() throws(DriveError) {
        guard let remembered = state.withLock({ $0.place }) else { throw vanished("its place was never remembered") }
        guard let now = try place() else { throw vanished("magstore.json is gone") }
        if now.identity != remembered.identity { throw vanished("magstore.json is another file") }
        guard let index = remembered.index else { return }
        // RocksDB replaces CURRENT when it begins a new manifest, but never the directory.
        if now.index != index { throw vanished("the index is gone") }
        if try status(indexPath + "/CURRENT")?.place.device != index.device { throw vanished("the index was emptied") }
    }

    private func place() throws(DriveError) -> Place? {
        guard let identity = try status(identityPath) else { return nil }
        return Place(identity: identity.place, index: try status(indexPath)?.place)
    }

    private func status(_ path: String) throws(DriveError) -> FileStatus? {
        do throws(Errno) {
            return try Paths.status(path)
        } catch .notFound {
            return nil
        } catch {
            throw DriveError(error, "examine", path)
        }
    }

    private func vanished(_ reason: String) -> DriveError {
        DriveError(.vanished, "\(path) is not the drive that it was: \(reason)")
    }

    package func quarantineIndex() throws(DriveError) {
        try directories.moveIndexToQuarantine(indexPath)
    }

    package func space() throws(DriveError) -> DriveSpace {
        try naming("examine", path) { () throws(Errno) in try Paths.space(path) }
    }
}
