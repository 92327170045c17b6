/// The idle connections of one event loop, the longest idle first.
///
/// Linked through the connections themselves, because every request takes its connection out and puts it back.
struct IdleList {
    private(set) var first: HTTPConnection?
    private var last: HTTPConnection?
    private(set) var count = 0

    /// The one to close first: the longest idle, unless its last answer is still being sent and another's is not.
    func longestIdle() -> HTTPConnection? {
        var candidate = first
        for _ in 0..<Self.candidates {
            guard let connection = candidate else { break }
            if connection.bytesUnsent == 0 { return connection }
            candidate = connection.idleSuccessor
        }
        return first
    }

    private static let candidates = 16

    mutating func append(_ connection: HTTPConnection) {
        precondition(!connection.isInIdleList, "a connection became idle twice")
        connection.isInIdleList = true
        connection.idlePredecessor = last
        if let last { last.idleSuccessor = connection } else { first = connection }
        last = connection
        count += 1
    }

    mutating func remove(_ connection: HTTPConnection) {
        guard connection.isInIdleList else { return }
        let before = connection.idlePredecessor
        let after = connection.idleSuccessor
        if let before { before.idleSuccessor = after } else { first = after }
        if let after { after.idlePredecessor = before } else { last = before }
        connection.isInIdleList = false
        connection.idlePredecessor = nil
        connection.idleSuccessor = nil
        count -= 1
    }
}
