import MetadataIndex
package import StorageAPI
import Synchronization

extension ErasureStore {
    /// What a set lists of a key. A shadow is listed where no other pool has the key.
    private struct Listed<Info: Sendable>: Sendable {
        let info: Info
        let isShadow: Bool
    }

    private func viewsOfAllSets() throws(StoreError) -> [SetView] {
        try board.all(ofSets: joinedPools.flatMap { $0.sets.map(\.index) })
    }

    package func list(_ bucket: BucketName, _ query: ListQuery) async throws(StoreError) -> ObjectPage {
        let info = try buckets.info(bucket)
        let views = try viewsOfAllSets()
        guard query.limit > 0 else { return ListPage(entries: [], isTruncated: false) }
        let id = info.id.value
        let lister = KeyLister(query: query)
        var pages: [[ListEntry<Listed<ObjectInfo>>]] = []
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
                        let head = try HeadRecord(decoding: row.value)
                        return (key, Listed(info: head.info(key: ObjectKey(trusted: key)), isShadow: head.isShadow))
                    }
                })
        }
        return Self.page(pages, limit: query.limit) { $0.key.bytes }
    }

    private static func page<Info>(
        _ pages: [[ListEntry<Listed<Info>>]], limit: Int, key: (Info) -> [UInt8]
    ) -> ListPage<Info> {
        let merged = KeyLister.merge(pages, limit: limit, isShadow: \.isShadow) { entry in
            switch entry {
            case .item(let listed): key(listed.info)
            case .commonPrefix(let prefix): prefix
            }
        }
        let entries = merged.entries.map { entry -> ListEntry<Info> in
            switch entry {
            case .item(let listed): .item(listed.info)
            case .commonPrefix(let prefix): .commonPrefix(prefix)
            }
        }
        return ListPage(entries: entries, isTruncated: merged.isTruncated)
    }

    package func listUploads(
        _ bucket: BucketName, _ query: ListQuery, afterUpload: UploadID?
    ) async throws(StoreError) -> UploadPage {
        let info = try buckets.info(bucket)
        let views = try viewsOfAllSets()
        guard query.limit > 0 else { return ListPage(entries: [], isTruncated: false) }
        let id = info.id.value
        var pages: [[ListEntry<Listed<UploadInfo>>]] = []
        for view in views {
            pages.append(try await view.read { try Self.uploads($0, bucket: id, query, afterUpload: afterUpload) })
        }
        // Uploads of one key follow each other by their ids.
        return Self.page(pages, limit: query.limit) { $0.key.bytes + [0] + Array($0.id.text.utf8) }
    }

    /// Uploads are few and their rows escape the key, so every row of the prefix is looked at.
    private static func uploads(
        _ snapshot: any IndexSnapshot, bucket: UInt64, _ query: ListQuery, afterUpload: UploadID?
    ) throws -> [ListEntry<Listed<UploadInfo>>] {
        let lister = KeyLister(query: query)
        let prefix = UploadKey.prefix(bucket: bucket, keyPrefix: query.prefix)
        let cursor = try snapshot.cursor(.uploads, from: prefix, to: upperBound(ofPrefix: prefix))
        var entries: [ListEntry<Listed<UploadInfo>>] = []
        var lastGroup: [UInt8]?
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
                if query.after.starts(with: group) || lastGroup == group { continue }
                lastGroup = group
                entries.append(.commonPrefix(group))
            } else {
                let record = try UploadRecord(decoding: row.value)
                let upload = record.info(key: ObjectKey(trusted: name.key), id: UploadID(name.upload))
                entries.append(.item(Listed(info: upload, isShadow: record.isShadow)))
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
