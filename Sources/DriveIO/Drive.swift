package import NIOCore

/// One drive: a directory, meant to be a mounted disk, with an identity, shard files and room for an index.
///
/// Every call may block on the disk and belongs on the drive's threads (``DriveExecutor``), except where it says
/// otherwise. Two implementations pass one contract: real files, and one in memory for simulation.
///
/// After a failed sync every later change fails with the same error: what failed is clean to the system, so that the
/// next sync would lie. The drive goes on only with a new handle, and whoever opens it must find out what is there.
package protocol Drive: AnyObject, Sendable {
    /// For messages: the path as given.
    var path: String { get }
    /// The bytes of `magstore.json`, or nil when there is none.
    func identity() throws(DriveError) -> [UInt8]?
    /// Replaces `magstore.json` atomically and durably. A remembered place follows.
    func setIdentity(_ bytes: [UInt8]) throws(DriveError)
    /// The directory holds nothing but what a fresh file system has (`lost+found`).
    func isBlank() throws(DriveError) -> Bool
    /// Takes the exclusive lock of this process; released by `close` or the end of the process.
    func lock() throws(DriveError)
    /// Whether the directory is the root of a mounted file system, and of which device.
    func mount() throws(DriveError) -> MountState
    /// Remembers which files `magstore.json` and `index/` are now. Called again once the index is open.
    ///
    /// - Throws: `vanished` when there is no `magstore.json`.
    func rememberPlace() throws(DriveError)
    /// Looks them up by path and compares. An index that was there must still have its `CURRENT`.
    ///
    /// - Throws: `vanished` when nothing was remembered, and when the directory was wiped, unmounted or replaced under
    ///   a running server.
    func checkPlace() throws(DriveError)
    func space() throws(DriveError) -> DriveSpace
    /// Moves a damaged `index/` to `quarantine/`, durably. The index must be closed.
    ///
    /// - Throws: `notFound` when there is none.
    func quarantineIndex() throws(DriveError)
    func close()

    // MARK: Shard files

    /// Begins a shard. It appears under its name, complete, when it is finished, and then replaces an older one.
    ///
    /// - Throws: `vanished` when the drive has no identity: an empty mount point must not be filled.
    func createShard(_ name: ShardName) throws(DriveError) -> any ShardWriter
    /// - Throws: `notFound`.
    func openShard(_ name: ShardName) throws(DriveError) -> any ShardReader
    /// Unlinks the shards that are there, then syncs their directories.
    func removeShards(_ names: [ShardName]) throws(DriveError)
    /// Opens a shard to verify it: what is read comes from the disk, whatever is in memory, and leaves what is in
    /// memory as it is. Reads from the page cache are not answered.
    ///
    /// - Throws: `notFound`.
    func inspectShard(_ name: ShardName) throws(DriveError) -> any ShardReader
    /// Gives a damaged shard a second name in `quarantine/`, durably, for the operator. Under its own name it stays
    /// until it is replaced or removed: most of it may be good, and needed.
    ///
    /// - Returns: whether it is kept. Beyond a hundredth of the drive nothing is.
    /// - Throws: `notFound`.
    @discardableResult
    func quarantineShard(_ name: ShardName) throws(DriveError) -> Bool
    /// Names of finished shards in their order, behind `after`.
    func shardNames(after: ShardName?, limit: Int) throws(DriveError) -> [ShardName]
}

/// A shard file being written. One user at a time.
///
/// After a failed call every later one fails with the same error.
package protocol ShardWriter: AnyObject, Sendable {
    func append(_ bytes: ByteBuffer) throws(DriveError)
    /// Makes the bytes durable, gives the file its name, and makes that durable. Nothing can be appended afterwards.
    func finish() throws(DriveError)
    /// Removes what was written. Nothing to do after `finish`. Also done when the last reference goes.
    func discard()
}

/// An open shard file. Safe to use from several threads.
package protocol ShardReader: AnyObject, Sendable {
    var byteCount: UInt64 { get }
    /// - Throws: `truncated` when the file ends before `count` bytes.
    func read(at offset: UInt64, count: Int) throws(DriveError) -> ByteBuffer
    /// The bytes if all of them are in the page cache, otherwise nil. Never blocks: safe on an event loop.
    func readCached(at offset: UInt64, count: Int) -> ByteBuffer?
}

/// The name of a shard file: lower-case hexadecimal digits and hyphens, at most 80.
package struct ShardName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        precondition(Self.isValid(text), "not a shard name")
        self.text = text
    }

    /// For names that were found on a disk.
    package init?(validating text: String) {
        guard Self.isValid(text) else { return nil }
        self.text = text
    }

    private static func isValid(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 80
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) || $0 == 45 }
    }

    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

package struct MountState: Hashable, Sendable {
    package var isMountPoint: Bool
    /// The system's number. Another after a restart, or when disks are found in another order: only for comparisons
    /// while the system runs.
    package var device: UInt64

    package init(isMountPoint: Bool, device: UInt64) {
        self.isMountPoint = isMountPoint
        self.device = device
    }
}

/// Bytes.
package struct DriveSpace: Hashable, Sendable {
    package var total: UInt64
    package var available: UInt64

    package init(total: UInt64, available: UInt64) {
        self.total = total
        self.available = available
    }
}

package struct DriveError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        case notFound
        case truncated
        case inputOutput
        case full
        case readOnly
        case denied
        /// Another process has the drive.
        case locked
        /// Not the directory that it was.
        case vanished
        case tooManyOpenFiles
        /// Closed or abandoned by ourselves.
        case closed
    }

    package let code: Code
    package let message: String
    /// The operating system's error number where there was one.
    package let errorNumber: Int32?

    package init(_ code: Code, _ message: String, errorNumber: Int32? = nil) {
        self.code = code
        self.message = message
        self.errorNumber = errorNumber
    }
}

/// Where a drive's blocking calls run: real threads, or the seeded scheduler of a simulation.
package protocol DriveExecutor: AnyObject, Sendable {
    /// Runs `job` some time later. Jobs of the commit lane run one at a time, in order.
    ///
    /// After `abandon` the job is released without being run: whoever waits for it uses
    /// ``submit(_:_:otherwise:)``, ``perform(_:_:)`` or ``run(_:_:)``.
    func submit(_ lane: DriveLane, _ job: @escaping @Sendable () -> Void)
    /// Takes no more jobs and releases those not yet begun. Does not wait for one that hangs.
    func abandon()
}

package enum DriveLane: Hashable, Sendable {
    /// Synced index writes, in order.
    case commit
    /// Everything else a client waits for.
    case access
    /// Healing, removing, scanning.
    case background
}
