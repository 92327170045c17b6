import NIOHTTP1
import StorageAPI

extension OperationParser {
    func getObject(_ address: ObjectAddress) throws(S3Error) -> GetObjectInput {
        try reader.requireCurrentVersion(key: address.key)
        let number = try query["partNumber"].map { text throws(S3Error) in
            try QueryReader.partNumber(text, name: "partNumber")
        }
        let range = headers.first(name: "Range").flatMap(RangeHeader.init)
        if number != nil, headers.contains(name: "Range") {
            throw S3Error(.invalidRequest, "Cannot specify both Range header and partNumber query parameter")
        }
        return GetObjectInput(
            address: address, range: range, ifRange: headers.first(name: "If-Range").map(IfRange.init),
            partNumber: number, conditions: ReadConditions(headers: headers),
            wantsChecksum: headers.first(name: "x-amz-checksum-mode")?.uppercased() == "ENABLED",
            overrides: try ResponseOverrides.parse(query))
    }

    func putObject(_ address: ObjectAddress) throws(S3Error) -> PutObjectInput {
        PutObjectInput(
            address: address, metadata: try MetadataHeaders.parse(headers),
            precondition: try WriteConditions.forWriting(headers), integrity: try BodyIntegrity(headers),
            length: try decodedLength())
    }

    func deleteObject(_ address: ObjectAddress) throws(S3Error) -> DeleteObjectInput {
        DeleteObjectInput(
            address: address, version: try reader.version(), precondition: try WriteConditions.forDeleting(headers))
    }

    func copyObject(_ address: ObjectAddress, _ source: String) throws(S3Error) -> CopyObjectInput {
        let directive = headers.first(name: "x-amz-metadata-directive")
        let replaces = directive == "REPLACE"
        if let directive, !["COPY", "REPLACE"].contains(directive) {
            throw .invalidArgument("x-amz-metadata-directive", directive, "Unknown metadata directive.")
        }
        return CopyObjectInput(
            address: address, source: try CopySource(source),
            sourceConditions: ReadConditions(headers: headers, prefix: Self.copySourcePrefix),
            metadata: replaces ? try MetadataHeaders.parse(headers) : nil,
            precondition: try WriteConditions.forWriting(headers), checksumAlgorithm: try checksumAlgorithm())
    }

    static let copySourcePrefix = "x-amz-copy-source-"

    func getObjectAttributes(_ address: ObjectAddress) throws(S3Error) -> GetObjectAttributesInput {
        try reader.requireCurrentVersion(key: address.key)
        let name = "x-amz-object-attributes"
        let words = headers[canonicalForm: name]
        guard !words.isEmpty else {
            throw .invalidArgument(
                name, "",
                "The x-amz-object-attributes header specifying the attributes to be "
                    + "retrieved is either missing or empty")
        }
        var attributes: Set<GetObjectAttributesInput.Attribute> = []
        for word in words {
            guard let attribute = GetObjectAttributesInput.Attribute(rawValue: String(word)) else {
                throw .invalidArgument(name, String(word), "Invalid attribute name specified.")
            }
            attributes.insert(attribute)
        }
        return GetObjectAttributesInput(
            address: address, attributes: attributes,
            maximumParts: try QueryReader.pageSize(headers.first(name: "x-amz-max-parts"), "x-amz-max-parts"),
            partNumberMarker: try QueryReader.partNumberMarker(
                headers.first(name: "x-amz-part-number-marker"), "x-amz-part-number-marker"))
    }

    /// What the body will have when the transfer is undone; nil when the client does not say.
    ///
    /// - Throws: `InvalidArgument`; `EntityTooLarge` for more than one request may carry.
    func decodedLength() throws(S3Error) -> UInt64? {
        for name in ["x-amz-decoded-content-length", "Content-Length"] {
            guard let text = headers.first(name: name) else { continue }
            guard let length = UInt64(text) else { throw .invalidArgument(name, text) }
            guard length <= UploadLimits.maximumRequestByteCount else {
                throw S3Error(
                    .entityTooLarge,
                    details: [
                        S3Error.Detail("ProposedSize", text),
                        S3Error.Detail("MaxSizeAllowed", String(UploadLimits.maximumRequestByteCount)),
                    ])
            }
            return length
        }
        return nil
    }

    /// `x-amz-checksum-algorithm`
    func checksumAlgorithm() throws(S3Error) -> ChecksumAlgorithm? {
        guard let text = headers.first(name: "x-amz-checksum-algorithm"), !text.isEmpty else { return nil }
        guard let algorithm = ChecksumAlgorithm(wireName: text) else {
            let valid = ChecksumAlgorithm.allCases.map(\.wireName).sorted().joined(separator: ", ")
            throw S3Error(
                .invalidRequest,
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [\(valid)]")
        }
        return algorithm
    }

    /// `x-amz-checksum-type`
    func checksumType() throws(S3Error) -> ChecksumType? {
        guard let text = headers.first(name: "x-amz-checksum-type"), !text.isEmpty else { return nil }
        guard let type = ChecksumType(wireName: text) else { throw BodyIntegrity.invalid("x-amz-checksum-type") }
        return type
    }
}
