import SigV4

/// The examples of "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference.
enum Published {
    static let accessKeyID = "AKIAIOSFODNN7EXAMPLE"
    static let secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    static let time = UTCTime(basicISO8601: "20130524T000000Z")!
    static let credential = "\(accessKeyID)/20130524/us-east-1/s3/aws4_request"
    static let signer = Signer(accessKeyID: accessKeyID, secret: secret)
    static let verifier = SignatureVerifier(credentials: OneKey(accessKeyID: accessKeyID, secret: secret))

    private static let digestOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    static let getObject = request(
        "GET", "/test.txt",
        [
            ("Host", "examplebucket.s3.amazonaws.com"), ("Range", "bytes=0-9"),
            ("x-amz-content-sha256", digestOfNothing), ("x-amz-date", "20130524T000000Z"),
        ],
        signedHeaders: "host;range;x-amz-content-sha256;x-amz-date",
        signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")

    static let putObject = request(
        "PUT", "/test$file.text",
        [
            ("Host", "examplebucket.s3.amazonaws.com"), ("Date", "Fri, 24 May 2013 00:00:00 GMT"),
            ("x-amz-date", "20130524T000000Z"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
        ],
        signedHeaders: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")

    static let getLifecycle = request(
        "GET", "/?lifecycle",
        [
            ("Host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"),
            ("x-amz-content-sha256", digestOfNothing),
        ],
        signedHeaders: "host;x-amz-content-sha256;x-amz-date",
        signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")

    static let listObjects = request(
        "GET", "/?max-keys=2&prefix=J",
        [
            ("Host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"),
            ("x-amz-content-sha256", digestOfNothing),
        ],
        signedHeaders: "host;x-amz-content-sha256;x-amz-date",
        signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")

    static let presigned = SignedRequest(
        method: "GET",
        target: "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        headers: [("Host", "examplebucket.s3.amazonaws.com")])

    static let signedChunks = request(
        "PUT", "/examplebucket/chunkObject.txt",
        [
            ("Host", "s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), ("Content-Encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "66560"), ("Content-Length", "66824"),
        ],
        signedHeaders: "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
            + "x-amz-decoded-content-length;x-amz-storage-class",
        signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")

    static let signedChunksWithTrailer = request(
        "PUT", "/examplebucket/chunkObject.txt",
        [
            ("Host", "s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
            ("Content-Encoding", "aws-chunked"), ("x-amz-decoded-content-length", "66560"),
            ("x-amz-trailer", "x-amz-checksum-crc32c"), ("Content-Length", "66824"),
        ],
        signedHeaders: "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
            + "x-amz-storage-class;x-amz-trailer",
        signature: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")

    private static func request(
        _ method: String, _ target: String, _ headers: [(name: String, value: String)], signedHeaders: String,
        signature: String
    ) -> SignedRequest {
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(credential),SignedHeaders=\(signedHeaders),Signature=\(signature)"
        return SignedRequest(
            method: method, target: target, headers: headers + [("Authorization", authorization)])
    }
}

/// Knows a single access key.
struct OneKey: CredentialSource {
    let accessKeyID: String
    var secret: Secret
    var sessionToken: Secret?
    var expiry: UTCTime?

    func credential(for accessKeyID: String) -> Credential? {
        guard accessKeyID == self.accessKeyID else { return nil }
        return Credential(secret: secret, sessionToken: sessionToken, expiry: expiry)
    }
}

extension SignatureVerifier {
    /// The error that the request is refused with, if it is.
    func refusal(
        of request: SignedRequest, now: UTCTime = Published.time, hosts: [String] = []
    ) -> SignatureError? {
        do throws(SignatureError) {
            _ = try verify(request, now: now, hosts: hosts)
            return nil
        } catch {
            return error
        }
    }

    /// The verified signature, or nil for an anonymous request.
    func signature(
        of request: SignedRequest, now: UTCTime = Published.time, hosts: [String] = []
    ) throws -> VerifiedSignature? {
        guard case .signed(let signature) = try verify(request, now: now, hosts: hosts) else { return nil }
        return signature
    }
}

extension SignedRequest {
    subscript(header name: String) -> String? {
        get { headers.first { $0.name.lowercased() == name }?.value }
        set {
            headers.removeAll { $0.name.lowercased() == name }
            if let newValue { headers.append((name, newValue)) }
        }
    }

    /// The request after `change`.
    func with(_ change: (inout SignedRequest) -> Void) -> SignedRequest {
        var changed = self
        change(&changed)
        return changed
    }
}
