import NIOHTTP1
import StorageAPI

extension OperationParser {
    func createMultipartUpload(_ address: ObjectAddress) throws(S3Error) -> CreateMultipartUploadInput {
        CreateMultipartUploadInput(
            address: address, metadata: try MetadataHeaders.parse(headers), checksum: try uploadChecksum())
    }

    private func uploadChecksum() throws(S3Error) -> UploadChecksum? {
        let type = try checksumType()
        guard let algorithm = try checksumAlgorithm() else {
            guard type == nil else {
                throw S3Error(
                    .invalidRequest,
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
            }
            return nil
        }
        let chosen = type ?? algorithm.defaultType
        guard algorithm.supports(chosen) else {
            throw S3Error(
                .invalidRequest,
                "The \(chosen.wireName) checksum type cannot be used with the "
                    + "\(algorithm.wireName.lowercased()) checksum algorithm.")
        }
        return UploadChecksum(algorithm: algorithm, type: chosen)
    }

    /// The part that `partNumber` and `uploadId` name together.
    private func part() throws(S3Error) -> (upload: UploadID, number: PartNumber) {
        guard let number = query["partNumber"] else {
            throw .invalidArgument("partNumber", "", "This operation needs a partNumber beside the uploadId")
        }
        guard query.contains("uploadId") else {
            throw .invalidArgument("uploadId", "", "This operation does not accept a query-string.")
        }
        return (try reader.uploadID(), try QueryReader.partNumber(number, name: "partNumber"))
    }

    func uploadPart(_ address: ObjectAddress) throws(S3Error) -> UploadPartInput {
        let part = try part()
        return UploadPartInput(
            address: address, upload: part.upload, number: part.number, integrity: try BodyIntegrity(headers),
            length: try decodedLength())
    }

    func uploadPartCopy(_ address: ObjectAddress, _ source: String) throws(S3Error) -> UploadPartCopyInput {
        let part = try part()
        let range = try headers.first(name: "x-amz-copy-source-range").map { text throws(S3Error) in
            try CopySourceRange(text)
        }
        return UploadPartCopyInput(
            address: address, upload: part.upload, number: part.number, source: try CopySource(source),
            sourceConditions: ReadConditions(headers: headers, prefix: Self.copySourcePrefix), sourceRange: range)
    }

    /// Here a checksum header is about the object, not about the body of this request.
    func completeMultipartUpload(_ address: ObjectAddress) throws(S3Error) -> CompleteMultipartUploadInput {
        let sizeName = "x-amz-mp-object-size"
        let size = try headers.first(name: sizeName).map { text throws(S3Error) in
            guard let size = UInt64(text) else { throw .invalidArgument(sizeName, text) }
            return size
        }
        return CompleteMultipartUploadInput(
            address: address, upload: try reader.uploadID(), precondition: try WriteConditions.forWriting(headers),
            contentMD5: try BodyIntegrity.contentMD5(headers), checksum: try BodyIntegrity.checksum(headers),
            checksumType: try checksumType(), objectSize: size)
    }

    func listParts(_ address: ObjectAddress) throws(S3Error) -> ListPartsInput {
        ListPartsInput(
            address: address, upload: try reader.uploadID(), maximumParts: try reader.pageSize("max-parts"),
            partNumberMarker: try QueryReader.partNumberMarker(query["part-number-marker"], "part-number-marker"),
            urlEncoded: try reader.isURLEncoded())
    }
}
