/// Why a measurement is void: a connection that broke, an answer that is no success, a byte that is wrong.
struct LoadError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
