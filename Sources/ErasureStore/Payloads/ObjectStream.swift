import ErasureCoding
import NIOCore
import StorageAPI

/// The bytes of a range of an object, in order, a few pieces read ahead. One consumer.
final class ObjectStream: ByteStream, @unchecked Sendable {
    // Proof of @unchecked: a ByteStream has one consumer at a time, which alone touches the mutable state.

    /// Pieces of at most a unit that are being read while earlier ones are sent.
    private static let readAhead = 6

    /// What one payload contributes.
    struct Segment: Sendable {
        let reader: PayloadReader
        /// Within the payload.
        let range: Range<UInt64>
    }

    private let pin: Pin
    private var segments: ArraySlice<Segment>
    private var pieces: ArraySlice<(PayloadReader, StripeGeometry.Piece)> = []
    private var stripe: (reader: PayloadReader, range: Range<UInt64>, stripes: Range<UInt64>)?
    private var begun: [(PayloadReader, StripeGeometry.Piece, Promise<ByteBuffer?>)] = []

    init(segments: [Segment], pin: Pin) {
        self.segments = segments[...]
        self.pin = pin
    }

    func next() async throws -> ByteBuffer? {
        while true {
            while begun.count < Self.readAhead, let (reader, piece) = nextPiece() {
                begun.append((reader, piece, reader.beginPiece(piece)))
            }
            if !begun.isEmpty {
                let (reader, piece, promise) = begun.removeFirst()
                if let bytes = await promise.value() { return bytes }
                let start = reader.geometry.shardOffset(of: piece)
                return try await reader.rebuild(shard: piece.unit, range: start..<start + UInt64(piece.byteCount))
            }
            guard let segment = segments.popFirst() else { return nil }
            guard segment.reader.payload.isStriped else {
                let bytes = try await segment.reader.small()
                let lower = bytes.readerIndex + Int(segment.range.lowerBound)
                guard let slice = bytes.getSlice(at: lower, length: segment.range.count) else {
                    throw StoreError(.unreadable, "a payload is shorter than its record says")
                }
                return slice
            }
            let stripes = segment.reader.geometry.stripes(of: segment.range)
            stripe = (segment.reader, segment.range, stripes)
        }
    }

    /// The next piece of the striped segment under way.
    private func nextPiece() -> (PayloadReader, StripeGeometry.Piece)? {
        while pieces.isEmpty {
            guard let current = stripe, let first = current.stripes.first else {
                stripe = nil
                return nil
            }
            stripe?.stripes = first + 1..<current.stripes.upperBound
            pieces =
                current.reader.geometry.pieces(of: current.range, inStripe: first).map { (current.reader, $0) }[...]
        }
        return pieces.popFirst()
    }
}

/// Keeps a payload's or a part list's bytes from being reaped while it lives (rule 16).
final class Pin: Sendable {
    private let release: @Sendable () -> Void

    init(_ release: @escaping @Sendable () -> Void) {
        self.release = release
    }

    deinit { release() }
}
