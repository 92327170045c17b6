extension CyclicRedundancyCheck {
    /// Continues with bytes of which only the CRC and the number are known: the CRC of a whole from those of its parts.
    package mutating func append(_ following: Self, byteCount: UInt64) {
        let field = RemainderField(polynomial: UInt64(Self.polynomial), degree: Value.bitWidth)
        let moved = field.multiply(UInt64(value), field.power(ofBytes: byteCount))
        self = Self(value: Value(truncatingIfNeeded: moved) ^ following.value)
    }
}

/// Polynomials over bits modulo a CRC's polynomial. Reflected: the highest bit is the coefficient of x^0.
///
/// A CRC is such a remainder; to have `n` bytes follow is to multiply it by x^(8n). One concrete type for all widths,
/// because generic arithmetic is not specialised across modules.
private struct RemainderField {
    let polynomial: UInt64
    let degree: Int

    private var one: UInt64 { 1 << (degree - 1) }

    /// x^(8·byteCount), by squaring.
    func power(ofBytes byteCount: UInt64) -> UInt64 {
        var power = one
        var square = one >> 8
        var exponent = byteCount
        while exponent > 0 {
            if exponent & 1 == 1 { power = multiply(power, square) }
            exponent >>= 1
            if exponent > 0 { square = multiply(square, square) }
        }
        return power
    }

    func multiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
        var product: UInt64 = 0
        var multiple = right
        var term = one
        while term != 0 {
            if left & term != 0 { product ^= multiple }
            multiple = multiple & 1 == 0 ? multiple >> 1 : (multiple >> 1) ^ polynomial
            term >>= 1
        }
        return product
    }
}
