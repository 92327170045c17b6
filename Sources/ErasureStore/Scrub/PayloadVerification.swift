import DriveIO
import MetadataIndex
import StorageAPI

/// Reads everything that the members of a set should hold of payloads, from their disks.
struct PayloadVerification: Sendable {
    let set: ErasureSet
    /// For the rests between the steps of long reads.
    let pacer: ScrubPacer

    /// What the records say of a payload at this moment.
    private struct Standing: Sendable {
        var references: UInt64
        var missing: Set<Int>
        /// Slots whose drives may lack it without a row in `missing` that says so.
        var unlisted: Set<Int>
    }

    private func standings(
        _ payloads: [Payload], _ source: IndexSource, mayHaveMissing: Bool
    ) async throws(DriveFailure) -> [DataID: Standing] {
        try await source.perform { reader in
            var standings: [DataID: Standing] = [:]
            let unlisted = Set(try IndexState.slots(reader).filter { $0.value.isUnlisted }.keys)
            for payload in payloads {
                guard let value = try reader.value(.refs, payload.id.bytes) else { continue }
                var standing = Standing(
                    references: try ReferencesRecord(decoding: value).count, missing: [], unlisted: unlisted)
                for slot in mayHaveMissing ? payload.slots : [] {
                    let key = MissingKey(slot: UInt16(slot), id: payload.id).bytes
                    if try reader.value(.missing, key) != nil { standing.missing.insert(slot) }
                }
                standings[payload.id] = standing
            }
            return standings
        }
    }

    /// From the first member that answers.
    private func standings(_ payloads: [Payload], in view: SetView) async throws(StoreError) -> [DataID: Standing] {
        for source in view.sources {
            do throws(DriveFailure) {
                return try await standings(payloads, source, mayHaveMissing: set.missingCount > 0)
            } catch {
                report(error, of: source.drive)
            }
        }
        throw StoreError(.unreadable, "no drive could read the index")
    }

    /// Slowness is not held against a drive that reads for nobody.
    private func report(_ failure: DriveFailure, of drive: SlotDrive) {
        if case .tooSlow = failure.reason { return }
        // Its slot may have another handle by now, which this says nothing of.
        if set.drives[drive.slot] === drive { set.report(failure) }
    }

    // MARK: Rows

    /// Looks at the rows of small payloads, on all members side by side. Those that nothing names any more are left
    /// out.
    func small(_ payloads: [Payload]) async throws(StoreError) -> [PayloadCensus] {
        let view = try set.board.view(ofSet: set.index)
        let standings = try await standings(payloads, in: view)
        let named = payloads.filter { standings[$0.id] != nil }
        let reads = view.sources.map { source in
            let slot = source.drive.slot
            let mine = named.filter { $0.slots.contains(slot) }
            let promise = source.drive.begin(.background, limitMilliseconds: EngineLimits.openMilliseconds) {
                try mine.map { try Self.row($0, slot: slot, source.reader) }
            }
            return (source.drive, mine, promise)
        }
        var censuses = Dictionary(named.map { ($0.id, PayloadCensus($0)) }) { first, _ in first }
        for (drive, mine, promise) in reads {
            do throws(DriveFailure) {
                for (payload, outcome) in zip(mine, try await promise.value().get()) {
                    censuses[payload.id]?.note(slot: drive.slot, outcome)
                }
            } catch {
                report(error, of: drive)
                for payload in mine { censuses[payload.id]?.isUnknown(slot: drive.slot) }
            }
        }
        return named.compactMap { payload in
            var census = censuses[payload.id]
            census?.referenceCount = standings[payload.id]?.references ?? 0
            for slot in standings[payload.id]?.missing ?? [] { census?.isKnown(slot: slot) }
            for slot in standings[payload.id]?.unlisted ?? [] { census?.isUnlisted(slot: slot) }
            return census
        }
    }

    private static func row(
        _ payload: Payload, slot: Int, _ reader: any IndexReader
    ) throws -> ShardInspection.Outcome {
        var outcome = ShardInspection.Outcome()
        guard let value = try reader.value(.payloads, payload.id.bytes) else {
            outcome.note("the row is not there", isRot: false)
            outcome.isUseless = true
            return outcome
        }
        outcome.byteCount = UInt64(value.count)
        if payload.wholeRecord(value, slot: slot) == nil {
            outcome.note("the row does not match its checksum")
            outcome.isUseless = true
        }
        return outcome
    }

    // MARK: Files

    /// Reads the shard files of a payload, block by block, on all members side by side. Nil when nothing names it.
    func striped(_ payload: Payload) async throws(StoreError) -> PayloadCensus? {
        set.pins.pin(payload.id)
        defer { set.pins.unpin(payload.id) }
        var census = PayloadCensus(payload)
        let drives: [SlotDrive]
        do {
            // Pinned before this view is taken: if it still names the payload, nothing removes the files until they
            // have been read.
            let view = try set.board.view(ofSet: set.index)
            guard let standing = try await standings([payload], in: view)[payload.id] else { return nil }
            census.referenceCount = standing.references
            for slot in standing.missing { census.isKnown(slot: slot) }
            for slot in standing.unlisted { census.isUnlisted(slot: slot) }
            drives = view.members.map(\.drive).filter { payload.slots.contains($0.slot) }
        }
        try await read(payload, on: drives, into: &census)
        return census
    }

    private func read(
        _ payload: Payload, on drives: [SlotDrive], into census: inout PayloadCensus
    ) async throws(StoreError) {
        var open: [(drive: SlotDrive, inspection: ShardInspection)] = []
        var pacer = pacer
        var beganAt = set.environment.clock.uptimeMilliseconds()
        let opening = drives.map { drive in
            (
                drive,
                drive.begin(.background, limitMilliseconds: EngineLimits.openMilliseconds) {
                    try ShardInspection.open(payload, on: drive)
                }
            )
        }
        for (drive, promise) in opening {
            do throws(DriveFailure) {
                switch try await promise.value().get() {
                case .success(let inspection): open.append((drive, inspection))
                case .failure(let useless): census.note(slot: drive.slot, useless.outcome)
                }
            } catch {
                report(error, of: drive)
                census.isUnknown(slot: drive.slot)
            }
        }
        while !open.isEmpty {
            if set.isClosing { throw StoreError(.unavailable, "the store is being closed") }
            let steps = open.map { drive, inspection in
                (
                    drive,
                    drive.begin(.background, limitMilliseconds: EngineLimits.openMilliseconds) {
                        var inspection = inspection
                        try inspection.step()
                        return inspection
                    }
                )
            }
            open = []
            for (drive, promise) in steps {
                do throws(DriveFailure) {
                    let inspection = try await promise.value().get()
                    if inspection.isDone {
                        census.note(slot: drive.slot, inspection.outcome)
                    } else {
                        open.append((drive, inspection))
                    }
                } catch {
                    report(error, of: drive)
                    census.isUnknown(slot: drive.slot)
                }
            }
            await pacer.rest(since: beganAt)
            beganAt = set.environment.clock.uptimeMilliseconds()
        }
    }
}
