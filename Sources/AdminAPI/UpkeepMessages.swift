/// The answer to `getHeal`.
package struct HealOverview: Codable, Hashable, Sendable {
    package var total: HealReport
    package var sets: [SetHealReport]

    package init(total: HealReport, sets: [SetHealReport]) {
        self.total = total
        self.sets = sets
    }
}

package struct SetHealReport: Codable, Hashable, Sendable {
    package var set: String
    package var heal: HealReport

    package init(set: String, heal: HealReport) {
        self.set = set
        self.heal = heal
    }
}

/// Rebuilding of shards that are not where they belong.
package struct HealReport: Codable, Hashable, Sendable {
    package var missingShards: Int
    /// Of these, on members: what healing works on now.
    package var rebuildableShards: Int
    /// Since the server started, as the bytes.
    package var rebuiltShards: UInt64
    package var rebuiltByteCount: UInt64
    package var bytesPerSecond: Double
    /// Left out when nothing is to be done, or nothing can be said yet.
    package var remainingSeconds: Double?

    package init(
        missingShards: Int, rebuildableShards: Int, rebuiltShards: UInt64, rebuiltByteCount: UInt64,
        bytesPerSecond: Double, remainingSeconds: Double?
    ) {
        self.missingShards = missingShards
        self.rebuildableShards = rebuildableShards
        self.rebuiltShards = rebuiltShards
        self.rebuiltByteCount = rebuiltByteCount
        self.bytesPerSecond = bytesPerSecond
        self.remainingSeconds = remainingSeconds
    }
}

/// The answer to `getScrub`, `startScrub` and `stopScrub`.
package struct ScrubOverview: Codable, Hashable, Sendable {
    package var total: ScrubReport
    package var sets: [SetScrubReport]

    package init(total: ScrubReport, sets: [SetScrubReport]) {
        self.total = total
        self.sets = sets
    }
}

package struct SetScrubReport: Codable, Hashable, Sendable {
    package var set: String
    package var scrub: ScrubReport

    package init(set: String, scrub: ScrubReport) {
        self.set = set
        self.scrub = scrub
    }
}

/// Verification of everything on a schedule. Times are those of RFC 3339, in UTC.
package struct ScrubReport: Codable, Hashable, Sendable {
    /// `waiting`, `running` or `stopped`.
    package var phase: String
    /// Of the run under way, or of the last one; left out before the first.
    package var startedAt: String?
    package var finishedAt: String?
    package var nextAt: String?
    /// 0 to 1, an estimate.
    package var fraction: Double
    package var shardsVerified: UInt64
    package var verifiedByteCount: UInt64
    package var rowsCompared: UInt64
    package var found: UInt64
    package var repaired: UInt64
    /// Objects that can not be repaired.
    package var damagedObjects: Int

    package init(
        phase: String, startedAt: String?, finishedAt: String?, nextAt: String?, fraction: Double,
        shardsVerified: UInt64, verifiedByteCount: UInt64, rowsCompared: UInt64, found: UInt64, repaired: UInt64,
        damagedObjects: Int
    ) {
        self.phase = phase
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.nextAt = nextAt
        self.fraction = fraction
        self.shardsVerified = shardsVerified
        self.verifiedByteCount = verifiedByteCount
        self.rowsCompared = rowsCompared
        self.found = found
        self.repaired = repaired
        self.damagedObjects = damagedObjects
    }
}
