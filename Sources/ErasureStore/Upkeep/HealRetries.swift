import MetadataIndex

/// When shards that could not be rebuilt are tried again: later each time, and all at once when other drives are here.
struct HealRetries: Sendable {
    private struct Failure {
        var count: Int
        var dueAt: UInt64
    }

    static let firstMilliseconds: UInt64 = 2000
    static let longestMilliseconds: UInt64 = 300_000
    /// Whose row is gone is not asked for any more.
    static let forgottenMilliseconds: UInt64 = 600_000
    /// More of them are a lost store; the rest is tried each time.
    static let limit = 100_000

    private var failures: [MissingKey: Failure] = [:]
    private var drives: [Int: ObjectIdentifier] = [:]

    func isDue(_ key: MissingKey, now: UInt64) -> Bool {
        failures[key].map { $0.dueAt <= now } ?? true
    }

    /// Answers whether this is news.
    mutating func failed(_ key: MissingKey, now: UInt64) -> Bool {
        if failures.count >= Self.limit {
            failures = failures.filter { now - min($0.value.dueAt, now) < Self.forgottenMilliseconds }
        }
        let count = failures[key]?.count ?? 0
        guard count > 0 || failures.count < Self.limit else { return false }
        let wait = min(Self.firstMilliseconds << UInt64(min(count, 16)), Self.longestMilliseconds)
        failures[key] = Failure(count: count + 1, dueAt: now + wait)
        return count == 0
    }

    mutating func healed(_ key: MissingKey) {
        failures[key] = nil
    }

    /// Handles of the drives, by slot. Another one may have what was lacking.
    mutating func look(at drives: [Int: ObjectIdentifier]) {
        guard drives != self.drives else { return }
        self.drives = drives
        for key in Array(failures.keys) { failures[key]?.dueAt = 0 }
    }
}
