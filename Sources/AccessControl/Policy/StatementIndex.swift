/// What a request is held against first, of all statements of a document in one piece of memory: most statements are
/// about other actions and other buckets, and are passed by here without being looked at.
///
/// A class, so that passing by a document costs one reference count.
final class StatementIndex: Sendable {
    /// For each word of an ``ActionSet``, that of each statement.
    private let actions: [[UInt64]]
    /// Where the buckets of each statement begin, and where the last ones end.
    private let starts: [Int]
    /// The fingerprint of each resource's bucket, or ``anyBucket``.
    private let buckets: [UInt64]

    /// Of what has no bucket's name at its beginning.
    private static let anyBucket: UInt64 = 0

    init(_ statements: [PolicyStatement]) {
        var starts = [0]
        var buckets: [UInt64] = []
        for statement in statements {
            let fingerprints = statement.resources.map { $0.bucket.map(Self.fingerprint) ?? Self.anyBucket }
            buckets += statement.excludesResources ? [Self.anyBucket] : fingerprints
            starts.append(buckets.count)
        }
        self.starts = starts
        self.buckets = buckets
        actions = (0..<ActionSet.wordCount).map { word in statements.map { $0.actions.word(word) } }
    }

    /// The first statement from `start` on that may be about this action and bucket.
    ///
    /// - Parameter bucket: the fingerprint of the bucket's name.
    func candidate(from start: Int, _ action: Action, bucket: UInt64) -> Int? {
        let place = ActionSet.place(of: action)
        let words = actions[place.word]
        for index in start..<words.count where words[index] & place.bit != 0 {
            for place in starts[index]..<starts[index + 1]
            where buckets[place] == bucket || buckets[place] == Self.anyBucket {
                return index
            }
        }
        return nil
    }

    /// Two names may have the same: it only sorts out what is not asked for (FNV-1a).
    static func fingerprint(_ name: some Sequence<Pattern.Unit>) -> UInt64 {
        let hash = name.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return hash == anyBucket ? 1 : hash
    }
}
