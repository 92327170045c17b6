import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPService

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

@Suite(.timeLimit(.minutes(1)))
struct FuzzTests {
    static let fragments = [
        "GET /a HTTP/1.1\r\n", "PUT /b?c=d HTTP/1.1\r\n", "HEAD /a HTTP/1.0\r\n", "Host: h\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "Connection: close\r\n",
        "Connection: Upgrade\r\nUpgrade: x\r\n", "\r\n", "\r\n\r\n", "hello", "5\r\nhello\r\n", "0\r\n\r\n", "0\r\n",
        "\n", "\r",
        " ", "\t", ":", "a: b\r\n", "Trailer: a\r\n", "ffffffff\r\n", "\0", "\u{FF}", "HTTP/1.1",
        "CONNECT h:1 HTTP/1.1\r\n",
    ]

    /// Several requests' worth of plausible bytes, some of them damaged.
    static func input(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...24, using: &generator) {
            bytes += (fragments.randomElement(using: &generator) ?? "").utf8
        }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            let index = bytes.indices.randomElement(using: &generator) ?? 0
            bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
        }
        return bytes
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `Nothing that a client sends upsets the service`(seed: UInt64) async throws {
        var generator = SeededGenerator(state: seed)
        let configuration = HTTPServiceConfiguration.loopback { $0.limits.connections = 8 }
        try await withService(configuration) { running in
            for _ in 0..<150 {
                let bytes = Self.input(&generator)
                let client = try await running.client()
                let cut = Int.random(in: 0...bytes.count, using: &generator)
                try? await client.send(ByteBuffer(bytes: bytes[..<cut]))
                try? await client.send(ByteBuffer(bytes: bytes[cut...]))
                if Bool.random(using: &generator) {
                    try await client.closeOutput()
                    _ = await client.receiveToEnd()
                }
                try await client.close()
            }
            let client = try await running.client()
            try await client.send("GET /after HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.response().body == "GET /after ", "seed \(seed)")
            try await client.close()
            await running.isQuiet()
        }
    }
}
