/// Why a service could not start or reload. One line, that says what to do.
package struct HTTPServiceError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
