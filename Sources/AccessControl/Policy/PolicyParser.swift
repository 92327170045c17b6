extension PolicyDocument {
    /// Reads a document in AWS's policy language ("Grammar of the IAM JSON policy language"). What it does not know, it
    /// refuses: an element that is ignored could be the one that was meant to deny.
    ///
    /// - Throws: the first fault.
    package init(_ bytes: [UInt8], kind: PolicyKind) throws(MalformedPolicy) {
        let parser = PolicyParser(bytes: bytes, kind: kind)
        self = try parser.document()
    }

    package init(_ text: String, kind: PolicyKind) throws(MalformedPolicy) {
        try self.init(Array(text.utf8), kind: kind)
    }
}

struct PolicyParser {
    let bytes: [UInt8]
    let kind: PolicyKind

    func document() throws(MalformedPolicy) -> PolicyDocument {
        try checkSize()
        let root: JSONNode
        do throws(JSONFault) {
            root = try JSONReader.read(bytes)
        } catch {
            let reason = bytes.first == UInt8(ascii: "{") ? error.reason : Self.notAnObject
            throw fault(reason, at: error.offset, "")
        }
        guard case .object(let members) = root.value else { throw fault(Self.notAnObject, at: root.offset, "") }
        try check(members, known: ["Version", "Id", "Statement"], "")
        let hasVariables = try version(members)
        let id = try members.node("Id").map { node throws(MalformedPolicy) in try string(node, "Id") }
        guard let statement = members.node("Statement") else { throw missing("Statement", at: root.offset, "") }
        return PolicyDocument(id: id, statements: try statements(statement, hasVariables: hasVariables))
    }

    private static let notAnObject = "Policies must be valid JSON and the first byte must be '{'"

    /// White space does not count.
    private func checkSize() throws(MalformedPolicy) {
        let count = bytes.count { !UInt8.isSpace($0) }
        guard bytes.count <= PolicyKind.maximumDocumentByteCount, count <= kind.maximumByteCount else {
            throw fault(
                "Normalized policy document exceeds the maximum allowed size of \(kind.maximumByteCount) bytes", at: 0,
                "")
        }
    }

    /// Whether variables have a meaning.
    private func version(_ members: [JSONNode.Member]) throws(MalformedPolicy) -> Bool {
        guard let node = members.node("Version") else { return false }
        switch try string(node, "Version") {
        case "2012-10-17": return true
        case "2008-10-17": return false
        default: throw fault("The policy must contain a valid version string", at: node.offset, "Version")
        }
    }

    private func statements(_ node: JSONNode, hasVariables: Bool) throws(MalformedPolicy) -> [PolicyStatement] {
        let nodes: [JSONNode]
        switch node.value {
        case .object: nodes = [node]
        case .array(let list): nodes = list
        default: throw fault("Statement must be an object or a list of them", at: node.offset, "Statement")
        }
        guard !nodes.isEmpty else {
            throw fault("Could not parse the policy: Statement is empty!", at: node.offset, "Statement")
        }
        var statements: [PolicyStatement] = []
        var sids: Set<String> = []
        for (index, node) in nodes.enumerated() {
            let path = "Statement[\(index)]"
            let statement = try statement(node, path, hasVariables: hasVariables)
            if let sid = statement.sid, !sid.isEmpty, !sids.insert(sid).inserted {
                throw fault("Statement IDs (SID) in a single policy must be unique", at: node.offset, "\(path).Sid")
            }
            statements.append(statement)
        }
        return statements
    }
}

// MARK: Faults and small values

extension PolicyParser {
    func fault(_ reason: String, at offset: Int, _ path: String) -> MalformedPolicy {
        let before = bytes.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        // Bytes that continue a character do not count.
        let column = before[lineStart...].count { $0 & 0xc0 != 0x80 } + 1
        return MalformedPolicy(reason: reason, path: path, line: line, column: column)
    }

    func missing(_ name: String, at offset: Int, _ path: String) -> MalformedPolicy {
        fault("Missing required field \(name)", at: offset, path)
    }

    func check(_ members: [JSONNode.Member], known: Set<String>, _ path: String) throws(MalformedPolicy) {
        for member in members where !known.contains(member.name) {
            throw fault("Unknown field \(member.name)", at: member.offset, path)
        }
    }

    func string(_ node: JSONNode, _ path: String) throws(MalformedPolicy) -> String {
        guard case .string(let text) = node.value else {
            throw fault("\(path) must be a string", at: node.offset, path)
        }
        return text
    }

    /// A value of a list of strings, and where it stands.
    struct Item {
        let text: String
        let offset: Int
        let path: String
    }

    /// A string, or a list of at least one.
    func strings(_ node: JSONNode, _ path: String) throws(MalformedPolicy) -> [Item] {
        guard case .array(let nodes) = node.value else {
            return [Item(text: try string(node, path), offset: node.offset, path: path)]
        }
        guard !nodes.isEmpty else { throw fault("\(path) must not be empty", at: node.offset, path) }
        var items: [Item] = []
        for (index, node) in nodes.enumerated() {
            let path = "\(path)[\(index)]"
            items.append(Item(text: try string(node, path), offset: node.offset, path: path))
        }
        return items
    }
}

extension [JSONNode.Member] {
    func node(_ name: String) -> JSONNode? {
        first { $0.name == name }?.node
    }
}

extension UInt8 {
    fileprivate static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }
}
