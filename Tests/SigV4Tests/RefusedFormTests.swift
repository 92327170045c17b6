import SeededRandom
import SigV4
import Testing

@Suite("Malformed authentication")
struct RefusedFormTests {
    private static let header = "The authorization header is malformed; "
    private static let query = "Error parsing the X-Amz-Credential parameter; "
    private static let scheme = "AWS4-HMAC-SHA256 "
    private static let rest = ",SignedHeaders=host,Signature=0"

    @Test(
        "in the Authorization header is refused in AWS's words",
        arguments: [
            (
                "AWS AKID:c2lnbmF0dXJl", .invalidRequest,
                "The authorization mechanism you have provided is not supported."
            ),
            ("AWS4-ECDSA-P256-SHA256 Credential=a", .invalidRequest, "The authorization mechanism you have provided"),
            ("Basic YTpi", .invalidArgument, "Unsupported Authorization Type"),
            ("Bearer x", .invalidArgument, "Unsupported Authorization Type"),
            (scheme, .authorizationHeaderMalformed, header + "the authorization header requires three components"),
            (
                scheme + "Credential=a", .authorizationHeaderMalformed,
                header + "the authorization header requires three"
            ),
            (scheme + "Credential=a" + rest, .authorizationHeaderMalformed, header + "the Credential is mal-formed"),
            (
                scheme + "Credential=/20130524/r/s3/aws4_request" + rest, .authorizationHeaderMalformed,
                header + "the Cred"
            ),
            (
                scheme + "Credential=a/2013/r/s3/aws4_request" + rest, .authorizationHeaderMalformed,
                header
                    + "incorrect date format \"2013\". This date in the credential must be in the format \"yyyyMMdd\"."
            ),
            (
                scheme + "Credential=a/20130524/r/s4/aws4_request" + rest, .authorizationHeaderMalformed,
                header + "incorrect service \"s4\". This endpoint belongs to \"s3\"."
            ),
            (
                scheme + "Credential=a/20130524/r/s3/aws5" + rest, .authorizationHeaderMalformed,
                header + "incorrect terminal \"aws5\". This endpoint uses \"aws4_request\"."
            ),
            (
                scheme + "Credential=\(Published.accessKeyID)/20130525/r/s3/aws4_request" + rest,
                .authorizationHeaderMalformed,
                header + "Invalid credential date \"20130525\". This date is not the same as X-Amz-Date: \"20130524"
            ),
            (
                scheme + "Credential=a" + rest + ",Signature=1", .authorizationHeaderMalformed,
                header + "the authorization c"
            ),
            (
                scheme + "Credential=a,nonsense" + rest, .authorizationHeaderMalformed,
                header + "the authorization component"
            ),
            (
                scheme + "Credential=a/20130524/r/s3/aws4_request,SignedHeaders=a:b;host,Signature=0",
                .authorizationHeaderMalformed, header + "bad SignedHeaders"
            ),
        ] as [(String, SignatureError.Code, String)])
    func authorization(value: String, code: SignatureError.Code, message: String) throws {
        let request = Published.getObject.with { $0[header: "authorization"] = value }
        let refusal = try #require(Published.verifier.refusal(of: request))
        #expect(refusal.code == code)
        #expect(refusal.message.hasPrefix(message), "\(refusal.message)")
    }

    @Test(
        "in a presigned query is refused in AWS's words",
        arguments: [
            ("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=AWS5", "X-Amz-Algorithm only supports"),
            ("X-Amz-Algorithm=AWS4-HMAC-SHA256&", "", "Query-string authentication version 4 requires"),
            ("X-Amz-Date=20130524T000000Z&", "", "Query-string authentication version 4 requires"),
            ("X-Amz-Expires=86400&", "", "Query-string authentication version 4 requires"),
            ("&X-Amz-SignedHeaders=host", "", "Query-string authentication version 4 requires"),
            ("20130524T000000Z", "2013-05-24", "X-Amz-Date must be in the ISO8601 Long Format"),
            ("86400", "soon", "X-Amz-Expires should be a number"),
            ("86400", "-1", "X-Amz-Expires must be non-negative"),
            ("86400", "604801", "X-Amz-Expires must be less than a week (in seconds)"),
            ("%2Fs3%2F", "%2Fsts%2F", query + "incorrect service \"sts\""),
            ("%2Faws4_request", "", query + "the Credential is mal-formed"),
            ("%2F20130524%2F", "%2F20130525%2F", "Invalid credential date \"20130525\"."),
        ])
    func presigned(old: String, new: String, message: String) throws {
        let request = Published.presigned.with { $0.query.replace(old, with: new) }
        let refusal = try #require(Published.verifier.refusal(of: request))
        #expect(refusal.code == .authorizationQueryParametersError)
        #expect(refusal.message.hasPrefix(message), "\(refusal.message)")
    }

    @Test("of version 2 in a query is refused, not taken for anonymous")
    func version2() {
        let query = "AWSAccessKeyId=AKID&Expires=1&Signature=c2ln"
        let request = SignedRequest(method: "GET", path: "/b/k", query: query, headers: [("Host", "h")])
        #expect(
            Published.verifier.refusal(of: request)
                == SignatureError(
                    .invalidRequest,
                    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."))
    }

    @Test("by several mechanisms at once is refused")
    func several() {
        let requests = [
            Published.getObject.with { $0.query = Published.presigned.query },
            Published.getObject.with { $0.query = "AWSAccessKeyId=A&Signature=c" },
            Published.getObject.with { $0.headers.append(("authorization", "AWS a:b")) },
        ]
        for request in requests {
            let refusal = Published.verifier.refusal(of: request)
            #expect(refusal?.code == .invalidArgument)
            #expect(refusal?.message.hasPrefix("Only one auth mechanism allowed") == true)
        }
    }

    @Test("with headers that are not signed is refused, and they are named")
    func unsignedHeaders() {
        let source = Published.getObject.with { $0.headers.append(("X-Amz-Copy-Source", "other/secret")) }
        let refusal = SignatureError(
            .accessDenied, "There were headers present in the request which were not signed",
            details: ["HeadersNotSigned": "x-amz-copy-source"])
        #expect(Published.verifier.refusal(of: source) == refusal)
        let presigned = Published.presigned.with { $0.headers.append(("x-amz-copy-source", "other/secret")) }
        #expect(Published.verifier.refusal(of: presigned) == refusal)

        let host = Published.getObject.with { $0[header: "authorization"]?.replace("host;", with: "") }
        #expect(Published.verifier.refusal(of: host)?.details.map(\.value) == ["host"])
        let noHost = host.with { $0[header: "host"] = nil }
        #expect(Published.verifier.refusal(of: noHost)?.details.map(\.value) == ["host"])
    }

    @Test("may add headers that need no signature")
    func otherHeaders() {
        let request = Published.getObject.with {
            $0.headers += [("User-Agent", "x"), ("Content-Type", "y"), ("X-Amzn-Trace-Id", "z")]
        }
        #expect(Published.verifier.refusal(of: request) == nil)
    }

    @Test("without a date, or with a malformed one, is refused", arguments: [nil, "yesterday", "2013-05-24T00:00:00Z"])
    func dates(date: String?) {
        for name in ["x-amz-date", "date"] {
            let request = Published.getObject.with {
                $0[header: "x-amz-date"] = nil
                $0[header: name] = date
            }
            #expect(
                Published.verifier.refusal(of: request)
                    == SignatureError(
                        .accessDenied, "AWS authentication requires a valid Date or x-amz-date header"))
        }
    }

    @Test("with too many signed headers is refused before they are looked up")
    func manyHeaders() {
        let names = (100..<300).map(String.init).joined(separator: ";")
        let request = Published.getObject.with { $0[header: "authorization"]?.replace("host;", with: "host;\(names);") }
        #expect(Published.verifier.refusal(of: request)?.code == .authorizationHeaderMalformed)
    }

    @Test(
        "of the payload is refused",
        arguments: [
            (nil, .invalidRequest, "Missing required header for this request: x-amz-content-sha256"),
            ("", .invalidArgument, "x-amz-content-sha256 must be UNSIGNED-PAYLOAD,"),
            ("e3b0", .invalidArgument, "x-amz-content-sha256 must be UNSIGNED-PAYLOAD,"),
            (
                "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", .notImplemented,
                "A header you provided implies functionality"
            ),
        ] as [(String?, SignatureError.Code, String)])
    func payloads(value: String?, code: SignatureError.Code, message: String) throws {
        let request = Published.getObject.with { $0[header: "x-amz-content-sha256"] = value }
        let refusal = try #require(Published.verifier.refusal(of: request))
        #expect(refusal.code == code)
        #expect(refusal.message.hasPrefix(message))
    }

    @Test("never traps, whatever bytes the pieces hold")
    func garbage() {
        var random = SeededGenerator(seed: 1)
        let alphabet = Array("AWS4-HMAC-SHA256 Credential=/,;SignedHeaders=Signature%&+:TZ0123456789é\t\u{0}")
        for _ in 0..<2000 {
            func text() -> String {
                String(
                    (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
            }
            let request = SignedRequest(
                method: "GET", path: "/" + text(), query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=" + text(),
                headers: [("Host", text()), (text(), text())])
            #expect(Published.verifier.refusal(of: request) != nil)
            let header = Published.getObject.with { $0[header: "authorization"] = "AWS4-HMAC-SHA256 " + text() }
            #expect(Published.verifier.refusal(of: header) != nil)
        }
    }
}
