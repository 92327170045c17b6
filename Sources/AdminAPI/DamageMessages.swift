/// A page of the answer to `listDamagedObjects`.
package struct DamagedObjectPage: Codable, Hashable, Sendable {
    package var objects: [DamagedObjectReport]
    /// What to send as `after` for the next page; left out on the last.
    package var next: String?

    package init(objects: [DamagedObjectReport], next: String?) {
        self.objects = objects
        self.next = next
    }
}

/// An object of which bytes are lost.
package struct DamagedObjectReport: Codable, Hashable, Sendable {
    package var bucket: String
    package var key: String
    package var reason: String

    package init(bucket: String, key: String, reason: String) {
        self.bucket = bucket
        self.key = key
        self.reason = reason
    }
}

/// One line of the answer to `examine`: exactly one of its members is there. The last line has a summary, or an error.
/// An empty line says that the work goes on.
package struct ExaminationLine: Codable, Hashable, Sendable {
    package var finding: FindingReport?
    package var summary: ExaminationReport?
    package var error: ErrorReport?

    package init(finding: FindingReport? = nil, summary: ExaminationReport? = nil, error: ErrorReport? = nil) {
        self.finding = finding
        self.summary = summary
        self.error = error
    }
}

/// Something that is not as it should be.
package struct FindingReport: Codable, Hashable, Sendable {
    /// A drive, a set, or an object.
    package var place: String
    /// One word of a fixed list.
    package var kind: String
    package var text: String

    package init(place: String, kind: String, text: String) {
        self.place = place
        self.kind = kind
        self.text = text
    }
}

/// What an examination has looked at.
package struct ExaminationReport: Codable, Hashable, Sendable {
    package var findings: Int
    /// Of these, not sent because the client was too slow to take them.
    package var unreportedFindings: Int
    package var objects: Int
    package var rows: Int
    package var shards: Int
    package var shardByteCount: UInt64
    /// Nothing was found, and everything was looked at.
    package var isClean: Bool

    package init(
        findings: Int, unreportedFindings: Int, objects: Int, rows: Int, shards: Int, shardByteCount: UInt64,
        isClean: Bool
    ) {
        self.findings = findings
        self.unreportedFindings = unreportedFindings
        self.objects = objects
        self.rows = rows
        self.shards = shards
        self.shardByteCount = shardByteCount
        self.isClean = isClean
    }
}

/// Every answer that is not a success.
package struct ErrorReport: Codable, Hashable, Sendable {
    /// For programs: S3's where S3 has one.
    package var code: String
    package var message: String
    /// As in the server's log.
    package var requestID: String

    package init(code: String, message: String, requestID: String) {
        self.code = code
        self.message = message
        self.requestID = requestID
    }
}
