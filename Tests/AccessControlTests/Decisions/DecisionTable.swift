import Testing

@testable import AccessControl

/// Policies, and what they decide: a line each, as
///
///     alice s3:GetObject bucket/reports/a aws:SourceIp=192.0.2.1 -> allow
///
/// The resource `-` is the service. Several values of a key are separated by `|`.
struct Scenario: Sendable {
    let name: String
    var version = "2012-10-17"
    /// Statements, by who has them.
    var identity: [String: [String]] = [:]
    var boundary: [String]?
    var session: [String]?
    var bucket: [String]?
    var restrictsPublicBucket = false
    let lines: String
}

struct DecisionCase: Sendable, CustomTestStringConvertible {
    let scenario: Scenario
    let line: String

    var testDescription: String { "\(scenario.name): \(line)" }

    static func all(of scenarios: [Scenario]) -> [DecisionCase] {
        scenarios.flatMap { scenario in
            scenario.lines.split(separator: "\n").map { DecisionCase(scenario: scenario, line: String($0)) }
        }
    }

    /// What the line expects, and what comes out.
    func run() throws -> (expected: String, actual: String) {
        let halves = line.components(separatedBy: " -> ")
        let words = halves[0].split(separator: " ").map(String.init)
        let principal = try #require(Self.principals[words[0]], "who is \(words[0])?")
        let action = try #require(Action(name: words[1]), "no action \(words[1])")
        var facts: [String: [String]] = [:]
        for word in words.dropFirst(3) {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            facts[parts[0]] = parts[1].split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
        let request = try Sample.request(principal, action, words[2] == "-" ? nil : words[2], facts)
        let decision = PolicyEvaluation.decide(request, try policies(of: words[0]))
        return (halves[1], Self.word(for: decision))
    }

    private func policies(of name: String) throws -> PolicySet {
        func policy(_ name: String, _ statements: [String], _ kind: PolicyKind) throws -> NamedPolicy {
            let text = document(statements, version: scenario.version)
            return NamedPolicy(name: name, document: try PolicyDocument(text, kind: kind))
        }
        return PolicySet(
            identity: try scenario.identity[name].map { [try policy("identity", $0, .identity)] } ?? [],
            boundary: try scenario.boundary.map { try policy("boundary", $0, .identity) },
            session: try scenario.session.map { [try policy("session", $0, .identity)] },
            bucket: try scenario.bucket.map { try policy("bucket", $0, ofBucket) },
            restrictsPublicBucket: scenario.restrictsPublicBucket)
    }

    private static let principals: [String: Principal] = [
        "alice": Sample.alice, "bob": Sample.bob, "session": Sample.session, "root": Sample.root,
        "anonymous": .anonymous,
    ]

    private static func word(for decision: AccessDecision) -> String {
        switch decision {
        case .allowed(.root): "root"
        case .allowed(.statement(let statement)): "allow" + (statement.policy == "identity" ? "" : " by bucket")
        case .denied(.statement): "deny"
        case .denied(.anonymous): "anonymous"
        case .denied(.publicAccessBlocked): "blocked"
        case .denied(.nothingAllows): "nothing"
        case .denied(.boundary): "boundary"
        case .denied(.session): "session"
        case .denied(.unknown): "unknown"
        }
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        guard let range = firstRange(of: separator) else { return [self, ""] }
        return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
    }
}

@Suite struct DecisionTableTests {
    static let cases = DecisionCase.all(
        of: Scenario.basics + Scenario.principals + Scenario.limits + Scenario.variables + Scenario.resources)

    @Test(arguments: cases)
    func `A request is decided as AWS decides it`(_ decision: DecisionCase) throws {
        let (expected, actual) = try decision.run()
        #expect(actual == expected)
    }

    @Test func `The tables have at least 400 cases`() {
        #expect(Self.cases.count + ConditionTableTests.rows.count >= 400)
    }
}
