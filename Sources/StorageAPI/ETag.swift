/// An entity tag without its quotes: 32 hexadecimal digits, and `-N` after them for an object of N parts.
package struct ETag: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }
}
