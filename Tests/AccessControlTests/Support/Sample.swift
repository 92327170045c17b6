import StorageAPI

@testable import AccessControl

let account = "000000000001"

/// A document around statements.
func document(_ statements: [String], version: String = "2012-10-17") -> String {
    #"{"Version": "\#(version)", "Statement": [\#(statements.joined(separator: ", "))]}"#
}

func identityPolicy(_ statements: String..., version: String = "2012-10-17") throws -> PolicyDocument {
    try PolicyDocument(document(statements, version: version), kind: .identity)
}

func bucketPolicy(_ statements: String..., version: String = "2012-10-17") throws -> PolicyDocument {
    try PolicyDocument(document(statements, version: version), kind: .bucket(name: "bucket", account: account))
}

/// Why a document is refused; nil when it is not.
func refusal(of text: String, kind: PolicyKind = .identity) -> MalformedPolicy? {
    do throws(MalformedPolicy) {
        _ = try PolicyDocument(text, kind: kind)
        return nil
    } catch {
        return error
    }
}

let ofBucket = PolicyKind.bucket(name: "bucket", account: account)

struct SampleFacts: RequestFacts {
    var values: [ConditionKey: [String]] = [:]

    func values(of key: ConditionKey) -> [String] { values[key] ?? [] }
}

enum Sample {
    static let alice = Principal.user(
        Principal.User(
            name: "alice", id: "AIDAALICE", groups: ["readers", "staff"], tags: ["Team": "red", "star": "*"]))
    static let bob = Principal.user(Principal.User(name: "bob", id: "AIDABOB"))
    static let session = Principal.session(
        Principal.Session(
            role: "loader", roleID: "AROALOADER", name: "night", tags: ["Team": "blue"],
            claims: ["jwt:sub": ["carol"], "jwt:groups": ["a", "b"]]))
    static let root = Principal.root(accessKeyID: "AKIAROOT")

    /// - Parameter resource: `bucket` or `bucket/key`; nil for the service.
    static func request(
        _ principal: Principal, _ action: Action, _ resource: String?, _ facts: [String: [String]] = [:]
    ) throws -> AccessRequest {
        var values: [ConditionKey: [String]] = [:]
        for (name, value) in facts {
            guard let key = ConditionKey(name) else { continue }
            values[key] = value
        }
        let slash = resource?.firstIndex(of: "/")
        return AccessRequest(
            principal: principal, action: action,
            bucket: try resource.map { try BucketName(String($0[..<(slash ?? $0.endIndex)])) },
            key: try slash.flatMap { slash in try resource.map { try ObjectKey(String($0[slash...].dropFirst())) } },
            facts: SampleFacts(values: values), account: account)
    }
}
