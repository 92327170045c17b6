import SigV4
import Testing

@Suite("Requests of real clients")
struct RealClientTests {
    private static let requests = BotocoreRequests.texts.split(separator: "\n\n").map { text in
        let lines = text.split(separator: "\n")
        let words = lines[0].split(separator: " ")
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: String(parts[1]))
        }
        return SignedRequest(method: String(words[0]), target: String(words[1]), headers: headers)
    }

    private func verifier(expectsToken: Bool) -> SignatureVerifier {
        let token = expectsToken ? Secret(BotocoreRequests.sessionToken) : nil
        return SignatureVerifier(
            credentials: OneKey(
                accessKeyID: BotocoreRequests.accessKeyID, secret: Secret(BotocoreRequests.secret), sessionToken: token)
        )
    }

    @Test("verify, whatever the key, the query and the headers hold", arguments: requests)
    func botocore(request: SignedRequest) throws {
        let hasToken = request.query.contains("Security-Token") || request[header: "x-amz-security-token"] != nil
        let time = try #require(UTCTime(basicISO8601: BotocoreRequests.time))
        let signature = try #require(try verifier(expectsToken: hasToken).signature(of: request, now: time))
        #expect(signature.scope.region == "eu-central-1")
        #expect(request.method != "PUT" || signature.payload != .empty || request.path == "/bucket/dst")
    }

    @Test("are all there")
    func count() {
        #expect(Self.requests.count == 13)
        #expect(Self.requests.count { $0.query.contains("X-Amz-Signature") } == 4)
    }
}
