import NIOCore
import StorageAPI

/// The owner of everything, as documents name it.
package struct S3Owner: Hashable, Sendable {
    /// A canonical user id: 64 hexadecimal digits.
    package var id: String
    /// AWS answers none any more; some clients show it.
    package var displayName: String

    package init(id: String, displayName: String) {
        self.id = id
        self.displayName = displayName
    }
}

/// The documents that operations answer, one function each. All are UTF-8 with the XML declaration.
package enum S3Document {
    static let namespace = "xmlns=\"\(XMLWriter.namespace)\""
    static let storageClass = "STANDARD"

    static func write(_ root: String, capacity: Int = 512, _ content: (inout XMLWriter) -> Void) -> ByteBuffer {
        XMLWriter.document(capacity: capacity) { writer in
            writer.element(root, attributes: namespace, content)
        }
    }
}

extension XMLWriter {
    mutating func owner(_ owner: S3Owner, as name: String = "Owner") {
        element(name) { writer in
            writer.element("ID", owner.id)
            writer.element("DisplayName", owner.displayName)
        }
    }

    /// Entity tags are quoted in documents as they are in headers.
    mutating func etag(_ etag: ETag) {
        element("ETag", etag.quoted)
    }

    mutating func checksums(_ checksums: [Checksum], partCount: Int?) {
        for checksum in checksums {
            element(checksum.algorithm.elementName, checksum.wireValue(partCount: partCount))
        }
        if let type = checksums.first?.type {
            element("ChecksumType", type.wireName)
        }
    }

    /// A key, prefix or delimiter, percent-encoded where the client asked for that.
    mutating func name(_ element: String, _ bytes: [UInt8], urlEncoded: Bool) {
        if urlEncoded {
            self.element(element, PercentCoding.encode(bytes))
        } else {
            self.element(element, bytes)
        }
    }
}
