import Digests
import NIOCore
import NIOHTTP1
import StorageAPI
import StorageTestSupport
import Testing

@Suite struct ObjectTests {
    @Test(arguments: [0, 1, 4096, 70_000, 300_000])
    func `An object is read back with its tag and its headers`(size: UInt64) async throws {
        try await withBucket { client in
            let content = SeededContent(seed: size, size: size).allBytes()
            let put = try await client.send(
                .PUT, "/bucket/a/b%20c",
                headers: [
                    ("Content-Type", "text/csv"), ("x-amz-meta-ic_client", "icechunk"), ("Cache-Control", "no-cache"),
                ], body: content)
            let tag = "\"\(Hex.encode(DigestAlgorithm.md5.digest(of: content)))\""
            #expect(put.status == 200)
            #expect(put.header("ETag") == tag)
            for method in [HTTPMethod.GET, .HEAD] {
                let answer = try await client.send(method, "/bucket/a/b%20c")
                #expect(answer.status == 200)
                #expect(answer.header("ETag") == tag)
                #expect(answer.header("Content-Length") == String(size))
                #expect(answer.header("Content-Type") == "text/csv")
                #expect(answer.header("Cache-Control") == "no-cache")
                #expect(answer.header("x-amz-meta-ic_client") == "icechunk")
                #expect(answer.header("Accept-Ranges") == "bytes")
                #expect(answer.header("Last-Modified") == "Thu, 01 Oct 2026 12:00:00 GMT")
                #expect(answer.header("x-amz-request-id")?.utf8.count == 16)
                #expect(answer.header("x-amz-version-id") == nil)
                #expect(answer.body == (method == .GET ? content : ByteBuffer()))
            }
        }
    }

    @Test(
        arguments: [
            ("bytes=0-0", 206, "0", "bytes 0-0/10"), ("bytes=2-5", 206, "2345", "bytes 2-5/10"),
            ("bytes=7-", 206, "789", "bytes 7-9/10"), ("bytes=-3", 206, "789", "bytes 7-9/10"),
            ("bytes=-300", 206, "0123456789", "bytes 0-9/10"),
            ("bytes=0-52428799", 206, "0123456789", "bytes 0-9/10"),
            ("bytes=9-99999999999999999999", 206, "9", "bytes 9-9/10"),
            ("bytes=0-1,4-5", 200, "0123456789", nil), ("bytes=5-2", 200, "0123456789", nil),
            ("lines=1-2", 200, "0123456789", nil), ("bytes=x-", 200, "0123456789", nil),
            ("bytes=10-", 416, nil, "bytes */10"), ("bytes=10-20", 416, nil, "bytes */10"),
            ("bytes=-0", 416, nil, "bytes */10"),
        ] as [(String, UInt, String?, String?)])
    func `A range is clamped, ignored or refused`(
        range: String, status: UInt, body: String?, contentRange: String?
    ) async throws {
        try await withBucket { client in
            try await client.put("/bucket/key", "0123456789")
            let answer = try await client.get("/bucket/key", headers: [("Range", range)])
            #expect(answer.status == status)
            #expect(answer.header("Content-Range") == contentRange)
            if let body {
                #expect(answer.text == body)
            } else {
                #expect(answer.code == "InvalidRange")
                #expect(answer.element("ActualObjectSize") == "10")
            }
            let head = try await client.send(.HEAD, "/bucket/key", headers: [("Range", range)])
            #expect(head.status == status)
            #expect(body == nil || head.header("Content-Length") == body.map { String($0.utf8.count) })
        }
    }

    @Test(
        arguments: [
            ("If-Match", "\"TAG\"", 200), ("If-Match", "TAG", 200), ("If-Match", "\"x\", \"TAG\"", 200),
            ("If-Match", "*", 200),
            ("If-Match", "\"wrong\"", 412), ("If-Match", "W/\"TAG\"", 412),
            ("If-None-Match", "\"TAG\"", 304), ("If-None-Match", "*", 304), ("If-None-Match", "\"wrong\"", 200),
            ("If-Modified-Since", "Thu, 01 Oct 2026 12:00:00 GMT", 304),
            ("If-Modified-Since", "Thu, 01 Oct 2026 11:59:59 GMT", 200), ("If-Modified-Since", "nonsense", 200),
            ("If-Unmodified-Since", "Thu, 01 Oct 2026 12:00:00 GMT", 200),
            ("If-Unmodified-Since", "Thu, 01 Oct 2026 11:59:59 GMT", 412),
        ] as [(String, String, UInt)])
    func `A condition decides over a read`(name: String, value: String, status: UInt) async throws {
        try await withBucket { client in
            let tag = try await client.put("/bucket/key", "value").header("ETag")?.filter { $0 != "\"" } ?? ""
            let condition = (name, value.replacing("TAG", with: tag))
            for method in [HTTPMethod.GET, .HEAD] {
                let answer = try await client.send(method, "/bucket/key", headers: [condition])
                #expect(answer.status == status)
                if status == 304 {
                    #expect(answer.header("ETag") == "\"\(tag)\"")
                    #expect(answer.header("Last-Modified") != nil)
                    #expect(answer.body.readableBytes == 0)
                }
                if status == 412, method == .GET {
                    #expect(answer.code == "PreconditionFailed")
                    #expect(answer.element("Condition") == name)
                }
            }
        }
    }

    @Test func `A tag condition makes the date condition void, also with a range`() async throws {
        try await withBucket { client in
            let tag = try await client.put("/bucket/key", "value").header("ETag") ?? ""
            let answer = try await client.get(
                "/bucket/key",
                headers: [
                    ("If-Match", tag), ("If-Unmodified-Since", "Thu, 01 Oct 2020 00:00:00 GMT"), ("Range", "bytes=0-1"),
                ])
            #expect(answer.status == 206)
            #expect(answer.text == "va")
        }
    }

    @Test func `A range of another object than the client has a part of is not answered`() async throws {
        try await withBucket { client in
            let tag = try await client.put("/bucket/key", "value").header("ETag") ?? ""
            let wanted = [
                (tag, 206, "va"), ("\"other\"", 200, "value"), ("Thu, 01 Oct 2026 12:00:00 GMT", 206, "va"),
                ("Thu, 01 Oct 2026 11:59:59 GMT", 200, "value"),
            ]
            for (condition, status, text) in wanted {
                let answer = try await client.get(
                    "/bucket/key", headers: [("Range", "bytes=0-1"), ("If-Range", condition)])
                #expect(answer.status == status)
                #expect(answer.text == text)
            }
        }
    }

    @Test func `The query of a read replaces headers of the answer`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/key", "value", headers: [("Content-Type", "text/plain")])
            let target =
                "/bucket/key?response-content-type=image%2Fpng"
                + "&response-content-disposition=attachment%3B%20filename%3Dx"
                + "&response-cache-control=max-age%3D1&x-id=GetObject"
            for signing in [Signing.header, .presigned()] {
                let answer = try await client.send(.GET, target, signing: signing)
                #expect(answer.status == 200)
                #expect(answer.header("Content-Type") == "image/png")
                #expect(answer.headers["Content-Type"].count == 1)
                #expect(answer.header("Content-Disposition") == "attachment; filename=x")
                #expect(answer.header("Cache-Control") == "max-age=1")
            }
        }
    }

    @Test func `A write is conditional on what is there`() async throws {
        try await withBucket { client in
            let missing = try await client.put("/bucket/key", "a", headers: [("If-Match", "\"x\"")])
            #expect(missing.status == 404)
            #expect(missing.code == "NoSuchKey")
            let first = try await client.put("/bucket/key", "a", headers: [("If-None-Match", "*")])
            #expect(first.status == 200)
            let second = try await client.put("/bucket/key", "b", headers: [("If-None-Match", "*")])
            #expect(second.status == 412)
            #expect(second.code == "PreconditionFailed")
            let third = try await client.put("/bucket/key", "b", headers: [("If-Match", first.header("ETag") ?? "")])
            #expect(third.status == 200)
            let fourth = try await client.put("/bucket/key", "c", headers: [("If-Match", first.header("ETag") ?? "")])
            #expect(fourth.status == 412)
            #expect(try await client.get("/bucket/key").text == "b")
        }
    }

    @Test func `A large body is refused before it is asked for when its condition can not hold`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/key", "a")
            let body = SeededContent(seed: 1, size: 200_000).allBytes()
            let answer = try await client.send(
                .PUT, "/bucket/key", headers: [("If-None-Match", "*"), ("Expect", "100-continue")], body: body,
                forge: { _, wire in wire.clear() })
            #expect(answer.status == 412)
        }
    }

    @Test func `Deleting succeeds whether or not there is an object`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/key", "a")
            for _ in 0..<2 {
                let answer = try await client.send(.DELETE, "/bucket/key")
                #expect(answer.status == 204)
                #expect(answer.body.readableBytes == 0)
            }
            #expect(try await client.get("/bucket/key").code == "NoSuchKey")
            #expect(try await client.send(.HEAD, "/bucket/key").status == 404)
            #expect(try await client.send(.DELETE, "/bucket/key", headers: [("If-Match", "\"x\"")]).status == 204)
            try await client.put("/bucket/key", "a")
            #expect(try await client.send(.DELETE, "/bucket/key", headers: [("If-Match", "\"x\"")]).status == 412)
            #expect(try await client.send(.DELETE, "/bucket/key?versionId=null").status == 204)
            #expect(try await client.send(.HEAD, "/bucket/key").status == 404)
        }
    }

    @Test(arguments: [
        "a", "a/", "a//b", "a/./b", "..", "%2F", "%00", "%E9%9F%B3", "e%CC%81", "a+b", "%25", "a%3Fb", "%26%3D",
    ])
    func `A key is kept as its bytes`(key: String) async throws {
        try await withBucket { client in
            try await client.put("/bucket/\(key)", key)
            #expect(try await client.get("/bucket/\(key)").text == key)
            let listed = try await client.get("/bucket?list-type=2&encoding-type=url").elements("Key")
            #expect(listed.count == 1)
            #expect(listed.first?.removingEscapes == Array(key.removingEscapes))
        }
    }

    @Test func `Only part 1 of an object that was not uploaded in parts is there`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/key", "value")
            let first = try await client.get("/bucket/key?partNumber=1")
            #expect(first.status == 206)
            #expect(first.text == "value")
            #expect(first.header("x-amz-mp-parts-count") == nil)
            let second = try await client.get("/bucket/key?partNumber=2")
            #expect(second.status == 416)
            #expect(second.code == "InvalidPartNumber")
        }
    }
}

extension String {
    fileprivate var removingEscapes: [UInt8] {
        var result: [UInt8] = []
        var bytes = utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%"), let high = bytes.next(), let low = bytes.next() else {
                result.append(byte)
                continue
            }
            result.append((Hex.value(of: high) ?? 0) << 4 | (Hex.value(of: low) ?? 0))
        }
        return result
    }
}
