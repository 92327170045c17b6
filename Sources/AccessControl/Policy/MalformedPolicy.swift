/// Why a policy document is refused, and where the fault stands.
package struct MalformedPolicy: Error, Hashable, Sendable {
    /// In AWS's words where they are known; no full stop.
    package let reason: String
    /// The element, as `Statement[0].Action[1]`; empty for the document itself.
    package let path: String
    /// Counted from 1, columns in characters.
    package let line: Int
    package let column: Int

    package init(reason: String, path: String, line: Int, column: Int) {
        self.reason = reason
        self.path = path
        self.line = line
        self.column = column
    }

    /// For clients.
    package var message: String {
        let place = path.isEmpty ? "" : "\(path), "
        return "\(reason) (\(place)line \(line), column \(column))"
    }
}
