import MetadataIndex
import StorageAPI

/// Changes what a set knows of its scrub. All of it is one row; whoever changes it reads it at the commit.
struct ChangeScrub: Mutation {
    enum Change: Sendable {
        /// From now on the time to the first run is counted.
        case schedule
        /// A run begins, unless one is under way; one that was stopped goes on.
        case start
        case stop
        /// The run that began at `started` has come so far.
        case progress(ScrubRecord)
    }

    let change: Change

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> ScrubRecord {
        let key = StateKey.scrub.bytes
        let old = try await evaluation.record(ScrubRecord.self, .state, key) ?? ScrubRecord()
        var new = old
        switch change {
        case .schedule:
            if old.started == 0, old.scheduled == 0 { new.scheduled = evaluation.now }
        case .start:
            new.stopped = 0
            if !old.isUnderWay {
                new = ScrubRecord()
                new.started = max(evaluation.now, 1)
                new.unknown = old.unknown
            }
        case .stop:
            new.stopped = 1
        case .progress(let progress):
            // A run that was begun anew meanwhile knows better.
            guard old.isUnderWay, old.started == progress.started else { return old }
            new = progress
            new.stopped = old.stopped
        }
        if new != old { evaluation.put(.state, key, new) }
        return new
    }
}

extension ScrubRecord {
    var isUnderWay: Bool { started != 0 && finished == 0 }
}

/// Lists objects as damaged beyond repair, and takes from the list those that are not.
struct ListDamaged: Mutation {
    var damaged: [(key: HeadKey, id: DataID, reason: String)] = []
    var sound: [HeadKey] = []

    var weight: Int { (damaged.count + sound.count) * 512 }

    /// Answers which are listed now, of those that were damaged.
    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> [HeadKey] {
        for key in sound {
            let row = StateKey.damaged(key).bytes
            if try await evaluation.value(.state, row) != nil { evaluation.delete(.state, row) }
        }
        var listed: [HeadKey] = []
        for (key, id, reason) in damaged {
            // Overwritten or deleted meanwhile: what was lost is missed by nobody.
            guard let head = try await evaluation.record(HeadRecord.self, .heads, key.bytes), head.content == id else {
                continue
            }
            let row = StateKey.damaged(key).bytes
            let old = try await evaluation.record(DamagedRecord.self, .state, row)
            listed.append(key)
            guard old?.id != id || old?.reason != reason else { continue }
            var record = DamagedRecord()
            record.id = id
            record.reason = reason
            record.found = evaluation.now
            evaluation.put(.state, row, record)
        }
        return listed
    }
}

extension HeadRecord {
    /// What names the object's bytes.
    var content: DataID? { manifest ?? payload?.id }
}
