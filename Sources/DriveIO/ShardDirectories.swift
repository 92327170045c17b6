internal import Synchronization

/// Where the shards of a drive are, and which of the directories are known to be there durably.
final class ShardDirectories: Sendable {
    let drive: String
    private let state = Mutex(State())
    /// Held while directories are made and leftovers removed: once, by the first writer.
    private let preparation = Mutex(())

    private struct State {
        var isPrepared = false
        /// Why nothing more is changed: a failed sync, or `close`.
        var ending: DriveError?
        var incomingCount: UInt64 = 0
        /// The groups last written to, newest last. They stay when they become empty: another shard is likely.
        var groups: [String] = []
    }

    private static let groupLimit = 8
    private static let namingAttempts = 20
    /// A drive that damages so many needs an operator.
    private static let indexLimit = 20
    /// Their sizes are added up for every other one that comes.
    private static let quarantineLimit = 1000

    init(drive: String) {
        self.drive = drive
    }

    static func identityPath(ofDrive path: String) -> String { path + "/magstore.json" }

    private var shards: String { drive + "/shards" }
    private var incoming: String { drive + "/incoming" }
    private var quarantine: String { drive + "/quarantine" }

    private func group(_ name: ShardName) -> String { String(name.text.prefix(47)) }
    private func groupPath(_ group: String) -> String { shards + "/" + group }
    func path(_ name: ShardName) -> String { groupPath(group(name)) + "/" + name.text }

    // MARK: The end

    func close() {
        end(DriveError(.closed, "\(drive) is closed"))
    }

    /// Refuses all later changes with this error. The first one stays.
    func end(_ error: DriveError) {
        state.withLock { state in
            if state.ending == nil { state.ending = error }
        }
    }

    func requireOpen() throws(DriveError) {
        if let ending = state.withLock({ $0.ending }) { throw ending }
    }

    /// Makes the entries of a directory durable, or ends all changes.
    func synchronize(_ path: String) throws(DriveError) {
        do throws(DriveError) {
            try synchronizeDirectory(path)
        } catch {
            end(error)
            throw error
        }
    }

    // MARK: Writing

    /// A path for a shard being written that no other has.
    func incomingPath(_ name: ShardName) throws(DriveError) -> String {
        try prepare()
        let number = state.withLock { state in
            state.incomingCount += 1
            return state.incomingCount
        }
        return "\(incoming)/\(name.text).\(number)"
    }

    /// Gives a synced file its name, durably.
    func admit(_ incoming: String, as name: ShardName) throws(DriveError) {
        try requireOpen()
        let group = group(name)
        // A group that became empty may be removed between the two steps, but not so many times by accident.
        for attempt in 1...Self.namingAttempts {
            try makeGroup(group)
            do throws(Errno) {
                try Paths.rename(incoming, to: path(name))
                break
            } catch {
                let isGroupGone = error == .notFound && (try? Paths.status(incoming)) != nil
                if !isGroupGone || attempt == Self.namingAttempts { throw DriveError(error, "name", path(name)) }
                state.withLock { $0.groups.removeAll { $0 == group } }
            }
        }
        try synchronize(groupPath(group))
    }

    private func makeGroup(_ group: String) throws(DriveError) {
        if state.withLock({ $0.groups.contains(group) }) { return }
        _ = try makeDirectoryIfMissing(groupPath(group))
        // Also where it was there: whoever made it may have crashed before this.
        try synchronize(shards)
        state.withLock { state in
            state.groups.append(group)
            if state.groups.count > Self.groupLimit { state.groups.removeFirst() }
        }
    }

    private func prepare() throws(DriveError) {
        try requireOpen()
        if state.withLock({ $0.isPrepared }) { return }
        try preparation.withLock { _ throws(DriveError) in
            if state.withLock({ $0.isPrepared }) { return }
            try makeDirectories()
            for name in try namesIfPresent(incoming) { try removeIfPresent(incoming + "/" + name) }
            state.withLock { $0.isPrepared = true }
        }
    }

    private func makeDirectories() throws(DriveError) {
        do throws(Errno) {
            _ = try Paths.status(Self.identityPath(ofDrive: drive))
        } catch .notFound {
            // Nothing is made on what may be an empty mount point.
            throw DriveError(.vanished, "\(drive) has no identity")
        } catch {
            throw DriveError(error, "examine", drive)
        }
        for path in [shards, incoming, quarantine] { _ = try makeDirectoryIfMissing(path) }
        try synchronize(drive)
    }

    /// The directories were removed by somebody: they are made again, if the identity is still there.
    func forget() {
        state.withLock { state in
            state.isPrepared = false
            state.groups.removeAll()
        }
    }

    // MARK: Removing

    func remove(_ names: [ShardName]) throws(DriveError) {
        try requireOpen()
        for (group, names) in Dictionary(grouping: names, by: group) {
            for name in names { try removeIfPresent(path(name)) }
            do throws(DriveError) {
                try synchronizeDirectory(groupPath(group))
            } catch  where error.code == .notFound {
                continue
            } catch {
                end(error)
                throw error
            }
            if state.withLock({ $0.groups.contains(group) }) { continue }
            // Most are still in use. One that stays by accident costs a look when listing.
            try? Paths.removeDirectory(groupPath(group))
        }
    }

    /// A second name for the file: it stays where it is.
    ///
    /// - Parameter limit: how many bytes of shards are kept.
    /// - Returns: whether it is kept.
    func keepInQuarantine(_ name: ShardName, limit: UInt64) throws(DriveError) -> Bool {
        try prepare()
        let kept = quarantine + "/" + name.text
        let status = try naming("quarantine", path(name)) { () throws(Errno) in try Paths.status(path(name)) }
        var byteCount = status.byteCount
        let others = try namesIfPresent(quarantine).filter { $0 != name.text && ShardName(validating: $0) != nil }
        guard others.count < Self.quarantineLimit else { return false }
        for other in others { byteCount += (try? Paths.status(quarantine + "/" + other))?.byteCount ?? 0 }
        guard byteCount <= limit else { return false }
        try removeIfPresent(kept)
        try naming("quarantine", path(name)) { () throws(Errno) in try Paths.link(path(name), as: kept) }
        try synchronize(quarantine)
        return true
    }

    /// Earlier ones are kept: the operator may still need one of them.
    func moveIndexToQuarantine(_ index: String) throws(DriveError) {
        try prepare()
        for number in 1...Self.indexLimit {
            let kept = "\(quarantine)/index-\(number)"
            do throws(Errno) {
                // A directory takes the place of an empty one only.
                try Paths.rename(index, to: kept)
            } catch .exists, .notEmpty {
                continue
            } catch {
                throw DriveError(error, "quarantine", index)
            }
            try synchronize(quarantine)
            try synchronize(drive)
            return
        }
        throw DriveError(.full, "\(quarantine) holds \(Self.indexLimit) damaged indexes: remove what is not needed")
    }

    // MARK: Listing

    func names(after: ShardName?, limit: Int) throws(DriveError) -> [ShardName] {
        var result: [ShardName] = []
        let first = after.map(group)
        let groups = try namesIfPresent(shards).filter { ShardName(validating: $0) != nil }
        for group in groups.sorted(by: precedes) where first.map({ !precedes(group, $0) }) ?? true {
            // What is not a shard in its group was put there by somebody else.
            let names = try namesIfPresent(groupPath(group)).compactMap { ShardName(validating: $0) }
                .filter { self.group($0) == group && (after == nil || after! < $0) }
            result += names.sorted().prefix(limit - result.count)
            if result.count >= limit { break }
        }
        return result
    }

    private func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
