import SigV4
import Testing

@Suite("Canonical forms")
struct CanonicalFormTests {
    private let signer = Signer(accessKeyID: "a", secret: Secret("b"))
    private let verifier = SignatureVerifier(credentials: OneKey(accessKeyID: "a", secret: Secret("b")))

    /// Whether the signature over one way of writing a request holds for another.
    private func isSame(_ signed: SignedRequest, _ sent: SignedRequest) throws -> Bool {
        var signed = signed
        try signer.sign(&signed, payload: .unsigned, at: Published.time)
        let added = signed.headers.suffix(3)
        return verifier.refusal(of: sent.with { $0.headers += added }) == nil
    }

    private func request(_ target: String, headers: [(name: String, value: String)] = []) -> SignedRequest {
        SignedRequest(method: "GET", target: target, headers: [("Host", "h")] + headers)
    }

    @Test(
        "take different spellings of a target as one",
        arguments: [
            ("/", ""), ("/a%20b", "/a b"), ("/a!'()*b", "/a%21%27%28%29%2ab"), ("/%7Eu/%2d", "/~u/-"),
            ("/a%2Fb", "/a/b"),
            ("/é", "/%C3%A9"), ("/a+b", "/a%2Bb"), ("/b?acl", "/b?acl="), ("/b?b=2&a=1", "/b?a=1&b=2"),
            ("/b?a=2&a=1", "/b?a=1&a=2"), ("/b?k=x+y", "/b?k=x%20y"), ("/b?k=a/b", "/b?k=a%2fb"), ("/b?", "/b"),
            ("/b?&&a&", "/b?a="), ("/b?a=b=c", "/b?a=b%3Dc"), ("/b?a-b=1&a=2", "/b?a=2&a-b=1"),
        ])
    func spellings(one: String, other: String) throws {
        #expect(try isSame(request(one), request(other)))
        #expect(try isSame(request(other), request(one)))
    }

    @Test(
        "keep apart what S3 keeps apart",
        arguments: [
            ("/a", "/a/"), ("/a//b", "/a/b"), ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/a%252Fb", "/a%2Fb"),
            ("/A", "/a"),
            ("/b?a=1", "/b?a=2"), ("/b?a=1", "/b?A=1"), ("/b?a=1&a=1", "/b?a=1"), ("/b?a=1&b=2", "/b?a=1%26b%3D2"),
            ("/e\u{301}", "/é"),
        ])
    func differences(one: String, other: String) throws {
        #expect(try !isSame(request(one), request(other)))
    }

    @Test("do not depend on the order of headers, the case of their names or the white space around their values")
    func headers() throws {
        let signed = request("/", headers: [("x-amz-meta-a", "1 2"), ("x-amz-meta-b", "3,4"), ("x-amz-meta-c", "")])
        let sent = request(
            "/",
            headers: [
                ("X-Amz-Meta-C", "  \t"), ("x-amz-meta-B", " 3 "), ("X-AMZ-META-B", "\t4"),
                ("X-Amz-Meta-A", " 1 \t  2 "),
            ])
        #expect(try isSame(signed, sent))
        #expect(
            try !isSame(
                signed, request("/", headers: [("x-amz-meta-a", "12"), ("x-amz-meta-b", "3,4"), ("x-amz-meta-c", "")])))
    }

    @Test("keep underscores and bytes beyond ASCII in headers")
    func unusualHeaders() throws {
        let request = request("/", headers: [("x-amz-meta-ic_client", "gr\u{fc}n \u{1f331}")])
        #expect(try isSame(request, request))
    }

    @Test(
        "refuse broken percent-encoding",
        arguments: ["/%", "/%4", "/%zz", "/b?%", "/b?a=%f", "/b?a=%0x"])
    func brokenEncoding(target: String) {
        let bare = Published.getObject
        let request = SignedRequest(method: "GET", target: target, headers: bare.headers)
        #expect(verifier.refusal(of: request)?.code == .invalidURI)
    }

    @Test(
        "take a Date header for X-Amz-Date",
        arguments: [
            ("20130524T000000Z", "fe01b77265805cad99e60cde5eab8ed34960d97960192169c7d740318fba8146"),
            ("Fri, 24 May 2013 00:00:00 GMT", "4224b7450ac3b61283d55acce9b233fd83c7f7c149cea654c4b346a0378e6fa2"),
        ])
    func date(text: String, signature: String) {
        let authorization =
            "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, "
            + "SignedHeaders=date;host;x-amz-content-sha256, Signature=\(signature)"
        let headers = [
            ("Date", text), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), ("Authorization", authorization),
        ]
        #expect(verifier.refusal(of: request("/", headers: headers)) == nil)
    }
}
