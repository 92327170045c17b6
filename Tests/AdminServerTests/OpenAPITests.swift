import AdminAPI
import Foundation
import NIOCore
import Testing
import Yams

@testable import AdminServer

/// The document that others write clients from says what the server does.
@Suite struct OpenAPITests {
    private let document: [String: Any]

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/AdminAPI/openapi.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        document = try #require(try Yams.load(yaml: text) as? [String: Any])
    }

    private func at(_ path: String...) -> [String: Any] {
        path.reduce(document) { $0[$1] as? [String: Any] ?? [:] }
    }

    @Test func `It has every operation, and no other`() throws {
        var documented: Set<String> = []
        for (path, methods) in at("paths") {
            for (method, operation) in try #require(methods as? [String: [String: Any]]) {
                documented.insert("\(method.uppercased()) \(path) \(operation["operationId"] as? String ?? "")")
            }
        }
        #expect(documented == Set(AdminOperation.allCases.map { "\($0.method) \($0.path) \($0.rawValue)" }))
    }

    @Test func `Its messages have the keys that are sent, and no others`() throws {
        let heal = HealReport(
            missingShards: 1, rebuildableShards: 1, rebuiltShards: 1, rebuiltByteCount: 1, bytesPerSecond: 1.5,
            remainingSeconds: 2.5)
        let scrub = ScrubReport(
            phase: "running", startedAt: "", finishedAt: "", nextAt: "", fraction: 0.5, shardsVerified: 1,
            verifiedByteCount: 1, rowsCompared: 1, found: 1, repaired: 1, damagedObjects: 1)
        let drive = DriveReport(
            set: "", slot: 1, path: "", uuid: "", state: "member", reason: "", capacityByteCount: 1, freeByteCount: 1)
        let set = SetReport(
            name: "", pool: 1, service: "serving", reason: "", dataShards: 1, parityShards: 1, drives: [drive],
            freeByteCount: 1, corruptionFound: 1, shardsRepaired: 1, heal: heal, scrub: scrub)
        let problem = ProblemReport(place: "", text: "", advice: "")
        let error = ErrorReport(code: "", message: "", requestID: "")
        let examination = ExaminationReport(
            findings: 1, unreportedFindings: 1, objects: 1, rows: 1, shards: 1, shardByteCount: 1, isClean: true)
        let messages: [(String, any Encodable)] = [
            (
                "StoreReport",
                StoreReport(deployment: "", version: "", health: "healthy", problems: [problem], sets: [set])
            ),
            ("DriveListReport", DriveListReport(drives: [drive])),
            ("HealOverview", HealOverview(total: heal, sets: [SetHealReport(set: "", heal: heal)])),
            ("ScrubOverview", ScrubOverview(total: scrub, sets: [SetScrubReport(set: "", scrub: scrub)])),
            (
                "DamagedObjectPage",
                DamagedObjectPage(objects: [DamagedObjectReport(bucket: "", key: "", reason: "")], next: "")
            ),
            (
                "ExaminationLine",
                ExaminationLine(
                    finding: FindingReport(place: "", kind: "", text: ""), summary: examination, error: error)
            ),
            (
                "PoolListReport",
                PoolListReport(pools: [
                    PoolReport(
                        pool: 0, phase: "draining", sets: 1, drives: 1, capacityByteCount: 1, freeByteCount: 1,
                        drain: DrainReport(
                            totalObjects: 1, totalByteCount: 1, remainingObjects: 1, remainingByteCount: 1,
                            remainingUploads: 1, movedObjects: 1, movedByteCount: 1, bytesPerSecond: 1.5,
                            remainingSeconds: 1.5, stuckObjects: 1, reason: ""))
                ])
            ),
            ("ErrorReport", error),
        ]
        for (name, message) in messages {
            let value = try JSONSerialization.jsonObject(with: JSONEncoder().encode(message))
            try check(value, against: at("components", "schemas", name), name, isFull: true)
        }
        // The empty ones have what is required, and nothing that is not described.
        let few: [(String, any Encodable)] = [
            ("DamagedObjectPage", DamagedObjectPage(objects: [], next: nil)), ("ExaminationLine", ExaminationLine()),
        ]
        for (name, message) in few {
            let value = try JSONSerialization.jsonObject(with: JSONEncoder().encode(message))
            try check(value, against: at("components", "schemas", name), name, isFull: false)
        }
    }

    @Test(arguments: AdminOperation.allCases.filter { $0 != .examine })
    func `Each answer is as described`(operation: AdminOperation) async throws {
        let answer = try await Asking().ask(operation)
        let value = try JSONSerialization.jsonObject(with: Data(answer.bytes.readableBytesView))
        let responses = try #require(
            at("paths", operation.path, operation.method.lowercased())["responses"] as? [String: [String: String]])
        let name = try #require(responses["200"]?["$ref"]?.split(separator: "/").last).description
        try check(value, against: at("components", "schemas", name), name, isFull: false)
    }

    @Test func `Every enumeration has the words that the server uses`() {
        func words(_ schema: String, _ property: String) -> Set<String> {
            let properties = at("components", "schemas", schema, "properties")
            return Set((properties[property] as? [String: Any])?["enum"] as? [String] ?? [])
        }
        #expect(words("StoreReport", "health") == Set(StoreHealth.allCases.map(\.code)).subtracting(["notServing"]))
        #expect(words("DriveReport", "state") == ["member", "catchingUp", "waiting", "out", "absent"])
        #expect(words("SetReport", "service") == ["serving", "readOnly", "stopped"])
        #expect(words("PoolReport", "phase") == ["active", "adding", "draining", "drained"])
        #expect(words("ScrubReport", "phase") == ["waiting", "running", "stopped"])
    }

    /// - Parameter isFull: whether the value has all that its schema knows.
    private func check(_ value: Any, against schema: [String: Any], _ place: String, isFull: Bool) throws {
        if let reference = schema["$ref"] as? String {
            let name = String(try #require(reference.split(separator: "/").last))
            return try check(value, against: at("components", "schemas", name), place, isFull: isFull)
        }
        switch schema["type"] as? String {
        case "object":
            let object = try #require(value as? [String: Any], "\(place)")
            let properties = try #require(schema["properties"] as? [String: [String: Any]], "\(place)")
            let required = Set(schema["required"] as? [String] ?? [])
            #expect(required.isSubset(of: properties.keys), "\(place)")
            #expect(Set(object.keys).isSubset(of: properties.keys), "\(place)")
            #expect((isFull ? Set(properties.keys) : required).isSubset(of: object.keys), "\(place)")
            for (key, part) in object {
                try check(part, against: properties[key] ?? [:], "\(place).\(key)", isFull: isFull)
            }
        case "array":
            let items = try #require(schema["items"] as? [String: Any], "\(place)")
            for item in try #require(value as? [Any], "\(place)") {
                try check(item, against: items, place, isFull: isFull)
            }
        case "string":
            let text = try #require(value as? String, "\(place)")
            if let words = schema["enum"] as? [String] { #expect(words.contains(text), "\(place)") }
        case "integer": #expect(value is Int, "\(place)")
        case "number": #expect(value is Double, "\(place)")
        case "boolean": #expect(value is Bool, "\(place)")
        default: Issue.record("\(place) has no type")
        }
    }
}
