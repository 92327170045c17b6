import Digests
import ErasureStore
import FoundationEssentials
import S3Protocol
import StorageAPI

/// One line of a rescue's `manifest.jsonl`: everything that is needed to put the object into a store again.
struct ManifestLine: Codable, Hashable {
    struct Checksum: Codable, Hashable {
        /// As S3 names it: `CRC32`, …
        var algorithm: String
        /// `FULL_OBJECT` or `COMPOSITE`.
        var type: String
        /// Base64.
        var value: String
    }

    var bucket: String
    var key: String
    /// The path within the directory; nil in a list.
    var file: String?
    var size: UInt64
    /// Of the file's bytes, hexadecimal; nil in a list.
    var sha256: String?
    var etag: String
    var lastModified: String
    /// `content-type` and others.
    var headers: [String: String]
    /// Names without `x-amz-meta-`.
    var metadata: [String: String]
    var checksums: [Checksum]
    /// Of an object that was uploaded in parts.
    var parts: Int?
    /// Changes with the bytes: a rescue that goes on knows by it what it has.
    var data: String

    init(_ object: RescuedObject, bucket: String) {
        let info = object.info
        self.bucket = bucket
        key = info.key.description
        size = info.size
        etag = info.etag.text
        lastModified = info.modified.iso8601
        headers = Dictionary(info.metadata.headers.map { ($0.name, $0.value) }) { "\($0), \($1)" }
        metadata = Dictionary(info.metadata.user.map { ($0.name, $0.value) }) { "\($0), \($1)" }
        checksums = info.seal.checksums.map {
            Checksum(algorithm: $0.algorithm.wireName, type: $0.type.wireName, value: Base64.encode($0.bytes))
        }
        parts = info.partCount
        data = object.data
    }

    /// Nil for a line that is none, as the last one after a crash.
    init?(parsing line: some Sequence<UInt8>) {
        guard let parsed = try? JSONDecoder().decode(ManifestLine.self, from: Data(line)) else { return nil }
        self = parsed
    }

    /// JSON without line breaks, and one at the end.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("a line encodes") }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    /// Whether a file that was written for `other` is that of this object.
    func hasBytes(of other: ManifestLine) -> Bool {
        (bucket, key, size, etag, data) == (other.bucket, other.key, other.size, other.etag, other.data)
    }
}
