package import NIOCore

/// What takes in bytes piece by piece and knows something about all of them: a message digest or a CRC.
package protocol IncrementalHash: ~Copyable {
    mutating func update(_ bytes: RawSpan)
}

extension IncrementalHash where Self: ~Copyable {
    @inlinable package mutating func update(_ bytes: [UInt8]) {
        update(bytes.span.bytes)
    }

    /// Takes in the readable bytes.
    @inlinable package mutating func update(_ buffer: ByteBuffer) {
        update(buffer.readableBytesSpan)
    }
}
