package import NIOCore

/// CreateBucketConfiguration. An empty body is one without a region.
package struct CreateBucketBody: Hashable, Sendable {
    /// LocationConstraint; nil when there is none.
    package var region: String?

    /// - Throws: `MalformedXML`; `InvalidLocationConstraint`; `NotImplemented` for directory buckets and tags.
    package init(_ bytes: ByteBuffer) throws(S3Error) {
        guard bytes.readableBytes > 0 else { return }
        let root = try XMLReader.parse(bytes)
        guard root.name == "CreateBucketConfiguration" else { throw .malformedXML() }
        for child in root.children {
            switch child.name {
            case "LocationConstraint": region = try Self.region(child.word)
            case "Location", "Bucket", "Tags": throw .notImplemented(element: child.name)
            default: throw .malformedXML()
            }
        }
    }

    private static let longestRegion = 64

    private static func region(_ text: String) throws(S3Error) -> String? {
        let isName = text.utf8.count <= longestRegion && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard isName else { throw S3Error(.invalidLocationConstraint).with("LocationConstraint", text) }
        return text.isEmpty ? nil : text
    }
}
