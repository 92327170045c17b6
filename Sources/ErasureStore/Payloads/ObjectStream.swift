import ErasureCoding
import MetadataIndex
import NIOCore
import StorageAPI

/// The bytes of a range of an object, in order, a few pieces read ahead. One consumer.
///
/// Memory: what was read ahead, which is little while memory is short, and the two chunks delivered last, of which some
/// may still wait to be sent.
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

    private struct Begun {
        let reader: PayloadReader
        let read: ShardRead
        let allotment: TransferBudget.Allotment
    }

    private let pin: Pin
    private let budget: TransferBudget
    private let isBackground: Bool
    private let isUnreadable: @Sendable () -> Void
    private var segments: ArraySlice<Segment>
    private var pieces: ArraySlice<(PayloadReader, StripeGeometry.Piece)> = []
    private var stripe: (reader: PayloadReader, range: Range<UInt64>, stripes: Range<UInt64>)?
    private var begun: [Begun] = []
    private var delivered: (TransferBudget.Allotment?, TransferBudget.Allotment?)

    /// - Parameters:
    ///   - isBackground: no client asks, and background work does not give way to it.
    ///   - isUnreadable: told when bytes can not be read from any drive.
    init(
        segments: [Segment], pin: Pin, budget: TransferBudget, isBackground: Bool = false,
        isUnreadable: @escaping @Sendable () -> Void
    ) {
        self.isBackground = isBackground
        self.segments = segments[...]
        self.pin = pin
        self.budget = budget
        self.isUnreadable = isUnreadable
    }

    func next() async throws -> ByteBuffer? {
        do {
            return try await advance()
        } catch let error as StoreError {
            if error.code == .unreadable { isUnreadable() }
            throw error
        }
    }

    private func advance() async throws -> ByteBuffer? {
        while true {
            try await beginReads()
            if !begun.isEmpty {
                let first = begun.removeFirst()
                delivered = (first.allotment, delivered.0)
                return try await first.reader.bytes(of: first.read)
            }
            guard let segment = segments.popFirst() else { return nil }
            guard segment.reader.payload.isStriped else { return try await small(segment) }
            let stripes = segment.reader.geometry.stripes(of: segment.range)
            stripe = (segment.reader, segment.range, stripes)
        }
    }

    /// The first read waits for its share of the memory. Those ahead of it take a quarter of the budget at most, so
    /// that clients that stall do not keep it from others.
    private func beginReads() async throws(StoreError) {
        while begun.count < Self.readAhead, let (reader, piece) = peekPiece() {
            let allotment: TransferBudget.Allotment
            if begun.isEmpty {
                allotment = try await budget.take(piece.byteCount)
            } else {
                guard let free = budget.takeAtOnce(piece.byteCount, leaving: budget.limit / 4 * 3) else { return }
                allotment = free
            }
            pieces.removeFirst()
            if !isBackground { reader.set.activity.note() }
            begun.append(Begun(reader: reader, read: reader.begin(piece), allotment: allotment))
        }
    }

    /// Of these the number of connections is bound enough.
    private static let uncountedByteCount = 16 << 10

    private func small(_ segment: Segment) async throws(StoreError) -> ByteBuffer {
        if segment.reader.payload.size > Self.uncountedByteCount {
            delivered = (try await budget.take(Int(segment.reader.payload.size)), delivered.0)
        }
        let bytes = try await segment.reader.small()
        let lower = bytes.readerIndex + Int(segment.range.lowerBound)
        guard let slice = bytes.getSlice(at: lower, length: segment.range.count) else {
            throw StoreError(.unreadable, "a payload is shorter than its record says")
        }
        return slice
    }

    /// The next piece of the striped segment under way.
    private func peekPiece() -> (PayloadReader, StripeGeometry.Piece)? {
        while pieces.isEmpty {
            guard let current = stripe, let first = current.stripes.first else {
                stripe = nil
                return nil
            }
            stripe?.stripes = first + 1..<current.stripes.upperBound
            pieces =
                current.reader.geometry.pieces(of: current.range, inStripe: first).map { (current.reader, $0) }[...]
        }
        return pieces.first
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
