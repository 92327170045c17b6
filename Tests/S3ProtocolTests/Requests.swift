import NIOCore
import NIOHTTP1
import SeededRandom
import Testing

@testable import S3Protocol
@testable import StorageAPI

/// The operation of a request in path style, as the server would parse it.
func operation(
    _ method: HTTPMethod, _ target: String, _ headers: HTTPHeaders = [:]
) throws(S3Error) -> S3Operation {
    let parsed = try S3Target(target: target, host: "localhost:9000", domains: [])
    return try S3Operation(method: method, target: parsed, headers: headers)
}

/// The error that `body` throws; fails the test when it throws none.
func failure(_ body: () throws -> some Any, sourceLocation: SourceLocation = #_sourceLocation) -> S3Error {
    do {
        let value = try body()
        Issue.record("no error but \(value)", sourceLocation: sourceLocation)
    } catch let error as S3Error {
        return error
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return S3Error(.internalError, "no S3Error")
}

extension S3Error {
    subscript(_ name: String) -> String? { details.first { $0.name == name }?.value }
}

extension ByteBuffer {
    /// Without the XML declaration.
    var documentText: String {
        let text = String(buffer: self)
        let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        #expect(text.hasPrefix(declaration))
        return String(text.dropFirst(declaration.count))
    }
}

extension SeededGenerator {
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

let bucket = try! BucketName("bucket")
let owner = S3Owner(id: "0123abcd", displayName: "root")
/// Sun, 22 Nov 2026 10:00:00.250 GMT
let moment = Timestamp(milliseconds: 1_795_341_600_250)
