import DriveIO
import Logging
import MetadataIndex
import StorageAPI

/// Makes empty drives a new pool of a store that serves. Every set knows of the pool before one of its drives is
/// formed, so that a store is never opened without it.
struct PoolAddition: Sendable {
    let store: ErasureStore
    let pool: Pool
    /// Among the pools of the store.
    let place: Int

    private static let retryMilliseconds: UInt64 = 1000

    private var opener: DriveOpener { store.roster.opener }
    private var formatter: DriveFormatter { DriveFormatter(opener: opener, deployment: store.roster.deployment) }

    /// Tries until it is done or the store is closed.
    func carryOut() async {
        guard let (number, begun) = await trying({ try await begin() }) else { return }
        let registered: Void? = await trying {
            try await store.changePools { (record) throws(StoreError) in
                guard record[number] == nil else { return }
                var entry = PoolRecord()
                entry.number = UInt32(number)
                record.pools.append(entry)
            }
        }
        guard registered != nil, let formed = await trying({ try await form(begun) }) else {
            for drive in begun { opener.release(drive) }
            return
        }
        store.roster.name(place, number)
        for set in pool.sets {
            let mine = formed.filter { store.roster.setIndex(of: $0.identity) == set.index }
            for drive in mine { store.roster.use(drive.path, set: set.index, slot: drive.identity.slot) }
            await store.start(set, DriveRoster.Found(drives: mine), acceptLoss: false)
        }
        pool.join(as: number)
        store.environment.logger.notice(
            "pool is added", metadata: ["pool": "\(pool.name)", "drives": "\(formed.count)"])
    }

    private func trying<Value>(_ step: () async throws -> Value) async -> Value? {
        while !store.isClosing {
            do {
                return try await step()
            } catch {
                let reason = (error as? StoreError)?.message ?? "\(error)"
                store.environment.logger.warning("a pool can not be added yet", metadata: ["reason": "\(reason)"])
            }
            await store.environment.clock.sleep(milliseconds: Self.retryMilliseconds)
        }
        return nil
    }

    /// Writes the identities of drives that are to be formed.
    private func begin() async throws -> (number: Int, drives: [IdentifiedDrive]) {
        guard store.registry.isVerified else { throw StoreError(.unavailable, "the pools are not known yet") }
        var layout = store.roster.layouts[place]
        let findings = await opener.look(at: layout.paths)
        do {
            var blanks: [String: BlankDrive] = [:]
            for finding in findings { blanks[finding.path] = try blank(finding) }
            let record = store.registry.record
            // Its number may be registered already, where a crash came in between.
            if layout.number < 0 || record[layout.number] == nil
                || store.joinedPools.contains(where: { $0.number == layout.number })
            {
                layout.number = (record.pools.map { Int($0.number) }.max() ?? -1) + 1
            }
            let drives = formatter.identities(of: layout, poolCount: layout.number + 1, on: blanks)
            for drive in drives { try await formatter.write(drive.identity, to: drive) }
            return (layout.number, drives)
        } catch {
            for finding in findings {
                switch finding {
                case .identified(let found): opener.release(found)
                case .blank(let blank): blank.release()
                case .absent, .unusable: break
                }
            }
            throw error
        }
    }

    private func blank(_ finding: DriveFinding) throws(DeploymentError) -> BlankDrive {
        switch finding {
        case .blank(let blank): return blank
        case .identified(let found):
            guard found.identity.state == .forming else {
                throw DeploymentError("\(found.path) has become a drive of a store")
            }
            return BlankDrive(
                path: found.path, drive: found.drive, executor: found.executor,
                isMountPoint: found.identity.isMountPoint)
        case .absent(let path, let reason), .unusable(let path, let reason):
            throw DeploymentError("\(path) can not be used: \(reason)")
        }
    }

    private func form(_ drives: [IdentifiedDrive]) async throws(DeploymentError) -> [IdentifiedDrive] {
        // Before the first drive is formed, so that a formed drive without an index is a damaged one.
        for drive in drives { try await formatter.makeIndex(on: drive) }
        var formed: [IdentifiedDrive] = []
        for drive in drives { formed.append(try await formatter.form(drive)) }
        return formed
    }
}
