import MetadataIndex
package import StorageAPI
import Synchronization

extension ErasureStore {
    package func list(_ bucket: BucketName, _ query: ListQuery) async throws(StoreError) -> ObjectPage {
        let info = try buckets.info(bucket)
        let views = try board.all()
        guard query.limit > 0 else { return ListPage(entries: [], isTruncated: false) }
        let id = info.id.value
        let lister = KeyLister(query: query)
        var pages: [[ListEntry<ObjectInfo>]] = []
        for view in views {
            let counter = rowsRead
            pages.append(
                try await view.read { snapshot in
                    var read = 0
                    defer { counter.add(read) }
                    return try lister.entries(
                        snapshot, .heads, rowKey: { HeadKey.prefix(bucket: id, keyPrefix: $0) }, limit: query.limit + 1,
                        rowsRead: &read
                    ) { row in
                        let key = try HeadKey(parsing: row.key).key
                        return (key, try HeadRecord(decoding: row.value).info(key: ObjectKey(trusted: key)))
                    }
                })
        }
        return KeyLister.merge(pages, limit: query.limit) { entry in
            switch entry {
            case .item(let info): info.key.bytes
            case .commonPrefix(let prefix): prefix
            }
        }
    }

    package func listUploads(
        _ bucket: BucketName, _ query: ListQuery, afterUpload: UploadID?
    ) async throws(StoreError) -> UploadPage {
        let info = try buckets.info(bucket)
        let views = try board.all()
        guard query.limit > 0 else { return ListPage(entries: [], isTruncated: false) }
        let id = info.id.value
        var pages: [[ListEntry<UploadInfo>]] = []
        for view in views {
            pages.append(try await view.read { try Self.uploads($0, bucket: id, query, afterUpload: afterUpload) })
        }
        return KeyLister.merge(pages, limit: query.limit) { entry in
            switch entry {
            // Uploads of one key follow each other by their ids.
            case .item(let upload): upload.key.bytes + [0] + Array(upload.id.text.utf8)
            case .commonPrefix(let prefix): prefix
            }
        }
    }

    /// Uploads are few and their rows escape the key, so every row of the prefix is looked at.
    private static func uploads(
        _ snapshot: any IndexSnapshot, bucket: UInt64, _ query: ListQuery, afterUpload: UploadID?
    ) throws -> [ListEntry<UploadInfo>] {
        let lister = KeyLister(query: query)
        let prefix = UploadKey.prefix(bucket: bucket, keyPrefix: query.prefix)
        let cursor = try snapshot.cursor(.uploads, from: prefix, to: upperBound(ofPrefix: prefix))
        var entries: [ListEntry<UploadInfo>] = []
        while entries.count <= query.limit, let row = try cursor.next() {
            let name = try UploadKey(parsing: row.key)
            let isPassed: Bool
            if name.key == query.after, let afterUpload {
                isPassed = UploadID(name.upload) <= afterUpload
            } else {
                isPassed = !query.after.isEmpty && !query.after.lexicographicallyPrecedes(name.key)
            }
            if isPassed { continue }
            if let group = lister.group(of: name.key) {
                if query.after.starts(with: group) || entries.last == .commonPrefix(group) { continue }
                entries.append(.commonPrefix(group))
            } else {
                let record = try UploadRecord(decoding: row.value)
                entries.append(.item(record.info(key: ObjectKey(trusted: name.key), id: UploadID(name.upload))))
            }
        }
        return entries
    }
}

/// Counts rows that listings read.
package final class RowCounter: Sendable {
    private let count = Atomic<Int>(0)

    func add(_ rows: Int) {
        count.add(rows, ordering: .relaxed)
    }

    package var value: Int { count.load(ordering: .relaxed) }
}
