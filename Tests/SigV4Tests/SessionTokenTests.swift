import SigV4
import Testing

@Suite("Session tokens")
struct SessionTokenTests {
    private let token = Secret("the/token+=")
    private let time = Published.time

    private func verifier(expectsToken: Bool, expiry: UTCTime? = nil) -> SignatureVerifier {
        SignatureVerifier(
            credentials: OneKey(
                accessKeyID: "a", secret: Secret("b"), sessionToken: expectsToken ? token : nil, expiry: expiry))
    }

    private func requests(token: Secret?) throws -> [SignedRequest] {
        let signer = Signer(accessKeyID: "a", secret: Secret("b"), sessionToken: token)
        var header = SignedRequest(method: "GET", path: "/b/k", headers: [("Host", "h")])
        var query = header
        try signer.sign(&header, payload: .empty, at: time)
        try signer.presign(&query, expirySeconds: 60, at: time)
        return [header, query]
    }

    @Test("must be the ones the credentials were issued with")
    func tokens() throws {
        for request in try requests(token: token) {
            #expect(try verifier(expectsToken: true).signature(of: request)?.sessionToken == "the/token+=")
            #expect(verifier(expectsToken: false).refusal(of: request)?.code == .invalidToken)
        }
        for request in try requests(token: nil) {
            #expect(verifier(expectsToken: true).refusal(of: request)?.code == .invalidToken)
            #expect(try verifier(expectsToken: false).signature(of: request)?.sessionToken == nil)
        }
        for request in try requests(token: Secret("other")) {
            #expect(verifier(expectsToken: true).refusal(of: request)?.code == .invalidToken)
        }
    }

    @Test("end with their credentials")
    func expiry() throws {
        for request in try requests(token: token) {
            let verifier = verifier(expectsToken: true, expiry: time.advanced(bySeconds: 10))
            #expect(verifier.refusal(of: request, now: time.advanced(bySeconds: 9)) == nil)
            #expect(verifier.refusal(of: request, now: time.advanced(bySeconds: 10))?.code == .expiredToken)
        }
    }

    @Test("and secrets are not printed")
    func printing() {
        let credential = Credential(secret: Secret("hush"), sessionToken: Secret("hush"))
        var dumped = ""
        dump(credential, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), dumped] {
            #expect(!text.contains("hush") && !text.contains("104"))
        }
    }
}
