import DriveIO
import ErasureStore
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport

// Scenarios of uploads, readers and removing.

extension Trial {
    private func putOut(_ slots: Set<Int>) {
        for drive in drives(slots) {
            world.index(drive).failOpening(IndexError(.inputOutput, "kept out"))
            world.drive(drive).inject(.init(.checkPlace, error: DriveError(.vanished, "kept out")))
        }
    }

    /// 14: a drive that is out when an upload begins and in when it commits, and the reverse.
    func membersChangeDuringUpload(_ layout: SimulatedLayout, outFirst: Bool) throws {
        _ = try withObject(.tiny)
        let trial = try fork(14)
        let store = try trial.start()
        try trial.sleep(milliseconds: 2500)
        let moving = trial.chooseSlots(1)
        if outFirst {
            trial.putOut(moving)
            try trial.sleep(milliseconds: 2500)
        }
        let content = trial.content(layout)
        let body = GatedBody(content.allBytes())
        let upload = trial.begin {
            _ = try await store.put(
                PutRequest(bucket: bucket, key: try ObjectKey("key"), length: content.size), body: body)
        }
        try trial.run { await body.reached.wait() }
        if outFirst {
            trial.letIn(moving)
            try trial.settle(store)
        } else {
            trial.putOut(moving)
            try trial.sleep(milliseconds: 2500)
        }
        body.proceed.open()
        trial.go(milliseconds: 6000) { upload.isDone }
        guard upload.succeeded else { throw Violation("not stored: \(String(describing: upload.result))") }
        try trial.audit(store, isWhole: false)
        trial.letIn(moving)
        try trial.expect(store, "key", oneOf: [content], "\(layout), out first: \(outFirst)")
        try trial.finish(store)
    }

    /// Uploads an object of many parts.
    private func putParts(_ store: ErasureStore, _ key: String, count: Int, layout: SimulatedLayout) async throws
        -> [SeededContent]
    {
        let key = try ObjectKey(key)
        let upload = try await store.createUpload(bucket, key, metadata: ObjectMetadata(), checksum: nil)
        let contents = (0..<count).map { SeededContent(seed: seed &+ UInt64($0), size: layout.byteCount) }
        let bucket = bucket
        try await withThrowingTaskGroup { group in
            for (number, content) in contents.enumerated() {
                group.addTask {
                    _ = try await store.putPart(
                        PartRequest(
                            bucket: bucket, key: key, upload: upload.id, number: number + 1, length: content.size),
                        body: BytesBody(content))
                }
            }
            try await group.waitForAll()
        }
        _ = try await store.completeUpload(
            CompleteRequest(bucket: bucket, key: key, upload: upload.id, parts: Array(1...count))
        ) { _, _ in ContentSeal(etag: ETag("parts")) }
        return contents
    }

    /// 20: a reader in the middle of an object of many parts; it is overwritten and reaped, and read to its end.
    func longReadOverReap(partCount: Int, _ layout: SimulatedLayout) throws {
        let store = try create()
        let parts = try run { try await putParts(store, "key", count: partCount, layout: layout) }
        let replacement = content(.tiny)
        let moments = Set((0..<3).map { _ in choose(partCount) })
        let world = world
        try run {
            let object = try await store.object(bucket, try ObjectKey("key"))
            let stream = object.read(0..<object.info.size)
            for (number, part) in parts.enumerated() {
                var expected = part.allBytes()
                while expected.readableBytes > 0 {
                    guard let piece = try await stream.next() else { throw Violation("ended in part \(number + 1)") }
                    guard expected.readSlice(length: piece.readableBytes) == piece else {
                        throw Violation("wrong bytes in part \(number + 1)")
                    }
                }
                guard moments.contains(number) else { continue }
                try await put(store, "key", replacement)
                await world.scheduler.sleep(milliseconds: 5000)
            }
            guard try await stream.next() == nil else { throw Violation("more than the object") }
        }
        try expect(store, "key", oneOf: [replacement], "after the long read")
        try finish(store)
        for drive in 0..<shape.driveCount {
            let trash = world.index(drive).durable[.trash].all
            guard trash.isEmpty else {
                let first = try TrashRecord(decoding: trash[0].value)
                throw Violation("\(trash.count) rows are in the trash, of \(first.batch)")
            }
        }
    }

    /// 21: copies and deletes of the same bytes from many clients, cut and started again.
    func copyAndDeleteStorm(_ layout: SimulatedLayout) throws {
        let content = content(layout)
        let first = try create()
        try run { for client in 0..<4 { try await put(first, "\(client)/0", content) } }
        var store = first
        for round in 0..<4 {
            let current = store
            for client in 0..<4 {
                let steps = (0..<12).map { _ in (choose(3), choose(4), choose(4)) }
                _ = begin {
                    for (step, from, to) in steps {
                        let source = try ObjectKey("\(client)/\(from)")
                        let target = try ObjectKey("\(client)/\(to)")
                        if step == 0 {
                            _ = try? await current.delete(bucket, source, precondition: .none)
                        } else if let object = try? await current.object(bucket, source) {
                            _ = try? await current.copy(
                                object, to: CopyRequest(bucket: bucket, key: target, metadata: nil))
                        }
                    }
                }
            }
            go(steps: choose(2500))
            crash()
            store = try start(without: shape.parityShards > 0 && round % 2 == 0 ? chooseSlots(choose(2)) : [])
            let after = store
            for client in 0..<4 {
                for number in 0..<4 {
                    try expect(after, "\(client)/\(number)", oneOf: [content, nil], "round \(round)")
                }
                try run { try? await put(after, "\(client)/0", content) }
            }
        }
        crash()
        store = try start()
        try finish(store)
    }

    /// 22: what crashes left goes, and nothing that an upload, a part, a Complete or an Abort still needs.
    func sweepAgainstUploads() throws {
        var store = try create()
        for _ in 0..<3 {
            let current = store
            for number in 0..<4 {
                let content = content(.striped)
                _ = begin { try await put(current, "cut\(number)", content) }
            }
            go(steps: 20 + choose(300))
            crash()
            store = try start()
        }
        let serving = store
        // Begun before the sweep, committed behind it.
        let (kept, aborted) = (content(.striped), content(.striped))
        let body = GatedBody(kept.allBytes())
        let part = GatedBody(aborted.allBytes())
        let putWhole = begin {
            _ = try await serving.put(
                PutRequest(bucket: bucket, key: try ObjectKey("kept"), length: kept.size), body: body)
        }
        let upload = try run {
            try await serving.createUpload(bucket, try ObjectKey("parts"), metadata: ObjectMetadata(), checksum: nil)
        }
        let putPart = begin {
            _ = try await serving.putPart(
                PartRequest(
                    bucket: bucket, key: try ObjectKey("parts"), upload: upload.id, number: 1, length: aborted.size),
                body: part)
        }
        let whole = try run { try await putParts(serving, "complete", count: 3, layout: .striped) }
        try sleep(milliseconds: 4000)
        body.proceed.open()
        part.proceed.open()
        go(milliseconds: 3000) { putWhole.isDone && putPart.isDone }
        guard putWhole.succeeded, putPart.succeeded else { throw Violation("an upload failed under the sweep") }
        try run { try await serving.abortUpload(bucket, try ObjectKey("parts"), upload.id) }
        try sleep(milliseconds: 4000)
        try expect(serving, "kept", oneOf: [kept], "behind the sweep")
        let complete = try run { try await get(serving, "complete") }
        guard complete?.readableBytes == whole.reduce(0, { $0 + Int($1.size) }) else {
            throw Violation("a completed upload lost bytes")
        }
        try finish(serving)
    }
}
