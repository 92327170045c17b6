/// What an operator sees of a store and may ask of it, whatever engine keeps it.
package protocol StoreAdministration: Sendable {
    /// From memory: asked for every scrape and every refresh of a progress bar.
    var status: StoreStatus { get }

    /// Begins a scrub of everything, or goes on with the one that is under way.
    ///
    /// - Throws: `.unavailable` when nothing of the store can be read.
    func startScrub() async throws(StoreError)

    /// The scrub waits until it is started again, also over a restart.
    func stopScrub() async throws(StoreError)

    /// Objects that have lost more than parity can replace, as scrubs and readers found them; listed until they are
    /// overwritten, deleted or whole again.
    ///
    /// - Parameter after: goes on behind this entry of an earlier answer.
    func damagedObjects(after: DamagedObject?, limit: Int) async throws(StoreError) -> [DamagedObject]

    /// Moves everything that a pool has to other pools, so that the store can be started without it.
    ///
    /// - Throws: `noSuchPool`; `lastPool` when there is no other; `unavailable` when a set can not write.
    func drainPool(_ number: Int) async throws(StoreError)

    /// Uses a pool again that was to be drained: what is moved stays where it is.
    func keepPool(_ number: Int) async throws(StoreError)

    /// Compares every row and verifies every shard while the store serves, repairs nothing, and answers what it found.
    ///
    /// - Parameter report: called with each finding as it is made.
    func examine(report: @escaping @Sendable (HealthFinding) -> Void) async throws(StoreError) -> HealthExamination
}

/// An object of which bytes are lost.
package struct DamagedObject: Hashable, Sendable {
    package var bucket: String
    package var key: ObjectKey
    /// What is wrong, for people.
    package var reason: String

    package init(bucket: String, key: ObjectKey, reason: String) {
        self.bucket = bucket
        self.key = key
        self.reason = reason
    }
}

/// Something that is not as it should be.
package struct HealthFinding: Hashable, Sendable {
    /// A drive, a set, or an object.
    package var place: String
    /// One word of a fixed list, for programs.
    package var kind: String
    /// For people.
    package var text: String

    package init(place: String, kind: String, text: String) {
        self.place = place
        self.kind = kind
        self.text = text
    }
}

/// What an examination has looked at.
package struct HealthExamination: Hashable, Sendable {
    package var findings = 0
    package var objects = 0
    package var rows = 0
    package var shards = 0
    package var shardByteCount: UInt64 = 0
    /// Nothing was found, and everything was looked at.
    package var isClean = false

    package init() {}
}
