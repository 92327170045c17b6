package import MetadataIndex

/// An index that writes down its synced writes.
package final class RecordingIndex: MetadataIndex {
    private let index: any MetadataIndex
    private let source: String
    private let log: OperationLog

    package init(_ index: any MetadataIndex, as source: String, in log: OperationLog) {
        self.index = index
        self.source = source
        self.log = log
    }

    package func write(_ batch: IndexBatch) throws(IndexError) {
        log.record(source, .indexWriting)
        try index.write(batch)
        log.record(source, .indexWritten)
    }

    package func snapshot() throws(IndexError) -> any IndexSnapshot { try index.snapshot() }
    package func close() { index.close() }

    package func value(_ family: Family, _ key: [UInt8]) throws(IndexError) -> [UInt8]? {
        try index.value(family, key)
    }

    package func cachedValue(_ family: Family, _ key: [UInt8]) throws(IndexError) -> CachedValue {
        try index.cachedValue(family, key)
    }

    package func cursor(
        _ family: Family, from lower: [UInt8], to upper: [UInt8]?
    ) throws(IndexError) -> any IndexCursor {
        try index.cursor(family, from: lower, to: upper)
    }

    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8]?
    ) throws(IndexError) -> any IndexCursor {
        try index.scan(family, from: lower, to: upper)
    }

    package func files() throws(IndexError) -> [String] { try index.files() }
    package func verifyFile(_ name: String) throws(IndexError) { try index.verifyFile(name) }
}
