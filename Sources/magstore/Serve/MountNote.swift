/// Remembers, apart from the drives, at which paths mounted drives were served, so that a start at which nothing is
/// mounted anywhere does not take the bare directories for the drives of a new store.
struct MountNote: Hashable, Sendable {
    private static let heading = """
        # Drives were mounted here when magstore served them. Where nothing is mounted now, it makes no new store.
        # To begin one in a bare directory, remove its line.

        """

    /// The file that it is kept in.
    let path: String
    private(set) var mountPoints: Set<String>

    /// - Throws: when there is a note that can not be read.
    init(in directory: StateDirectory) throws(SettingsError) {
        path = directory.mountNotePath
        let lines = try TextFile.readIfPresent(path)?.split(separator: "\n") ?? []
        mountPoints = Set(lines.filter { !$0.hasPrefix("#") }.map(String.init))
    }

    func names(_ path: String) -> Bool {
        mountPoints.contains(TextFile.absolute(path))
    }

    /// Takes down which of the paths that are served now are mount points. What is known of others stays: a drive may
    /// be away, and other servers of this user have theirs.
    ///
    /// - Returns: whether that is news.
    mutating func update(served: [(path: String, isMountPoint: Bool)]) -> Bool {
        let before = mountPoints
        for (path, isMountPoint) in served {
            let absolute = TextFile.absolute(path)
            // A line is a path: one that has several can not be noted.
            guard isMountPoint, !absolute.contains("\n") else {
                mountPoints.remove(absolute)
                continue
            }
            mountPoints.insert(absolute)
        }
        return mountPoints != before
    }

    func write() throws(SettingsError) {
        try TextFile.makeDirectory(String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)))
        let lines = mountPoints.sorted().map { $0 + "\n" }.joined()
        try TextFile.writePrivately(Self.heading + lines, to: path)
    }
}
