package import DriveIO
package import MetadataIndex
import StorageAPI

/// Proves from what is on stopped drives that every object has all its shards and that the indexes agree, or says
/// exactly what is wrong. Changes nothing, except that opening an index replays its log, as every start does.
package struct Doctor: Sendable {
    let opener: DriveOpener
    let verifyIndex: @Sendable (any MetadataIndex) throws(IndexError) -> Void
    let log: FindingLog

    /// - Parameters:
    ///   - verifyIndex: reads all that an index has on the disk and checks it; runs on the drive's thread.
    ///   - report: told of every finding, one at a time.
    package init(
        environment: StoreEnvironment, makeDrive: @escaping @Sendable (String) -> any Drive,
        verifyIndex: @escaping @Sendable (any MetadataIndex) throws(IndexError) -> Void,
        report: @escaping @Sendable (DoctorFinding) -> Void
    ) {
        opener = DriveOpener(environment: environment, restoresIdentities: false, makeDrive: makeDrive)
        self.verifyIndex = verifyIndex
        log = FindingLog(report)
    }

    /// Looks at the drives at these paths, which must be all drives of the store: one that is not here is a finding.
    package func examine(_ paths: [String]) async -> DoctorSummary {
        var drives: [IdentifiedDrive] = []
        for finding in await opener.look(at: paths) {
            switch finding {
            case .identified(let drive): drives.append(drive)
            case .absent(let path, let reason), .unusable(let path, let reason): log.add(.drive, path, reason)
            case .blank(let blank):
                log.add(.drive, blank.path, "it is empty: no drive of any store")
                await Self.end(blank.executor) { blank.drive.close() }
            }
        }
        let mine = await keepOneDeployment(drives)
        var summary = DoctorSummary()
        let census = StoreCensus(countsKeys: Set(mine.map(\.identity.pool)).count > 1)
        for place in Self.places(of: mine) {
            let examination = SetExamination(
                place: place, doctor: self,
                drives: mine.filter { $0.identity.pool == place.pool && $0.identity.set == place.set })
            summary.add(await examination.carryOut(census))
        }
        census.report(to: log)
        reportPools(census.pools, mine)
        summary.findings = log.count
        return summary
    }

    /// Drives of another deployment, or two that claim one slot, are findings and are left alone.
    private func keepOneDeployment(_ drives: [IdentifiedDrive]) async -> [IdentifiedDrive] {
        var kept: [IdentifiedDrive] = []
        for drive in drives {
            let identity = drive.identity
            var reason: String?
            if identity.state != .formed {
                reason = "its creation was not finished"
            } else if let first = kept.first, first.identity.deployment != identity.deployment {
                reason = "it belongs to another deployment than \(first.path)"
            } else if let other = kept.first(where: {
                $0.identity.pool == identity.pool && $0.identity.set == identity.set
                    && $0.identity.slot == identity.slot
            }) {
                reason = "it claims the same slot as \(other.path)"
            }
            guard let reason else {
                kept.append(drive)
                continue
            }
            log.add(.drive, drive.path, reason)
            await Self.end(drive.executor) { drive.drive.close() }
        }
        return kept
    }

    /// A pool of which no drive is here has objects that nothing was said of.
    private func reportPools(_ record: PoolsRecord?, _ drives: [IdentifiedDrive]) {
        guard !drives.isEmpty else { return }
        let count = drives.map(\.identity.poolCount).max() ?? 1
        let inUse = record?.inUse ?? Array(0..<count)
        for pool in inUse where !drives.contains(where: { $0.identity.pool == pool }) {
            log.add(.drive, "pool \(pool + 1)", "no drive of it is here")
        }
        for drive in drives
        where record?[drive.identity.pool]?.phase == Pool.Phase.removed.rawValue {
            log.add(.drive, drive.path, "it is of a pool that was drained and left out")
        }
    }

    /// Every set that the identities speak of, also one of which no drive is here.
    private static func places(of drives: [IdentifiedDrive]) -> [SetPlace] {
        var places: [SetPlace] = []
        for (_, drives) in Dictionary(grouping: drives, by: \.identity.pool).sorted(by: { $0.key < $1.key }) {
            let identity = drives[0].identity
            for set in 0..<identity.setCount {
                places.append(
                    SetPlace(pool: identity.pool, set: set, number: places.count + 1, shape: identity.shape))
            }
        }
        return places
    }

    /// Runs the last job of a drive's threads and waits for it.
    static func end(_ executor: any DriveExecutor, _ job: @escaping @Sendable () -> Void) async {
        let done = Promise<Void>()
        executor.submit(.commit) {
            job()
            done.fulfil(())
        } otherwise: {
            done.fulfil(())
        }
        await done.value()
        executor.abandon()
    }
}

/// Where a set is in its deployment.
struct SetPlace: Sendable {
    let pool: Int
    let set: Int
    /// From 1, over all pools: the name by which logs call it.
    let number: Int
    let shape: SetShape

    var name: String { "set \(number)" }
}
