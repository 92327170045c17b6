extension CyclicRedundancyCheck {
    /// Continues with bytes of which only the CRC and the number are known: the CRC of a whole from those of its parts.
    ///
    /// A CRC is a remainder modulo a polynomial; to have `byteCount` bytes follow is to multiply it by x^(8·byteCount).
    package mutating func append(_ following: Self, byteCount: UInt64) {
        self = Self(value: Self.multiply(value, Self.power(ofBytes: byteCount)) ^ following.value)
    }

    /// x^(8·byteCount) modulo the polynomial, by squaring.
    private static func power(ofBytes byteCount: UInt64) -> Value {
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

    /// The product modulo the polynomial. Reflected: the highest bit is the coefficient of x^0.
    private static func multiply(_ left: Value, _ right: Value) -> Value {
        var product: Value = 0
        var multiple = right
        var term = one
        while term != 0 {
            if left & term != 0 { product ^= multiple }
            multiple = multiple & 1 == 0 ? multiple >> 1 : (multiple >> 1) ^ polynomial
            term >>= 1
        }
        return product
    }

    private static var one: Value { 1 << (Value.bitWidth - 1) }
}
