import DriveIO
import MetadataIndex

/// The index of a drive as it is, or as it was at a published batch.
struct IndexSource: Sendable {
    let drive: SlotDrive
    let reader: any IndexReader

    /// Called between the steps of long reads: nobody may wait for their result any more.
    static func checkCancellation() throws(DriveFailure) {
        guard Task.isCancelled else { return }
        throw DriveFailure(slot: 0, DriveError(.closed, "nobody waits for it any more"))
    }

    /// Up to `limit` rows behind `after`, in the background. Kept out of what is cached for clients.
    func page(
        _ family: Family, after: [UInt8]?, to upper: [UInt8]? = nil, limit: Int = .max
    ) async throws(DriveFailure) -> [IndexRow] {
        try Self.checkCancellation()
        return try await begin(family, after: after, to: upper, limit: limit).value().get()
    }

    func begin(
        _ family: Family, after: [UInt8]?, to upper: [UInt8]? = nil, limit: Int, byteLimit: Int = .max
    ) -> Promise<Result<[IndexRow], DriveFailure>> {
        drive.begin(.background, limitMilliseconds: EngineLimits.openMilliseconds) { [reader] in
            let cursor = try reader.scan(family, from: after.map { $0 + [0] } ?? [], to: upper)
            var rows: [IndexRow] = []
            var byteCount = 0
            while rows.count < limit, byteCount < byteLimit, let row = try cursor.next() {
                rows.append(row)
                byteCount += row.key.count + row.value.count
            }
            return rows
        }
    }

    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (any IndexReader) throws -> Value
    ) async throws(DriveFailure) -> Value {
        try await drive.perform(.background, limitMilliseconds: EngineLimits.openMilliseconds) { [reader] in
            try work(reader)
        }
    }
}

extension SetView {
    var sources: [IndexSource] { members.map { IndexSource(drive: $0.drive, reader: $0.snapshot) } }
}
