import DriveIO
import HTTPService

/// How the files and connections that the process may have open are divided, so that none of them runs out because of
/// another.
///
/// ```
/// process   96           standard streams, logs, event loops, listeners, what is opened for a moment
/// drive     12 each      lock, RocksDB's log, manifest and lock, directories while they are synced
/// tables    a quarter    table and blob files that the indexes keep open: 20 to 512 for each drive
/// clients   the rest     half connections, at most as many as wanted; what is left over: shard files
/// ```
/// A hard limit of 1,024 gives six drives 34 tables each, 326 connections and 326 shard files.
struct DescriptorBudget: Hashable, Sendable {
    /// Table and blob files that one index keeps open.
    let tableFilesPerDrive: Int
    let connections: Int
    /// Connections beyond `connections` that are only told to come back later.
    let refusedConnections: Int
    /// Shard files that requests in flight may have open together.
    let shardFiles: Int

    private static let processFiles = 96
    private static let filesPerDrive = 12
    private static let tableFiles = 20...512
    static let defaultConnections = 4096
    private static let fewestConnections = 16

    /// - Parameter driveLimit: drives in the largest set: one striped request opens a file on each.
    /// - Throws: when the limit is too low to serve these drives at all.
    init(
        limit: UInt64, driveCount: Int, setSize: Int, wantedConnections: Int?
    ) throws(SettingsError) {
        // More is never needed, and a limit may be "infinity".
        let limit = Int(clamping: min(limit, 1 << 20))
        let tables = limit / 4 / max(driveCount, 1)
        tableFilesPerDrive = min(max(tables, Self.tableFiles.lowerBound), Self.tableFiles.upperBound)
        let clients = limit - Self.processFiles - driveCount * (Self.filesPerDrive + tableFilesPerDrive)
        connections = min(clients / 2, wantedConnections ?? Self.defaultConnections)
        refusedConnections = min(32, connections / 8)
        shardFiles = clients - connections - refusedConnections
        guard connections >= Self.fewestConnections, shardFiles >= 2 * setSize else {
            throw SettingsError(
                "the limit of open files is \(limit), too low for \(driveCount) drives: raise it (ulimit -Hn, "
                    + "LimitNOFILE=)")
        }
    }
}

/// How the memory limit is divided: half for the indexes, half for what requests in flight hold.
struct MemoryBudget: Hashable, Sendable {
    /// Cached blocks and rows not yet flushed, of all drives together. Bytes.
    let index: Int
    /// Of `index`: rows not yet flushed.
    let writeBuffers: Int
    /// Stripes of uploads and downloads in flight. Bytes.
    let stripes: Int

    static let highestDefault = 2 << 30
    static let least = 128 << 20

    init(limit: Int) {
        index = limit / 2
        writeBuffers = limit / 4
        stripes = limit - index
    }

    /// A quarter of the machine, but neither too little to work with nor all of a large machine unasked.
    static func defaultLimit(machineByteCount: Int) -> Int {
        max(least, min(machineByteCount / 4, highestDefault))
    }
}
