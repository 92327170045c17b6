package import NIOHTTP1
import StorageAPI

extension S3Operation {
    /// Chooses the operation and parses its inputs. Reads no body.
    ///
    /// Preflights (OPTIONS) carry no signature: they are refused here too, and may be routed before authentication.
    ///
    /// - Throws: what AWS answers to a request of this form, whatever is stored.
    package init(method: HTTPMethod, target: S3Target, headers: HTTPHeaders) throws(S3Error) {
        try RequestHeaders.check(target.query)
        let parser = OperationParser(
            method: method, target: target, headers: RequestHeaders.effective(headers, target.query))
        if method == .OPTIONS { throw parser.preflightRefusal }
        if target.bucket == nil {
            self = try parser.serviceOperation()
        } else if target.key.isEmpty {
            self = try parser.bucketOperation(try target.bucketName())
        } else {
            self = try parser.objectOperation(
                ObjectAddress(bucket: try target.bucketName(), key: try target.objectKey()))
        }
    }
}

/// Chooses an operation by method, sub-resource and headers. What it takes apart is in its extensions.
struct OperationParser {
    let method: HTTPMethod
    let query: S3Query
    let reader: QueryReader
    /// With those that came in the query.
    let headers: HTTPHeaders

    init(method: HTTPMethod, target: S3Target, headers: HTTPHeaders) {
        self.method = method
        query = target.query
        reader = QueryReader(query: target.query)
        self.headers = headers
    }

    /// No bucket has a CORS configuration.
    var preflightRefusal: S3Error {
        headers.contains(name: "Origin")
            ? S3Error(.accessForbidden)
                .with("Method", headers.first(name: "Access-Control-Request-Method") ?? "")
                .with("ResourceType", "BUCKET")
            : S3Error(.badRequest, "Insufficient information. Origin request header needed.")
    }

    func serviceOperation() throws(S3Error) -> S3Operation {
        guard method == .GET else { throw .methodNotAllowed(method, resource: "SERVICE", allow: "GET") }
        return .listBuckets(try listBuckets())
    }
}

// MARK: - Buckets

extension OperationParser {
    private static let bucketMethods = "GET, HEAD, PUT, POST, DELETE"

    func bucketOperation(_ bucket: BucketName) throws(S3Error) -> S3Operation {
        guard [.GET, .HEAD, .PUT, .POST, .DELETE].contains(method) else {
            throw .methodNotAllowed(method, resource: "BUCKET", allow: Self.bucketMethods)
        }
        if method == .HEAD { return .headBucket(bucket) }
        try UnsupportedHeaders.check(
            headers,
            aclRefusal: query.contains("acl") ? .accessControlListNotSupported : .invalidBucketACLWithObjectOwnership)
        let subresource = try subresource(in: Subresource.ofBuckets)
        switch method {
        case .GET:
            return try getBucket(bucket, subresource)
        case .PUT:
            if subresource?.name == "acl" { return .putACL(try putACL(bucket, key: nil)) }
            if let subresource {
                guard let operation = try putAccess(bucket, subresource) else {
                    throw .notImplemented(operation: "Put\(subresource.noun)")
                }
                return operation
            }
            return .createBucket(CreateBucketInput(bucket: bucket, integrity: try BodyIntegrity(headers)))
        case .DELETE:
            if let subresource {
                guard let operation = deleteAccess(bucket, subresource) else {
                    throw .notImplemented(operation: "Delete\(subresource.noun)")
                }
                return operation
            }
            return .deleteBucket(bucket)
        default:
            if query.contains("delete") { return .deleteObjects(try deleteObjects(bucket)) }
            if let subresource { throw .notImplemented(operation: "Create\(subresource.noun)") }
            throw .notImplemented(operation: "PostObject")
        }
    }

    private func getBucket(_ bucket: BucketName, _ subresource: Subresource?) throws(S3Error) -> S3Operation {
        if let subresource {
            if let operation = getAccess(bucket, subresource) { return operation }
            guard let answer = subresource.get(hasID: query.contains("id")) else {
                throw .notImplemented(operation: "Get\(subresource.noun)")
            }
            return .getBucketSubresource(bucket, answer)
        }
        if query.contains("location") { return .getBucketLocation(bucket) }
        if query.contains("uploads") { return .listMultipartUploads(try listMultipartUploads(bucket)) }
        if query.contains("versions") { return .listObjectVersions(try listObjectVersions(bucket)) }
        switch query["list-type"] {
        case nil, "1": return .listObjects(try listObjects(bucket))
        case "2": return .listObjectsV2(try listObjectsV2(bucket))
        case let type?: throw .invalidArgument("list-type", type, "Invalid List Type specified in Request")
        }
    }

    /// The sub-resource that the query names; nil for none.
    ///
    /// - Throws: `InvalidArgument` when there are several.
    private func subresource(in known: [Subresource]) throws(S3Error) -> Subresource? {
        let named = known.filter { query.contains($0.name) }
        guard named.count <= 1 else {
            let names = named.map(\.name).joined(separator: ", ")
            throw .invalidArgument("ResourceType", names, "Conflicting query string parameters: \(names)")
        }
        return named.first
    }
}

// MARK: - Objects

extension OperationParser {
    private static let objectMethods = "GET, HEAD, PUT, POST, DELETE"

    func objectOperation(_ address: ObjectAddress) throws(S3Error) -> S3Operation {
        guard [.GET, .HEAD, .PUT, .POST, .DELETE].contains(method) else {
            throw .methodNotAllowed(method, resource: "OBJECT", allow: Self.objectMethods)
        }
        try UnsupportedHeaders.check(headers)
        if method == .HEAD { return .headObject(try getObject(address)) }
        let subresource = try subresource(in: Subresource.ofObjects)
        switch method {
        case .GET: return try getObjectOperation(address, subresource)
        case .PUT: return try putObjectOperation(address, subresource)
        case .DELETE:
            if let subresource { throw .notImplemented(operation: "Delete\(subresource.noun)") }
            if query.contains("uploadId") {
                return .abortMultipartUpload(
                    AbortMultipartUploadInput(address: address, upload: try reader.uploadID()))
            }
            return .deleteObject(try deleteObject(address))
        default:
            if query.contains("uploads") { return .createMultipartUpload(try createMultipartUpload(address)) }
            if query.contains("uploadId") { return .completeMultipartUpload(try completeMultipartUpload(address)) }
            if let subresource { throw .notImplemented(operation: subresource.noun) }
            throw .methodNotAllowed(method, resource: "OBJECT", allow: Self.objectMethods)
        }
    }

    private func getObjectOperation(
        _ address: ObjectAddress, _ subresource: Subresource?
    ) throws(S3Error) -> S3Operation {
        if let subresource {
            guard let answer = subresource.get(hasID: false) else {
                throw .notImplemented(operation: "Get\(subresource.noun)")
            }
            try reader.requireCurrentVersion(key: address.key)
            return .getObjectSubresource(address, answer)
        }
        if query.contains("attributes") { return .getObjectAttributes(try getObjectAttributes(address)) }
        if query.contains("uploadId") { return .listParts(try listParts(address)) }
        return .getObject(try getObject(address))
    }

    private func putObjectOperation(
        _ address: ObjectAddress, _ subresource: Subresource?
    ) throws(S3Error) -> S3Operation {
        if let subresource {
            guard subresource.name == "acl" else { throw .notImplemented(operation: "Put\(subresource.noun)") }
            try reader.requireCurrentVersion(key: address.key)
            return .putACL(try putACL(address.bucket, key: address.key))
        }
        if let version = query["versionId"] {
            throw .invalidArgument("versionId", version, "This operation does not accept a version-id.")
        }
        let isPart = query.contains("uploadId") || query.contains("partNumber")
        if let source = headers.first(name: "x-amz-copy-source") {
            return isPart
                ? .uploadPartCopy(try uploadPartCopy(address, source))
                : .copyObject(try copyObject(address, source))
        }
        return isPart ? .uploadPart(try uploadPart(address)) : .putObject(try putObject(address))
    }
}
