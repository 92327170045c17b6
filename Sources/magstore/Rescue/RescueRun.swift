import Digests
import ErasureStore
import NIOCore
import StorageAPI

/// Takes every object that can be read from a store's bare drives into a directory, or lists them.
struct RescueRun {
    let store: RescuedStore
    /// Nil: the objects are only listed.
    let folder: RescueFolder?
    let report: RescueReport

    private enum Problem: Error {
        case unreadable(String)
        /// Nothing can be written any more: the run ends.
        case folder(SettingsError)
    }

    /// - Throws: when the directory can not be written to. What was rescued until then is kept, and a repetition goes
    ///   on behind it.
    func carryOut() async throws(SettingsError) {
        for set in store.sets { await expect(set) }
        for set in store.sets { try await carryOut(set) }
        try folder?.finish()
    }

    private func expect(_ set: RescuedSet) async {
        report.remark(set.summary)
        do throws(StoreError) {
            let totals = try await set.totals()
            report.expect(objects: totals.objects, bytes: totals.bytes)
            if totals.uploads > 0 {
                report.remark("\(set.name): uploads that were not completed are left out: \(totals.uploads)")
            }
        } catch {
            report.remark("\(set.name): its counters can not be read: \(error.message)")
        }
    }

    private func carryOut(_ set: RescuedSet) async throws(SettingsError) {
        var after: [UInt8]?
        repeat {
            let page: RescuedSet.Page
            do throws(StoreError) {
                page = try await store.objects(of: set, after: after)
            } catch {
                return report.fail("\(set.name): objects can not be listed to the end: \(error.message)")
            }
            for sentence in page.damaged { report.fail("\(set.name): \(sentence)") }
            let folders = folder == nil ? [] : await store.folders(among: page.objects)
            for (number, object) in page.objects.enumerated() {
                do throws(Problem) {
                    try await take(object, of: set, isFolder: folders.contains(number))
                } catch {
                    switch error {
                    case .unreadable(let reason): report.fail("\(bucket(of: object))/\(object.info.key): \(reason)")
                    case .folder(let error): throw error
                    }
                }
            }
            after = page.next
        } while after != nil
    }

    /// A name that no bucket has, where the names are lost.
    private func bucket(of object: RescuedObject) -> String {
        store.bucketNames[object.bucket] ?? "%bucket-\(String(object.bucket, radix: 16))"
    }

    private func take(_ object: RescuedObject, of set: RescuedSet, isFolder: Bool) async throws(Problem) {
        var line = ManifestLine(object, bucket: bucket(of: object))
        guard let folder else { return report.list(line) }
        let file = RescuedPath(bucket: line.bucket, key: object.info.key.bytes, isFolder: isFolder).text
        line.file = file
        if folder.holds(line, at: file) { return report.add(byteCount: line.size, isNew: false) }
        let new = try writing { () throws(SettingsError) in try folder.create() }
        line.sha256 = try await write(object, of: set, to: new)
        try writing { () throws(SettingsError) in try folder.finish(new, as: line, modified: object.info.modified) }
        report.add(byteCount: line.size, isNew: true)
    }

    private func writing<Result>(_ body: () throws(SettingsError) -> Result) throws(Problem) -> Result {
        do throws(SettingsError) {
            return try body()
        } catch {
            throw .folder(error)
        }
    }

    /// - Returns: SHA-256 of the bytes.
    private func write(
        _ object: RescuedObject, of set: RescuedSet, to file: RescueFolder.NewFile
    ) async throws(Problem) -> String {
        var sha256 = MessageDigest(.sha256)
        var md5 = MessageDigest(.md5)
        let etag = object.info.etag.text
        // Proves that the shards were put together as they were taken apart. Not said of objects uploaded in parts.
        let isDigest = etag.utf8.count == 32
        var byteCount: UInt64 = 0
        do throws(StoreError) {
            var content = try await set.content(of: object)
            while let bytes = try await content.next() {
                byteCount += UInt64(bytes.readableBytes)
                sha256.update(bytes)
                if isDigest { md5.update(bytes) }
                if let refusal = file.append(bytes) { throw StoreError(.bodyFailed, cause: refusal) }
            }
        } catch {
            if let refusal = error.cause as? SettingsError { throw .folder(refusal) }
            throw .unreadable(error.message)
        }
        guard byteCount == object.info.size else {
            throw .unreadable("its record says \(object.info.size) bytes, and its payloads have \(byteCount)")
        }
        guard !isDigest || Hex.encode(md5.finish()) == etag else {
            throw .unreadable("its bytes do not match its ETag")
        }
        return Hex.encode(sha256.finish())
    }
}
