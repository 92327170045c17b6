/// How a store is doing: the answer to `getStatus`.
package struct StoreReport: Codable, Hashable, Sendable {
    /// Names the deployment; the same on all drives.
    package var deployment: String
    /// Of the server that answers.
    package var version: String
    /// `healthy`, `degraded`, `readOnly` or `unavailable`: that of the worst set.
    package var health: String
    /// What is not as it should be, the worst first; empty exactly when `health` is `healthy`.
    package var problems: [ProblemReport]
    package var sets: [SetReport]

    package init(
        deployment: String, version: String, health: String, problems: [ProblemReport], sets: [SetReport]
    ) {
        self.deployment = deployment
        self.version = version
        self.health = health
        self.problems = problems
        self.sets = sets
    }
}

/// Something that is wrong, and what to do about it.
package struct ProblemReport: Codable, Hashable, Sendable {
    /// A set, a drive of it, or `store`.
    package var place: String
    package var text: String
    package var advice: String

    package init(place: String, text: String, advice: String) {
        self.place = place
        self.text = text
        self.advice = advice
    }
}

package struct SetReport: Codable, Hashable, Sendable {
    package var name: String
    /// Counted from 0.
    package var pool: Int
    /// `serving`, `readOnly` or `stopped`.
    package var service: String
    /// Why it is not serving; empty when it is.
    package var reason: String
    package var dataShards: Int
    package var parityShards: Int
    package var drives: [DriveReport]
    /// What can still be written to every drive of the set.
    package var freeByteCount: UInt64
    package var corruptionFound: UInt64
    package var shardsRepaired: UInt64
    package var heal: HealReport
    package var scrub: ScrubReport

    package init(
        name: String, pool: Int, service: String, reason: String, dataShards: Int, parityShards: Int,
        drives: [DriveReport], freeByteCount: UInt64, corruptionFound: UInt64, shardsRepaired: UInt64,
        heal: HealReport, scrub: ScrubReport
    ) {
        self.name = name
        self.pool = pool
        self.service = service
        self.reason = reason
        self.dataShards = dataShards
        self.parityShards = parityShards
        self.drives = drives
        self.freeByteCount = freeByteCount
        self.corruptionFound = corruptionFound
        self.shardsRepaired = shardsRepaired
        self.heal = heal
        self.scrub = scrub
    }
}

/// The answer to `listDrives`.
package struct DriveListReport: Codable, Hashable, Sendable {
    package var drives: [DriveReport]

    package init(drives: [DriveReport]) {
        self.drives = drives
    }
}

package struct DriveReport: Codable, Hashable, Sendable {
    /// The name of its set.
    package var set: String
    package var slot: Int
    /// Empty when not known, as the uuid.
    package var path: String
    package var uuid: String
    /// `member`, `catchingUp`, `waiting`, `out` or `absent`.
    package var state: String
    /// Why it is no member; empty when it is.
    package var reason: String
    /// Of its file system. Zero when not known.
    package var capacityByteCount: UInt64
    package var freeByteCount: UInt64

    package init(
        set: String, slot: Int, path: String, uuid: String, state: String, reason: String, capacityByteCount: UInt64,
        freeByteCount: UInt64
    ) {
        self.set = set
        self.slot = slot
        self.path = path
        self.uuid = uuid
        self.state = state
        self.reason = reason
        self.capacityByteCount = capacityByteCount
        self.freeByteCount = freeByteCount
    }
}
