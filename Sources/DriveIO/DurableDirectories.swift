// Steps on directories, with their errors named.

func synchronizeDirectory(_ path: String) throws(DriveError) {
    try naming("sync", path) { () throws(Errno) in try Descriptor(opening: path, for: .directory).synchronize() }
}

/// - Returns: whether it was made.
func makeDirectoryIfMissing(_ path: String) throws(DriveError) -> Bool {
    do throws(Errno) {
        try Paths.makeDirectory(path)
        return true
    } catch .exists {
        return false
    } catch {
        throw DriveError(error, "make", path)
    }
}

func removeIfPresent(_ path: String) throws(DriveError) {
    do throws(Errno) {
        try Paths.unlink(path)
    } catch .notFound {
    } catch {
        throw DriveError(error, "remove", path)
    }
}

/// The names in a directory, or none where there is no such directory.
func namesIfPresent(_ path: String) throws(DriveError) -> [String] {
    do throws(Errno) {
        return try Paths.names(in: path)
    } catch .notFound, .notDirectory {
        return []
    } catch {
        throw DriveError(error, "list", path)
    }
}

/// What concerns the whole file system that a path is on.
package enum FileSystem {
    /// Makes everything on it durable: cheaper than file by file where there are many.
    package static func synchronize(_ path: String) throws(DriveError) {
        try naming("sync", path) { () throws(Errno) in
            try Descriptor(opening: path, for: .directory).synchronizeFileSystem()
        }
    }
}
