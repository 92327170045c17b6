import SigV4
import Testing

@Suite("Verification")
struct VerificationTests {
    private let verifier = Published.verifier
    private let get = Published.getObject

    @Test("refuses a request of which any signed piece was changed")
    func tampered() {
        let changes: [(inout SignedRequest) -> Void] = [
            { $0.method = "DELETE" },
            { $0.path = "/test.tx" },
            { $0.query = "versionId=1" },
            { $0[header: "host"] = "other.s3.amazonaws.com" },
            { $0[header: "range"] = "bytes=0-8" },
            { $0[header: "range"] = nil },
            { $0.headers.append(("Range", "bytes=0-9")) },
            { $0[header: "x-amz-content-sha256"] = "UNSIGNED-PAYLOAD" },
            { $0[header: "x-amz-date"] = "20130524T000001Z" },
            { $0[header: "authorization"]?.removeLast() },
            { $0[header: "authorization"]? += "1" },
            { $0[header: "authorization"]?.replace("f0e8", with: "F0E8") },
            { $0[header: "authorization"]?.replace("range;", with: "") },
            { $0[header: "authorization"]?.replace("us-east-1", with: "us-east-2") },
        ]
        for change in changes {
            let refusal = verifier.refusal(of: get.with(change))
            #expect(refusal?.code == .signatureDoesNotMatch)
        }
    }

    @Test("refuses a presigned request of which any piece was changed")
    func tamperedQuery() {
        let changes = [
            ("test", "tess"), ("86400", "86401"), ("000000Z", "000001Z"), ("404", "405"), ("=host", "=host%3Brange"),
        ]
        for (old, new) in changes {
            let request = Published.presigned.with {
                $0.path.replace(old, with: new)
                $0.query.replace(old, with: new)
            }
            #expect(verifier.refusal(of: request)?.code == .signatureDoesNotMatch)
        }
        #expect(verifier.refusal(of: Published.presigned.with { $0.query += "&a" })?.code == .signatureDoesNotMatch)
        #expect(verifier.refusal(of: Published.presigned.with { $0.method = "HEAD" })?.code == .signatureDoesNotMatch)
    }

    @Test("explains a mismatch with the texts it compared")
    func explanation() throws {
        let refusal = try #require(verifier.refusal(of: get.with { $0.path = "/other" }))
        #expect(refusal.message.hasPrefix("The request signature we calculated does not match"))
        #expect(
            refusal.details.map(\.name) == ["AWSAccessKeyId", "StringToSign", "SignatureProvided", "CanonicalRequest"])
        #expect(
            refusal.details[1].value.hasPrefix(
                "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"))
        #expect(
            refusal.details[3].value.hasPrefix("GET\n/other\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n"))
    }

    @Test("refuses an access key that does not exist, and one whose secret was changed")
    func unknownKey() {
        let other = SignatureVerifier(credentials: OneKey(accessKeyID: "other", secret: Published.secret))
        #expect(other.refusal(of: get)?.code == .invalidAccessKeyID)
        let changed = SignatureVerifier(credentials: OneKey(accessKeyID: Published.accessKeyID, secret: Secret("new")))
        #expect(changed.refusal(of: get)?.code == .signatureDoesNotMatch)
    }

    @Test("does not use a signing key that it remembers of another secret")
    func changedSecret() throws {
        let keys = SigningKeyCache()
        var source = OneKey(accessKeyID: Published.accessKeyID, secret: Published.secret)
        _ = try #require(try SignatureVerifier(credentials: source, keys: keys).signature(of: get))
        source.secret = Secret("new")
        let verifier = SignatureVerifier(credentials: source, keys: keys)
        #expect(verifier.refusal(of: get)?.code == .signatureDoesNotMatch)
    }

    @Test("gives the same with and without remembered keys, and when more are used than are remembered")
    func cache() throws {
        let source = OneKey(accessKeyID: "a", secret: Secret("b"))
        let verifier = SignatureVerifier(credentials: source, keys: SigningKeyCache(capacity: 2))
        for region in ["one", "two", "three", "one", "three"] {
            var request = SignedRequest(method: "GET", path: "/", headers: [("Host", "h")])
            try Signer(accessKeyID: "a", secret: Secret("b"), region: region)
                .sign(&request, payload: .empty, at: Published.time)
            for _ in 0..<2 { #expect(try verifier.signature(of: request)?.scope.region == region) }
        }
    }

    @Test("allows clocks to differ by 15 minutes", arguments: [-901, -900, 0, 900, 901] as [Int64])
    func skew(seconds: Int64) {
        let refusal = verifier.refusal(of: get, now: Published.time.advanced(bySeconds: seconds))
        if abs(seconds) <= 900 {
            #expect(refusal == nil)
        } else {
            #expect(refusal?.code == .requestTimeTooSkewed)
            #expect(refusal?.details.first { $0.name == "MaxAllowedSkewMilliseconds" }?.value == "900000")
        }
    }

    @Test("holds presigned requests to their time")
    func expiry() {
        func refusal(after seconds: Int64) -> SignatureError? {
            verifier.refusal(of: Published.presigned, now: Published.time.advanced(bySeconds: seconds))
        }
        #expect(refusal(after: -901)?.message == "Request is not valid yet")
        #expect(refusal(after: -900) == nil)
        #expect(refusal(after: 86_400) == nil)
        #expect(refusal(after: 86_401)?.code == .accessDenied)
        #expect(refusal(after: 86_401)?.message == "Request has expired")
        #expect(
            refusal(after: 86_401)?.details.map(\.value) == ["86400", "2013-05-25T00:00:00Z", "2013-05-25T00:00:01Z"])
    }

    @Test("tells anonymous requests apart, and what their bodies must be")
    func anonymous() throws {
        let bare = SignedRequest(method: "PUT", target: "/bucket/key?partNumber=1", headers: [("Host", "h")])
        guard case .anonymous(.unsigned) = try verifier.verify(bare, now: Published.time) else {
            Issue.record("not anonymous")
            return
        }
        let blank = bare.with { $0[header: "authorization"] = "" }
        guard case .anonymous = try verifier.verify(blank, now: Published.time) else {
            Issue.record("an empty Authorization is somebody's")
            return
        }
        for mode in [PayloadMode.empty, .unsignedChunksWithTrailer] {
            let request = bare.with { $0[header: "x-amz-content-sha256"] = mode.headerValue }
            #expect(try verifier.verify(request, now: Published.time).payload == mode)
        }
        let signed = bare.with { $0[header: "x-amz-content-sha256"] = PayloadMode.signedChunks.headerValue }
        #expect(verifier.refusal(of: signed)?.code == .accessDenied)
    }

    @Test("accepts any region, or the one it is told")
    func region() {
        let source = OneKey(accessKeyID: Published.accessKeyID, secret: Published.secret)
        #expect(SignatureVerifier(credentials: source, region: "us-east-1").refusal(of: get) == nil)
        let european = SignatureVerifier(credentials: source, region: "eu-west-1")
        #expect(
            european.refusal(of: get)
                == SignatureError(
                    .authorizationHeaderMalformed,
                    "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
                    details: ["Region": "eu-west-1"]))
        #expect(
            european.refusal(of: Published.presigned)
                == SignatureError(
                    .authorizationQueryParametersError,
                    "Error parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; "
                        + "expecting 'eu-west-1'",
                    details: ["Region": "eu-west-1"]))
    }

    @Test("knows this server under other names")
    func hosts() throws {
        let proxied = get.with { $0[header: "host"] = "10.0.0.7:9000" }
        #expect(verifier.refusal(of: proxied)?.code == .signatureDoesNotMatch)
        #expect(verifier.refusal(of: proxied, hosts: ["s3.example.com", "examplebucket.s3.amazonaws.com"]) == nil)
        #expect(verifier.refusal(of: get, hosts: ["s3.example.com"]) == nil)
        let refusal = try #require(verifier.refusal(of: proxied, hosts: ["s3.example.com"]))
        #expect(refusal.details.last?.value.contains("host:10.0.0.7:9000\n") == true)
    }
}
