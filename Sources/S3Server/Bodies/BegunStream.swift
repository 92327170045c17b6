import NIOCore
import StorageAPI
import Synchronization

/// A stream whose first bytes were read already: what can not be read is known before the answer begins.
final class BegunStream: ByteStream {
    private let first: Mutex<ByteBuffer?>
    private let rest: any ByteStream

    init(_ first: ByteBuffer, then rest: any ByteStream) {
        self.first = Mutex(first)
        self.rest = rest
    }

    func next() async throws -> ByteBuffer? {
        let bytes = first.withLock { first in
            defer { first = nil }
            return first
        }
        if let bytes { return bytes }
        return try await rest.next()
    }
}
