import Digests

/// Where the file of an object is, within the directory that a rescue fills: its key as a path, so that most files are
/// where one would look for them. No two keys have the same path; the manifest has the key of every file.
///
/// - `%` and control characters of a key are written as `%` and two hexadecimal digits.
/// - `.` and `..` between slashes are written `%2E` and `%2E%2E`; nothing between slashes is written `%`.
/// - Where other keys go on behind the key and a slash, so that its path is a directory, `%file` follows.
/// - Where a name would be too long for a file system, the file is `%long/` and the SHA-256 of the key.
struct RescuedPath: Hashable {
    let text: String

    /// What Linux's file systems take as one name.
    private static let nameByteCount = 255
    /// Half of what a path may have: the directory comes before it.
    private static let pathByteCount = 2048

    /// - Parameter isFolder: Other keys of the bucket begin with this one and a slash.
    init(bucket: String, key: [UInt8], isFolder: Bool) {
        let components = key.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Self.escaped)
        let path = components.joined(separator: "/") + (isFolder ? "%file" : "")
        let isLong =
            path.utf8.count > Self.pathByteCount
            || path.utf8.split(separator: UInt8(ascii: "/")).contains { $0.count > Self.nameByteCount }
        text = bucket + "/" + (isLong ? "%long/" + Hex.encode(DigestAlgorithm.sha256.digest(of: key)) : path)
    }

    private static func escaped(_ component: ArraySlice<UInt8>) -> String {
        if component.isEmpty { return "%" }
        if component.elementsEqual(".".utf8) { return "%2E" }
        if component.elementsEqual("..".utf8) { return "%2E%2E" }
        var bytes: [UInt8] = []
        for byte in component {
            if byte == UInt8(ascii: "%") || byte < 0x20 || byte == 0x7F {
                bytes += Array("%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))".utf8)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
