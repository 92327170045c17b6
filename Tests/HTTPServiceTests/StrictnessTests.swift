import Testing

@testable import HTTPService

/// Requests that two servers in a row could read differently, or that are not HTTP: each is refused, and what follows
/// on its connection is not taken for a request.
@Suite(.timeLimit(.minutes(1)))
struct StrictnessTests {
    static let refused: [(request: String, status: Int)] = [
        // Two framings
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc", 400),
        (
            "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400
        ),
        // Lengths that are none
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\nabc", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3 4\r\n\r\nabc", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: three\r\n\r\nabc", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775808\r\n\r\n", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400),
        // Transfer encodings
        ("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n", 501),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\u{0B}chunked\r\n\r\n0\r\n\r\n", 400),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        ("PUT /a HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        // Headers
        ("GET /a HTTP/1.1\r\nHost: h\r\nX-Folded: a\r\n b\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nX-Folded: a\r\n\tb\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nX-Folded:\r\n b\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\n Host: h\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nNo colon\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\n: nameless\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nX(y): z\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nX\u{00E9}: z\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nX: a\u{0}b\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nX: a\u{1}b\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\nX: b\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nX: b\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400),
        ("GET /a HTTP/1.0\r\nHost: h\r\nHost: i\r\n\r\n", 400),
        // Request lines
        ("GET /a HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        ("GET /a HTTP/1.2\r\nHost: h\r\n\r\n", 505),
        ("GET /a HTTP/0.9\r\nHost: h\r\n\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        ("GET /a\r\n\r\n", 505),
        ("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("FROB /a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("get /a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("\u{16}\u{3}\u{1}\u{2}", 400),
    ]

    @Test(arguments: refused)
    func `An ambiguous request is refused and its connection closed`(request: String, status: Int) async throws {
        try await withService { running in
            let client = try await running.client()
            try await client.send(request + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = await client.response()
            #expect(answer.status == status)
            #expect(answer["connection"] == "close")
            #expect(answer["x-amz-request-id"] != nil)
            try await client.closeOutput()
            #expect(await client.receiveToEnd() == "")
        }
    }

    @Test(arguments: [
        "zz\r\nabc\r\n0\r\n\r\n", "-1\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n",
        " 3\r\nabc\r\n0\r\n\r\n", "\r\nabc\r\n0\r\n\r\n", "3\nabc\n0\n\n", "3\r\nabcX\r\n0\r\n\r\n",
        "3\r\nabc0\r\n\r\n",
        "fffffffffffffffff\r\nabc\r\n0\r\n\r\n", "10000000000000003\r\nabc\r\n0\r\n\r\n",
        "3\r\nabc\r\n0\r\n folded\r\n\r\n",
        "3\r\nabc\r\n0\r\nno colon\r\n\r\n",
    ])
    func `A chunk that is none fails the body and ends the connection`(chunks: String) async throws {
        try await withService { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
            try await client.send("GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = await client.response()
            #expect(answer.body.hasSuffix("<malformed>"))
            #expect(answer["connection"] == "close")
            try await client.closeOutput()
            #expect(await client.receiveToEnd() == "")
        }
    }

    @Test(arguments: [
        "3;name=value\r\nabc\r\n0\r\n\r\n", "0003\r\nabc\r\n000\r\n\r\n", "1\r\na\r\n2\r\nbc\r\n0\r\nx-t: 1\r\n\r\n",
    ])
    func `Chunk extensions, leading zeros and trailers are allowed`(chunks: String) async throws {
        try await withService { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n" + chunks)
            #expect(await client.response().body == "PUT /a abc")
            try await client.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.response().body == "GET /b ")
        }
    }

    @Test(arguments: [
        ("GET /(long) HTTP/1.1\r\nHost: h\r\n\r\n", 300, 414),
        ("GET /a HTTP/1.1\r\nHost: h\r\nX: (long)\r\n\r\n", 2000, 431),
        ("GET /a HTTP/1.1\r\nHost: h\r\n(many)\r\n", 20, 431),
        ("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n(many)\r\n", 20, 200),
    ])
    func `Heads above the limits are refused`(template: String, count: Int, status: Int) async throws {
        let configuration = HTTPServiceConfiguration.loopback {
            $0.limits.targetBytes = 256
            $0.limits.headerBytes = 1024
            $0.limits.headerCount = 16
        }
        let request = template.replacing("(long)", with: String(repeating: "x", count: count))
            .replacing("(many)", with: String(repeating: "A: b\r\n", count: count))
        try await withService(configuration) { running in
            let client = try await running.client()
            try await client.send(request)
            let answer = await client.response()
            #expect(answer.status == status)
            #expect(answer["connection"] == "close")
        }
    }
}
