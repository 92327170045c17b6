import MetadataIndex
import SimulatedDrives
import Testing

/// What the contract is run against.
enum IndexImplementation: CaseIterable, Sendable, CustomTestStringConvertible {
    case inMemory
    case rocksDB

    var testDescription: String {
        switch self {
        case .inMemory: "in memory"
        case .rocksDB: "RocksDB"
        }
    }

    func makeMedium() throws -> any IndexMedium {
        switch self {
        case .inMemory: InMemoryIndexMedium()
        case .rocksDB: try IndexDirectory()
        }
    }
}

/// Somewhere an index is, and stays when it is closed.
protocol IndexMedium: AnyObject, Sendable {
    func openIndex() throws(IndexError) -> any MetadataIndex
}

extension InMemoryIndexMedium: IndexMedium {
    func openIndex() throws(IndexError) -> any MetadataIndex { try open() }
}
