package import NIOCore
package import NIOHTTP1
package import StorageAPI

/// What a client is told: a code, its message, and the facts that AWS adds as further elements.
package struct S3Error: Error, Sendable {
    /// An element beside Code and Message, such as `ArgumentName`.
    package struct Detail: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var code: S3ErrorCode
    package var message: String
    package var details: [Detail]
    /// Headers that go with the answer: `Allow`, `Content-Range`, `Retry-After`, …
    package var headers: HTTPHeaders
    /// For the log only; a client never sees it.
    package var cause: (any Error)?

    package init(
        _ code: S3ErrorCode, _ message: String? = nil, details: [Detail] = [], headers: HTTPHeaders = HTTPHeaders(),
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message ?? code.defaultMessage
        self.details = details
        self.headers = headers
        self.cause = cause
    }

    package var status: HTTPResponseStatus { code.status }

    /// The same error with another element.
    package func with(_ name: String, _ value: String) -> S3Error {
        var error = self
        error.details.append(Detail(name, value))
        return error
    }
}

extension S3Error: CustomStringConvertible {
    package var description: String { "\(code.rawValue): \(message)" }
}

extension S3Error {
    /// The XML body of the answer. HEAD and 304 answers go without it.
    ///
    /// - Parameters:
    ///   - resource: the path that was asked for, still percent-encoded, without the query (it may hold a signature).
    ///   - hostID: `x-amz-id-2` of the answer.
    package func document(resource: String, requestID: String, hostID: String) -> ByteBuffer {
        XMLWriter.document { writer in
            encode(into: &writer, root: "Error", resource: resource, requestID: requestID, hostID: hostID)
        }
    }

    private func encode(
        into writer: inout XMLWriter, root: String, resource: String, requestID: String, hostID: String
    ) {
        writer.element(root) { writer in
            writer.element("Code", code.rawValue)
            writer.element("Message", message)
            for detail in details {
                writer.element(detail.name, detail.value.withoutWhatXMLForbids)
            }
            writer.element("Resource", resource)
            writer.element("RequestId", requestID)
            writer.element("HostId", hostID)
        }
    }

    /// The path of a request target, for ``document(resource:requestID:hostID:)``.
    package static func resource(ofTarget target: String) -> String {
        String(target.prefix { $0 != "?" })
    }
}

extension String {
    /// For people: a client that cannot parse an error learns not even its code. (Keys in listings stay as they are.)
    fileprivate var withoutWhatXMLForbids: String {
        guard unicodeScalars.contains(where: \.isForbiddenInXML) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0.isForbiddenInXML ? "\u{FFFD}" : $0 }))
    }
}

extension Unicode.Scalar {
    /// XML 1.0, section 2.2; also as a character reference.
    fileprivate var isForbiddenInXML: Bool {
        switch value {
        case 0x9, 0xA, 0xD: false
        case 0..<0x20, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}

// The errors that more than one parser throws.
extension S3Error {
    package static func invalidArgument(_ name: String, _ value: String, _ message: String? = nil) -> S3Error {
        S3Error(
            .invalidArgument, message, details: [Detail("ArgumentName", name), Detail("ArgumentValue", value)])
    }

    /// A header that asks for something that is not there is refused by name, never ignored.
    package static func notImplemented(header: String) -> S3Error {
        S3Error(.notImplemented, details: [Detail("Header", header)])
    }

    /// An element of a document that asks for something that is not there.
    package static func notImplemented(element: String) -> S3Error {
        S3Error(
            .notImplemented, "An element you provided implies functionality that is not implemented",
            details: [Detail("Element", element)])
    }

    /// An operation of S3 that is not there.
    package static func notImplemented(operation: String) -> S3Error {
        S3Error(
            .notImplemented, "The operation you asked for is not implemented: \(operation)",
            details: [Detail("Operation", operation)])
    }

    package static func methodNotAllowed(_ method: HTTPMethod, resource: String, allow: String) -> S3Error {
        S3Error(
            .methodNotAllowed,
            details: [Detail("Method", method.rawValue), Detail("ResourceType", resource)],
            headers: ["Allow": allow])
    }

    package static func malformedXML(cause: (any Error)? = nil) -> S3Error {
        S3Error(.malformedXML, cause: cause)
    }

    /// A checksum that is not that of the body, or of the object that was made of parts.
    package static func badDigest(_ algorithm: ChecksumAlgorithm) -> S3Error {
        S3Error(
            .badDigest, "The \(algorithm.wireName) you specified did not match the calculated checksum.")
    }

    /// A copy onto its own source that changes nothing.
    package static var copyToItself: S3Error {
        S3Error(
            .invalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
                + "object's metadata, storage class, website redirect location or encryption attributes.")
    }

    /// `range` is the header as it came; `size` is the object's number of bytes.
    package static func invalidRange(_ range: String, size: UInt64) -> S3Error {
        S3Error(
            .invalidRange,
            details: [Detail("RangeRequested", range), Detail("ActualObjectSize", String(size))],
            headers: ["Content-Range": "bytes */\(size)"])
    }
}
