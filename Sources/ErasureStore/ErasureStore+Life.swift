import Logging
import StorageAPI

extension ErasureStore {
    private static let restartMilliseconds: UInt64 = 1000

    /// Opens the drives that were found for a set and lets the rules decide.
    func start(_ set: ErasureSet, _ found: [IdentifiedDrive], acceptLoss: Bool) async {
        var opened: [SetStart.Opened] = []
        var damaged: [IdentifiedDrive] = []
        var absent = Dictionary(
            uniqueKeysWithValues: (0..<set.shape.driveCount).map { ($0, "not found") })
        for drive in found {
            let slot = drive.identity.slot
            do {
                opened.append(try await roster.opener.open(drive))
                absent[slot] = nil
            } catch {
                absent[slot] = "\(drive.path): \(error.reason)"
                set.isUnusable(drive, reason: "\(error.reason)")
                if error.isDamagedIndex {
                    set.damage.countIndex()
                    damaged.append(drive)
                }
                environment.logger.error(
                    "drive can not be used",
                    metadata: ["set": "\(set.name)", "path": "\(drive.path)", "reason": "\(error.reason)"])
                if !error.isDamagedIndex { roster.opener.release(drive) }
            }
        }
        for drive in damaged {
            // Only when the others can rebuild it: an index is never given up that may be needed.
            guard opened.count >= max(set.shape.dataShards, set.shape.readFloor), set.shape.parityShards > 0,
                let renewed = try? await roster.opener.open(drive, renewingIndex: true)
            else {
                roster.opener.release(drive)
                continue
            }
            environment.logger.warning(
                "damaged index was set aside and is rebuilt", metadata: ["set": "\(set.name)", "path": "\(drive.path)"])
            opened.append(renewed)
            absent[drive.identity.slot] = nil
        }
        for (slot, reason) in absent.sorted(by: { $0.key < $1.key }) {
            environment.logger.warning(
                "drive is missing", metadata: ["set": "\(set.name)", "slot": "\(slot)", "reason": "\(reason)"])
        }
        await set.start(opened, absent: absent, lost: roster.lostText, acceptLoss: acceptLoss)
        if set === home, set.canRead { await readBuckets() }
    }

    /// A home set that was started and could not be read: nothing can be served before its buckets are known.
    private func keepTryingForBuckets() async {
        while !home.isClosed {
            await environment.clock.sleep(milliseconds: Self.restartMilliseconds)
            if !buckets.isLoaded, home.canRead { await readBuckets() }
        }
    }

    private func readBuckets() async {
        do throws(StoreError) {
            try await loadBuckets()
        } catch {
            environment.logger.error("the list of buckets can not be read", metadata: ["error": "\(error.message)"])
        }
    }

    /// Serves until `close`: commits, background work, and starts again what had to stop.
    package func run() async {
        await withTaskGroup { group in
            for set in sets {
                let upkeep = SetUpkeep(set: set, code: code, roster: roster, buckets: buckets)
                group.addTask { await self.serve(set) }
                group.addTask { await upkeep.watchStalls() }
                group.addTask { await upkeep.takeBackDrives() }
                group.addTask { await upkeep.run() }
                group.addTask { await DriveWatch(set: set).run() }
                group.addTask { await Scrub(set: set).run() }
            }
            group.addTask { await self.keepTryingForBuckets() }
            await group.waitForAll()
        }
    }

    private func serve(_ set: ErasureSet) async {
        while true {
            if case .serving = set.mode, await set.serve() == .closed { break }
            if set.isClosing { break }
            await environment.clock.sleep(milliseconds: Self.restartMilliseconds)
            if set.isClosing { break }
            if case .readOnly = set.mode, await !hasMoreDrives(set) { continue }
            // Drives that came back may be enough; so may those that are here, once their handles are new.
            set.letGoOfDrives()
            await environment.clock.sleep(milliseconds: Self.restartMilliseconds)
            let found = await roster.find(set: set.index, slots: Array(0..<set.shape.driveCount))
            await start(set, found, acceptLoss: false)
        }
        set.release()
    }

    /// Whether drives have appeared that a set which only reads was started without.
    private func hasMoreDrives(_ set: ErasureSet) async -> Bool {
        let open = set.drives
        let found = await roster.find(set: set.index, slots: (0..<set.shape.driveCount).filter { open[$0] == nil })
        for drive in found { roster.opener.release(drive) }
        return !found.isEmpty
    }

    /// Ends `run`. What was queued before is still committed.
    package func close() {
        for set in sets { set.close() }
    }
}
