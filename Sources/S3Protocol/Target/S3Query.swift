/// The query of a request target, decoded, in the order in which it came.
package struct S3Query: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package let name: String
        /// Nil for `?acl`, empty for `?acl=`.
        package let value: String?

        package init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var items: [Item]

    package init(items: [Item] = []) {
        self.items = items
    }

    /// - Parameter text: what follows the `?`.
    /// - Throws: `InvalidURI` for a broken escape or text that is not UTF-8.
    package init(_ text: some Collection<UInt8>) throws(S3Error) {
        items = []
        for part in text.split(separator: UInt8(ascii: "&")) {
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            let hasValue = name.endIndex != part.endIndex
            let value = hasValue ? try Self.decode(part[name.endIndex...].dropFirst()) : nil
            items.append(Item(name: try Self.decode(name), value: value))
        }
    }

    package init(_ text: String) throws(S3Error) {
        try self.init(text.utf8)
    }

    private static func decode(_ text: some Collection<UInt8>) throws(S3Error) -> String {
        guard let bytes = PercentCoding.decodeText(text, plusIsSpace: true) else { throw S3Error(.invalidURI) }
        return String(decoding: bytes, as: UTF8.self)
    }

    package func contains(_ name: String) -> Bool {
        items.contains { $0.name == name }
    }

    /// The value of the first item of that name; empty where the item has none; nil where there is no item.
    package subscript(_ name: String) -> String? {
        items.first { $0.name == name }.map { $0.value ?? "" }
    }
}
