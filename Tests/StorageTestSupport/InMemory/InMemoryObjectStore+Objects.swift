import NIOCore
package import StorageAPI

extension InMemoryObjectStore {
    package func object(_ bucket: BucketName, _ key: ObjectKey) async throws(StoreError) -> any StoredObject {
        try atomically { state throws(StoreError) in
            guard let object = try state.bucket(bucket).objects[key.bytes] else { throw StoreError(.noSuchKey) }
            return object
        }
    }

    package func put(_ request: PutRequest, body: any UploadBody) async throws(StoreError) -> ObjectInfo {
        _ = try await bucket(request.bucket)
        let (bytes, seal) = try await pull(body, length: request.length)
        let modified = now()
        return try atomically { state throws(StoreError) in
            let info = ObjectInfo(
                key: request.key, size: UInt64(bytes.readableBytes), modified: modified, seal: seal,
                metadata: request.metadata, partCount: nil)
            try state.commit(info, bytes, parts: [], to: request.bucket, request.precondition)
            return info
        }
    }

    package func copy(_ source: any StoredObject, to request: CopyRequest) async throws(StoreError) -> ObjectInfo {
        guard let source = source as? InMemoryObject else { preconditionFailure("an object of another store") }
        let modified = now()
        return try atomically { state throws(StoreError) in
            let home = state.buckets.values.first { $0.info.id == source.bucket }
            guard home?.objects[source.info.key.bytes] === source else { throw StoreError(.sourceChanged) }
            var info = source.info
            info.key = request.key
            info.modified = modified
            info.metadata = request.metadata ?? info.metadata
            try state.commit(info, source.bytes, parts: source.storedParts, to: request.bucket, request.precondition)
            return info
        }
    }

    package func delete(
        _ bucket: BucketName, _ key: ObjectKey, precondition: Precondition
    ) async throws(StoreError) -> Bool {
        try atomically { state throws(StoreError) in
            let current = try state.bucket(bucket).objects[key.bytes]
            if let code = precondition.refusal(current: current?.info.current) { throw StoreError(code) }
            state.buckets[bucket]?.objects[key.bytes] = nil
            return current != nil
        }
    }

    package func list(_ bucket: BucketName, _ query: ListQuery) async throws(StoreError) -> ObjectPage {
        try atomically { state throws(StoreError) in
            let objects = try state.bucket(bucket).objects
            let page = ListModel.page(ofKeys: objects.keys(from: max(query.after, query.prefix)), query)
            return ObjectPage(
                entries: page.entries.map { entry in
                    switch entry {
                    case .item(let key): .item(objects[key]!.info)
                    case .commonPrefix(let prefix): .commonPrefix(prefix)
                    }
                }, isTruncated: page.isTruncated)
        }
    }

    /// The whole body and its seal, with what the body throws wrapped.
    func pull(_ body: any UploadBody, length: UInt64?) async throws(StoreError) -> (ByteBuffer, ContentSeal) {
        var bytes = ByteBuffer()
        do {
            while var chunk = try await body.next() {
                bytes.writeBuffer(&chunk)
                if let length, UInt64(bytes.readableBytes) > length { break }
            }
        } catch {
            throw StoreError(.bodyFailed, cause: error)
        }
        if let length, UInt64(bytes.readableBytes) != length { throw StoreError(.lengthMismatch) }
        do {
            let seal = try await body.seal()
            try Task.checkCancellation()
            return (bytes, seal)
        } catch {
            throw StoreError(.bodyFailed, cause: error)
        }
    }
}

extension InMemoryObjectStore.State {
    /// Makes `bytes` the current object if the precondition holds of the one before.
    mutating func commit(
        _ info: ObjectInfo, _ bytes: ByteBuffer, parts: [StoredPart], to name: BucketName, _ precondition: Precondition
    ) throws(StoreError) {
        let bucket = try bucket(name)
        let current = bucket.objects[info.key.bytes]?.info.current
        if let code = precondition.refusal(current: current) { throw StoreError(code) }
        buckets[name]?.objects[info.key.bytes] = InMemoryObject(
            bucket: bucket.info.id, info: info, bytes: bytes, storedParts: parts)
    }
}

extension ObjectInfo {
    var current: CurrentObject { CurrentObject(etag: etag, modified: modified, size: size) }
}

private func max(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    left.lexicographicallyPrecedes(right) ? right : left
}
