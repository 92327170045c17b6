import NIOHTTP1
import StorageAPI

/// Reads typed values out of a query.
struct QueryReader {
    let query: S3Query

    /// Prefixes, delimiters and markers are bytes, not text.
    func bytes(_ name: String) -> [UInt8] {
        Array((query[name] ?? "").utf8)
    }

    /// How many entries a page may have: what is asked for, but never more than ``PageLimits/entries``.
    ///
    /// - Throws: `InvalidArgument`.
    func pageSize(_ name: String) throws(S3Error) -> Int {
        try Self.pageSize(query[name], name)
    }

    /// - Parameter text: nil and empty mean the most.
    static func pageSize(_ text: String?, _ name: String) throws(S3Error) -> Int {
        guard let text, !text.isEmpty else { return PageLimits.entries }
        guard let number = Int(text) else {
            throw .invalidArgument(name, text, "Provided \(name) not an integer or within integer range")
        }
        guard (0...Int(Int32.max)).contains(number) else {
            throw .invalidArgument(name, text, "Argument \(name) must be an integer between 0 and 2147483647")
        }
        return min(number, PageLimits.entries)
    }

    /// A part that a page begins after: 0 when there is none.
    ///
    /// - Throws: `InvalidArgument`.
    static func partNumberMarker(_ text: String?, _ name: String) throws(S3Error) -> PartNumber {
        guard let text, !text.isEmpty else { return 0 }
        guard let number = Int(text), (0...Int(Int32.max)).contains(number) else {
            throw .invalidArgument(name, text, "Argument \(name) must be an integer between 0 and 2147483647")
        }
        return number
    }

    /// - Throws: `InvalidArgument`.
    static func partNumber(_ text: String, name: String) throws(S3Error) -> PartNumber {
        guard let number = Int(text), partNumbers.contains(number) else {
            throw .invalidArgument(name, text, "Part number must be an integer between 1 and 10000, inclusive")
        }
        return number
    }

    /// Whether keys in the answer are to be percent-encoded.
    ///
    /// - Throws: `InvalidArgument`.
    func isURLEncoded() throws(S3Error) -> Bool {
        guard let encoding = query["encoding-type"], !encoding.isEmpty else { return false }
        guard encoding.lowercased() == "url" else {
            throw .invalidArgument("encoding-type", encoding, "Invalid Encoding Method specified in Request")
        }
        return true
    }

    /// - Throws: `NoSuchUpload` for what can be no upload's name.
    func uploadID() throws(S3Error) -> UploadID {
        try Self.uploadID(query["uploadId"] ?? "")
    }

    private static let longestUploadID = 256

    static func uploadID(_ text: String) throws(S3Error) -> UploadID {
        let isName = (1...longestUploadID).contains(text.utf8.count) && text.utf8.allSatisfy(isAlphanumeric)
        guard isName else { throw S3Error(.noSuchUpload).with("UploadId", text) }
        return UploadID(text)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// - Throws: `InvalidArgument`.
    func version() throws(S3Error) -> VersionSelector {
        try VersionSelector(query["versionId"])
    }

    /// For reads, which find nothing but the current object.
    ///
    /// - Throws: `NoSuchVersion` or `InvalidArgument`.
    func requireCurrentVersion(key: ObjectKey) throws(S3Error) {
        guard case .missing(let version) = try version() else { return }
        throw S3Error(.noSuchVersion).with("Key", key.description).with("VersionId", version)
    }
}
