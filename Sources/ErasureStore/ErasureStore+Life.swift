import Logging
import StorageAPI
import Synchronization

extension ErasureStore {
    private static let restartMilliseconds: UInt64 = 1000

    /// A home set that was started and could not be read: nothing can be served before its buckets are known.
    private func keepTryingForBuckets() async {
        while !isClosing {
            await environment.clock.sleep(milliseconds: Self.restartMilliseconds)
            if !buckets.isLoaded, sets.contains(where: \.canRead) { await readBuckets() }
        }
    }

    /// Nothing here is ordered by the machine's clock, but objects get their times from it and signatures are judged by
    /// it: who sets it is told.
    private func watchClock() async {
        let clock = environment.clock
        var (uptime, time) = (clock.uptimeMilliseconds(), clock.now().milliseconds)
        while !isClosing {
            await clock.sleep(milliseconds: Self.clockMilliseconds)
            let (newUptime, newTime) = (clock.uptimeMilliseconds(), clock.now().milliseconds)
            let jump = newTime - time - Int64(newUptime - uptime)
            (uptime, time) = (newUptime, newTime)
            guard abs(jump) > Self.jumpMilliseconds else { continue }
            clockJumps.wrappingAdd(1, ordering: .relaxed)
            environment.logger.warning(
                "the machine's clock was set: times of objects may not be in their order",
                metadata: ["milliseconds": "\(jump)"])
        }
    }

    private static let clockMilliseconds: UInt64 = 1000
    /// More than what keeping the time in step does.
    private static let jumpMilliseconds: Int64 = 2000

    /// Serves until `close`: commits, background work, and starts again what had to stop.
    package func run() async {
        await withTaskGroup { group in
            for (place, pool) in pools.enumerated() {
                group.addTask { await self.run(pool, place) }
                group.addTask { await Drain(store: self, pool: pool).run() }
            }
            group.addTask { await self.keepTryingForBuckets() }
            group.addTask { await self.releaseDecidedKeys() }
            group.addTask { await self.settleShadows() }
            group.addTask { await self.keepPools() }
            group.addTask { await self.watchClock() }
            await group.waitForAll()
        }
    }

    private func run(_ pool: Pool, _ place: Int) async {
        if !pool.isJoined {
            await PoolAddition(store: self, pool: pool, place: place).carryOut()
            guard pool.isJoined, !isClosing else {
                for set in pool.sets { set.release() }
                return
            }
        }
        await withTaskGroup { group in
            for set in pool.sets {
                let upkeep = SetUpkeep(set: set, roster: roster, buckets: buckets)
                group.addTask { await self.serve(set) }
                group.addTask { await upkeep.watchStalls() }
                group.addTask { await upkeep.takeBackDrives() }
                group.addTask { await upkeep.run() }
                group.addTask { await upkeep.keepHealing() }
                group.addTask { await DriveWatch(set: set).run() }
                group.addTask { await Scrub(set: set).run() }
            }
            await group.waitForAll()
        }
    }

    private func serve(_ set: ErasureSet) async {
        while true {
            if case .serving = set.mode, await set.serve() == .closed { break }
            if set.isClosing { break }
            await environment.clock.sleep(milliseconds: Self.restartMilliseconds)
            if set.isClosing { break }
            if case .readOnly = set.mode {
                await startWithMoreDrives(set)
                continue
            }
            // Drives that came back may be enough; so may those that are here, once their handles are new.
            set.letGoOfDrives()
            await environment.clock.sleep(milliseconds: Self.restartMilliseconds)
            let found = await roster.find(set: set.index, slots: Array(0..<set.shape.driveCount), records: nil)
            await start(set, found, acceptLoss: false)
        }
        set.release()
    }

    /// A set that only reads looks for drives that it was started without, and for empty ones in their place. It goes
    /// on reading while they are made equal.
    private func startWithMoreDrives(_ set: ErasureSet) async {
        let kept = set.readOnlyDrives
        let slots = (0..<set.shape.driveCount).filter { slot in
            set.mayRejoin(slot: slot) && !kept.contains { $0.drive.slot == slot }
        }
        let records = kept.first?.state.slots ?? [:]
        let found = await roster.find(set: set.index, slots: slots, records: records)
        guard !found.isEmpty else { return }
        for slot in slots { set.waitLonger(slot: slot) }
        await start(set, found, keeping: kept, acceptLoss: false)
    }

    /// Ends `run`. What was queued before is still committed.
    package func close() {
        closing.store(true, ordering: .releasing)
        for set in sets { set.close() }
    }
}
