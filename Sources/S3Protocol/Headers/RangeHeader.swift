package import StorageAPI

/// A `Range` header with one range of bytes (RFC 9110, section 14.2).
package struct RangeHeader: Hashable, Sendable {
    private enum Range: Hashable {
        case from(UInt64)
        case closed(UInt64, UInt64)
        case suffix(UInt64)
    }

    /// As it came, for the error.
    package let text: String
    private let range: Range

    /// Nil for what is ignored: another unit, several ranges, bad syntax. Then the whole object is answered, as by AWS.
    package init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let ends = parts[1].utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (ends[0].isEmpty, ends[1].isEmpty) {
        case (true, true): return nil
        case (true, false):
            guard let count = Self.number(ends[1]) else { return nil }
            range = .suffix(count)
        case (false, true):
            guard let first = Self.number(ends[0]) else { return nil }
            range = .from(first)
        case (false, false):
            guard let first = Self.number(ends[0]), let last = Self.number(ends[1]), first <= last else { return nil }
            range = .closed(first, last)
        }
        self.text = text
    }

    /// The bytes of an object of `size` bytes, clamped to it.
    ///
    /// - Throws: `InvalidRange` when no byte of the object is in it.
    package func resolve(size: UInt64) throws(S3Error) -> Swift.Range<UInt64> {
        let resolved: Swift.Range<UInt64>? =
            switch range {
            case .from(let first): first < size ? first..<size : nil
            case .closed(let first, let last): first < size ? first..<(min(last, size - 1) + 1) : nil
            case .suffix(let count): count > 0 && size > 0 ? (size - min(count, size))..<size : nil
            }
        guard let resolved else { throw .invalidRange(text, size: size) }
        return resolved
    }

    /// Digits only; what is too large for 64 bits lies behind the end of any object.
    static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            value = overflow || carry ? .max : sum
        }
        return value
    }
}

/// `If-Range`: the object that the client has a part of already (RFC 9110, section 13.1.5).
package enum IfRange: Hashable, Sendable {
    case tag(ETag)
    case date(Timestamp)
    /// A weak tag, or what is neither tag nor date.
    case nothing

    package init(_ text: String) {
        if text.utf8.first == UInt8(ascii: "\"") {
            self = .tag(ETag(EntityTags.unquoted(text)))
        } else if let date = Timestamp(httpDate: text) {
            self = .date(date)
        } else {
            self = .nothing
        }
    }

    package func matches(_ info: ObjectInfo) -> Bool {
        switch self {
        case .tag(let tag): tag == info.etag
        case .date(let date): date.seconds == info.modified.seconds
        case .nothing: false
        }
    }
}

/// `x-amz-copy-source-range`: strictly `bytes=first-last`, and within the source.
package struct CopySourceRange: Hashable, Sendable {
    package let text: String
    private let first: UInt64
    private let last: UInt64

    /// - Throws: `InvalidArgument`.
    package init(_ text: String) throws(S3Error) {
        let prefix = "bytes="
        let ends = text.utf8.dropFirst(prefix.utf8.count).split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard text.hasPrefix(prefix), ends.count == 2, !ends[0].isEmpty, !ends[1].isEmpty,
            let first = RangeHeader.number(ends[0]), let last = RangeHeader.number(ends[1]), first <= last
        else {
            throw .invalidArgument(
                "x-amz-copy-source-range", text,
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                    + "zero-based offsets of the first and last bytes to copy")
        }
        self.text = text
        self.first = first
        self.last = last
    }

    /// - Throws: `InvalidRange` when it does not lie within a source of `size` bytes: a part is never silently shorter.
    package func resolve(size: UInt64) throws(S3Error) -> Range<UInt64> {
        guard last < size else { throw .invalidRange(text, size: size) }
        return first..<last + 1
    }
}
