// Identifiers as text: lower-case hexadecimal digits of fixed width, so that they order as the numbers do.

extension DataID: CustomStringConvertible {
    /// `epoch-run-counter`: 50 characters, the name of its shard files.
    package var text: String { "\(hexadecimal(epoch))-\(hexadecimal(run))-\(hexadecimal(counter))" }

    package var description: String { text }

    /// Only what `text` makes.
    package init?(text: String) {
        guard let integers = hexadecimalIntegers(text, digits: [16, 16, 16]) else { return nil }
        self.init(epoch: integers[0], run: integers[1], counter: integers[2])
    }
}

extension BatchID: CustomStringConvertible {
    /// `epoch-run-sequence`.
    package var text: String { "\(hexadecimal(epoch))-\(hexadecimal(run))-\(hexadecimal(sequence))" }

    package var description: String { text }
}

extension DriveUUID: CustomStringConvertible {
    /// The common form: `8-4-4-4-12` digits.
    package var text: String {
        let digits = hexadecimal(high) + hexadecimal(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    package var description: String { text }

    /// Only what `text` makes.
    package init?(text: String) {
        guard let integers = hexadecimalIntegers(text, digits: [8, 4, 4, 4, 12]) else { return nil }
        self.init(
            high: integers[0] << 32 | integers[1] << 16 | integers[2],
            low: integers[3] << 48 | integers[4])
    }
}

private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}

/// Groups of so many digits each, with hyphens between.
private func hexadecimalIntegers(_ text: String, digits: [Int]) -> [UInt64]? {
    let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard groups.map(\.count) == digits else { return nil }
    var integers: [UInt64] = []
    for group in groups {
        var integer: UInt64 = 0
        for byte in group {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): integer = integer << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): integer = integer << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        integers.append(integer)
    }
    return integers
}
