/// A JSON value and the byte at which it begins.
struct JSONNode: Sendable {
    enum Value: Sendable {
        /// In the order of the document; no name comes twice.
        case object([Member])
        case array([JSONNode])
        case string(String)
        /// As it is written.
        case number(String)
        case bool(Bool)
        case null
    }

    struct Member: Sendable {
        let name: String
        /// Where the name begins.
        let offset: Int
        let node: JSONNode
    }

    let value: Value
    let offset: Int
}

/// Text that is not JSON, or JSON that could be read in two ways.
struct JSONFault: Error, Equatable {
    let reason: String
    let offset: Int
}
