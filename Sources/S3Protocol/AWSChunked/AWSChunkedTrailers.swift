import Digests
import NIOCore
import SigV4

/// The headers after the last chunk.
struct AWSChunkedTrailers {
    private(set) var headers: [(name: String, value: String)] = []

    private let announced: [String]
    private let isSigned: Bool
    private var signature: [UInt8]?
    private var byteCount = 0

    private static let signatureName = "x-amz-trailer-signature"

    init(announced: [String], isSigned: Bool) {
        self.announced = announced
        self.isSigned = isSigned
    }

    /// - Parameter line: What stands before a CRLF. Some clients (minio-go) end each trailer with a line feed of its
    ///   own, as in the text that is signed.
    mutating func add(_ line: [UInt8]) throws(AWSChunkedError) {
        byteCount += line.count
        guard byteCount <= AWSChunkedDecoder.trailerByteLimit else { throw .malformedTrailer }
        for entry in line.split(separator: UInt8(ascii: "\n")) {
            guard let colon = entry.firstIndex(of: UInt8(ascii: ":")), signature == nil else { throw .malformedTrailer }
            let name = String(decoding: entry[..<colon], as: UTF8.self).lowercased()
            let value = Self.trimmed(entry[(colon + 1)...])
            if isSigned, name == Self.signatureName {
                signature = Array(value)
            } else {
                headers.append((name, String(decoding: value, as: UTF8.self)))
            }
        }
    }

    /// The trailers are complete: they must have the right signature and be the ones that were announced.
    mutating func end(_ signatures: inout ChunkSignatures?) throws(AWSChunkedError) {
        if headers.isEmpty, signature == nil {
            guard announced.isEmpty else { throw isSigned ? .malformed : .malformedTrailer }
            return
        }
        if isSigned {
            guard let signature else { throw .malformed }
            guard let expected = signatures?.trailer(digest: digest), ConstantTime.areEqual(expected, signature) else {
                throw .signatureDoesNotMatch
            }
        }
        guard headers.map(\.name).sorted() == announced.sorted() else { throw .malformedTrailer }
    }

    private var digest: [UInt8] {
        var text: [UInt8] = []
        for header in headers {
            text += "\(header.name):\(header.value)\n".utf8
        }
        return DigestAlgorithm.sha256.digest(of: text)
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = bytes.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}

/// A line of which only the beginning may have arrived yet.
struct PartialLine {
    private var bytes: [UInt8] = []

    /// The line without its CRLF, or nil when the input ended before it did.
    ///
    /// - Parameters:
    ///   - limit: The most bytes a line may have.
    ///   - mayHoldLineFeeds: Only a CRLF ends the line.
    mutating func read(
        _ input: inout ByteBuffer, limit: Int, mayHoldLineFeeds: Bool = false
    ) throws(AWSChunkedError) -> [UInt8]? {
        while input.readableBytes > 0 {
            // One byte beyond the limit is enough to see that it is exceeded.
            let view = input.readableBytesView.prefix(limit + 2 - bytes.count + 1)
            let end = view.firstIndex(of: UInt8(ascii: "\n"))
            let piece = end.map { view[...$0] } ?? view
            bytes += piece
            input.moveReaderIndex(forwardBy: piece.count)
            guard bytes.count <= limit + 2 else { throw .malformed }
            guard end != nil else { continue }
            if bytes.suffix(2).elementsEqual("\r\n".utf8) {
                defer { bytes.removeAll(keepingCapacity: true) }
                return Array(bytes.dropLast(2))
            }
            guard mayHoldLineFeeds else { throw .malformed }
        }
        return nil
    }
}
