import SeededRandom
import Testing

@testable import AccessControl

@Suite struct PolicyFuzzTests {
    private static let users: [(name: String?, principal: Principal)] = [
        ("alice", Sample.alice), ("bob", Sample.bob), (nil, .anonymous),
    ]

    private static func named(_ model: PolicyModel, _ kind: PolicyKind) throws -> NamedPolicy {
        NamedPolicy(name: "policy", document: try PolicyDocument(model.text, kind: kind))
    }

    /// Every request of the model's small world.
    private static func forEachRequest(
        _ body: (AccessRequest, Action, String, String?, String?) throws -> Void
    ) throws {
        for user in users {
            for action in PolicyModel.actions {
                for resource in PolicyModel.resources {
                    for agent in PolicyModel.agents {
                        let facts = agent.map { ["aws:UserAgent": [$0]] } ?? [:]
                        let request = try Sample.request(user.principal, action, resource, facts)
                        try body(request, action, resource, agent, user.name)
                    }
                }
            }
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `Random policies are decided as their plainest reading says`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let identity = PolicyModel.random(&random, ofBucket: false)
        let bucket = PolicyModel.random(&random, ofBucket: true)
        let policies = PolicySet(
            identity: [try Self.named(identity, .identity)], bucket: try Self.named(bucket, ofBucket))
        try Self.forEachRequest { request, action, resource, agent, user in
            let isAnonymous = user == nil
            let denied =
                bucket.denies(action, resource, agent, user: user)
                || !isAnonymous && identity.denies(action, resource, agent, user: user)
            let allowed =
                bucket.allows(action, resource, agent, user: user)
                || !isAnonymous && identity.allows(action, resource, agent, user: user)
            let decision = PolicyEvaluation.decide(request, policies)
            #expect(
                decision.isAllowed == (allowed && !denied),
                "seed \(seed) \(user ?? "-") \(action.name) \(resource): \(decision)\n\(identity.text)\n\(bucket.text)")
        }
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `More denials, limits and conditions never allow more`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let model = PolicyModel.random(&random, ofBucket: false)
        var stricter = model
        var denial = PolicyModel.random(&random, ofBucket: false).statements[0]
        denial.effect = .deny
        stricter.statements.insert(denial, at: Int.random(in: 0...stricter.statements.count, using: &random))
        for index in stricter.statements.indices where stricter.statements[index].effect == .allow {
            if stricter.statements[index].agent == nil { stricter.statements[index].agent = (random.chance(50), ["x"]) }
        }
        let limit = try Self.named(PolicyModel.random(&random, ofBucket: false), .identity)
        let before = PolicySet(identity: [try Self.named(model, .identity)])
        var after = [PolicySet(identity: [try Self.named(stricter, .identity)]), before, before]
        after[1].boundary = limit
        after[2].session = [limit]
        try Self.forEachRequest { request, _, _, _, _ in
            guard !PolicyEvaluation.decide(request, before).isAllowed else { return }
            for policies in after { #expect(!PolicyEvaluation.decide(request, policies).isAllowed, "seed \(seed)") }
        }
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func `No prefix of a document is one`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = Array(PolicyModel.random(&random, ofBucket: true).text.utf8)
        for count in 0..<bytes.count {
            #expect(throws: MalformedPolicy.self) { try PolicyDocument(Array(bytes.prefix(count)), kind: ofBucket) }
        }
    }

    /// What a mutated document still means, its own text says: if it is taken, nothing in it was passed over.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `A mutated document is refused with a place, or taken whole`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let original = Array(PolicyModel.random(&random, ofBucket: true).text.utf8)
        for _ in 0..<100 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, &random) }
            do throws(MalformedPolicy) {
                let policy = try PolicyDocument(bytes, kind: ofBucket)
                let text = String(decoding: bytes, as: UTF8.self)
                let denials = policy.statements.count { $0.effect == .deny }
                #expect(text.components("\"Deny\"") == denials, "\(text)")
                let conditional = policy.statements.count { !$0.conditions.isEmpty }
                #expect(text.components("\"Condition\"") == conditional, "\(text)")
            } catch {
                #expect(error.line >= 1 && error.column >= 1 && error.column <= bytes.count + 1)
                #expect(!error.reason.isEmpty)
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: bytes.indices, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
        default: bytes.insert(random.pick(Array("{}[]\",:\\*?$ \u{0}ä".utf8)), at: place)
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `Any bytes at all are refused`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let words = ["{", "}", "[", "]", ":", ",", "\"Statement\"", "\"Effect\"", "\"*\"", "1", "null", "\\u"]
        for _ in 0..<100 {
            let bytes: [UInt8] =
                random.chance(50)
                ? (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                : Array((0..<Int.random(in: 0...30, using: &random)).map { _ in random.pick(words) }.joined().utf8)
            #expect(throws: MalformedPolicy.self) { try PolicyDocument(bytes, kind: .identity) }
        }
    }

    /// Unknown elements, elements twice, and values of a wrong type, at every place of a document.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `Nothing unknown, doubled or of a wrong type is passed over`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = PolicyModel.random(&random, ofBucket: true).text
        for name in ["Effect", "Action", "Resource", "Principal", "Statement", "Version", "Condition", "AWS"] {
            let quoted = "\"\(name)\":"
            guard text.contains(quoted) else { continue }
            for replacement in [
                "\"\(name)x\":", "\"\(name.lowercased())\":", "\"\(name)\": null, \"\(name)\":",
                "\"\(name)\": 1, \"Other\":",
            ] {
                #expect(refusal(of: text.replacingFirst(quoted, replacement), kind: ofBucket) != nil, "\(replacement)")
            }
        }
    }
}

extension String {
    fileprivate func components(_ part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }

    fileprivate func replacingFirst(_ part: String, _ replacement: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return self[..<range.lowerBound] + replacement + self[range.upperBound...]
    }
}
