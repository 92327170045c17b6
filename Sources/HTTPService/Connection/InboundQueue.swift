import NIOCore
import NIOHTTP1

/// What the parser produced and nobody took yet: the rest of a body, then requests that were pipelined.
struct InboundQueue {
    enum Part {
        case head(HTTPRequestHead)
        case body(ByteBuffer)
        case end
        /// What follows cannot be understood.
        case failure(HTTPProtocolError)
    }

    /// Smaller pieces are copied together: chunks of one byte must not each cost an element and hold a whole read.
    private static let smallPieceBytes = 1024
    private static let joinedPieceBytes = 64 * 1024

    private var parts = CircularBuffer<Part>(initialCapacity: 4)
    /// Bytes of bodies in the queue.
    private(set) var byteCount = 0

    var isEmpty: Bool { parts.isEmpty }

    /// Whether nothing is here but, at most, the end of the current body.
    var holdsNoRequest: Bool { parts.count <= 1 }

    /// Whether the body at the front is complete, or can never become so.
    var holdsRestOfBody: Bool {
        parts.contains { if case .body = $0 { false } else { true } }
    }

    mutating func append(_ part: Part) {
        guard case .body(let bytes) = part else {
            parts.append(part)
            return
        }
        byteCount += bytes.readableBytes
        guard bytes.readableBytes < Self.smallPieceBytes, let last = parts.indices.last,
            case .body(var joined) = parts[last],
            joined.readableBytes < Self.joinedPieceBytes
        else {
            parts.append(part)
            return
        }
        // Take it out first: while the queue holds it too, writing would copy all of it.
        parts[last] = .end
        joined.writeImmutableBuffer(bytes)
        parts[last] = .body(joined)
    }

    mutating func pop() -> Part? {
        guard let part = parts.popFirst() else { return nil }
        if case .body(let bytes) = part { byteCount -= bytes.readableBytes }
        return part
    }

    mutating func removeAll() {
        parts.removeAll()
        byteCount = 0
    }
}
