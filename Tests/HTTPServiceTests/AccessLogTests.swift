import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import HTTPService

/// Keeps what it is given.
final class EntryCollector: AccessLogSink {
    private let stream = AsyncStream.makeStream(of: AccessLogEntry.self)

    func record(_ entry: AccessLogEntry) {
        stream.continuation.yield(entry)
    }

    func next() async -> AccessLogEntry? {
        for await entry in stream.stream { return entry }
        return nil
    }
}

@Suite(.timeLimit(.minutes(1)))
struct AccessLogTests {
    static let entry = AccessLogEntry(
        startMilliseconds: 1_769_903_999_123, requestID: "0123456789ABCDEF", clientAddress: "10.0.0.1", method: "GET",
        target: "/b/k?x=1", status: 200, bytesIn: 0, bytesOut: 4096, duration: .microseconds(1042), isComplete: true,
        fields: [LogField("operation", "GetObject"), LogField("error", "a \"b\"\n")])

    @Test(arguments: [
        ("/b/k", "/b/k"),
        ("/b/k?", "/b/k?"),
        ("/b/k?acl", "/b/k?acl"),
        ("/b?prefix=a&Signature=abc%3D&x=1", "/b?prefix=a&Signature=REDACTED&x=1"),
        ("/b?AWSAccessKeyId=AKIA&Expires=1&Signature=s", "/b?AWSAccessKeyId=REDACTED&Expires=1&Signature=REDACTED"),
        (
            "/b?X-Amz-Algorithm=A&X-Amz-Credential=K%2F1&X-Amz-Signature=f00&X-Amz-Security-Token=t=t",
            "/b?X-Amz-Algorithm=A&X-Amz-Credential=REDACTED&X-Amz-Signature=REDACTED&X-Amz-Security-Token=REDACTED"
        ),
        ("/b?x-amz-SIGNATURE=f00", "/b?x-amz-SIGNATURE=REDACTED"),
        ("/b?X%2DAmz%2dSignature=f00", "/b?X%2DAmz%2dSignature=REDACTED"),
        ("/b?X-Amz-Signature=a&X-Amz-Signature=b", "/b?X-Amz-Signature=REDACTED&X-Amz-Signature=REDACTED"),
        ("/b?a=1&\u{301}X-Amz-Signature=a&&b=%zz", "/b?a=1&\u{301}X-Amz-Signature=a&&b=%zz"),
        ("/b?X-Amz-Signature=\u{301}a&b", "/b?X-Amz-Signature=REDACTED&b"),
        ("/Signature=a?b=Signature=c", "/Signature=a?b=Signature=c"),
    ])
    func `Secrets are taken out of targets`(target: String, redacted: String) {
        #expect(TargetRedaction.redact(target) == redacted)
    }

    @Test func `A line of text tells everything`() {
        var buffer = ByteBuffer()
        AccessLogFormat.text.write(Self.entry, into: &buffer)
        let expected =
            #"2026-01-31T23:59:59.123Z 0123456789ABCDEF 10.0.0.1 "GET /b/k?x=1" 200 in=0 out=4096 ms=1.042 "#
            + #"operation=GetObject error="a \"b\"\u000a""# + "\n"
        #expect(String(buffer: buffer) == expected)
    }

    @Test func `An aborted answer is marked`() {
        var entry = Self.entry
        entry.isComplete = false
        entry.fields = []
        var buffer = ByteBuffer()
        AccessLogFormat.text.write(entry, into: &buffer)
        #expect(String(buffer: buffer).hasSuffix(" ms=1.042 aborted\n"))
    }

    @Test func `A line of JSON tells everything`() throws {
        struct Line: Decodable, Equatable {
            let time, id, client, method, target: String
            let status, bytesIn, bytesOut: Int
            let ms: Double
            let complete: Bool
            let fields: [String: String]
        }
        var entry = Self.entry
        entry.target = "/\u{1F600}\"\\\u{7}"
        var buffer = ByteBuffer()
        AccessLogFormat.json.write(entry, into: &buffer)
        let line = try JSONDecoder().decode(Line.self, from: Data(buffer.readableBytesView))
        let expected = Line(
            time: "2026-01-31T23:59:59.123Z", id: "0123456789ABCDEF", client: "10.0.0.1", method: "GET",
            target: entry.target, status: 200, bytesIn: 0, bytesOut: 4096, ms: 1.042, complete: true,
            fields: ["operation": "GetObject", "error": "a \"b\"\n"])
        #expect(line == expected)
        #expect(buffer.readableBytesView.count { $0 == 0x0a } == 1)
    }

    @Test func `Every request has its entry`() async throws {
        let log = EntryCollector()
        let handler = Answering { request in
            var response = HTTPResponse.text(await request.body.text())
            response.logFields = [LogField("operation", "Echo")]
            return response
        }
        try await withService(.loopback(), handler, accessLog: log) { running in
            let client = try await running.client()
            try await client.send("PUT /a?X-Amz-Signature=s HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            let answer = await client.response()
            let entry = try #require(await log.next())
            #expect(entry.requestID == answer["x-amz-request-id"])
            #expect(entry.clientAddress == "127.0.0.1")
            #expect(entry.method == "PUT")
            #expect(entry.target == "/a?X-Amz-Signature=REDACTED")
            #expect(entry.status == 200)
            #expect(entry.bytesIn == 3 && entry.bytesOut == 3)
            #expect(entry.duration.nanoseconds > 0)
            #expect(entry.isComplete)
            #expect(entry.fields == [LogField("operation", "Echo")])
            #expect(abs(entry.startMilliseconds - Int(Date().timeIntervalSince1970 * 1000)) < 60_000)
        }
    }

    @Test func `A refused head and a broken answer have their entries`() async throws {
        let log = EntryCollector()
        let handler = Answering { _ in HTTPResponse(status: .ok, body: .stream(ChunkStream(["ab"]), length: 6)) }
        try await withService(.loopback(), handler, accessLog: log) { running in
            let client = try await running.client()
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            _ = await client.receiveToEnd()
            let broken = try #require(await log.next())
            #expect(!broken.isComplete && broken.status == 200 && broken.bytesOut == 2)
            _ = try await running.exchange("nonsense\r\n\r\n")
            let refused = try #require(await log.next())
            #expect(refused.status == 400 && refused.method == "-" && refused.target == "-")
        }
    }

    /// Gives the path of a file in a directory of its own.
    private func withPath(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory + "/access.log")
    }

    private func lines(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }

    @Test func `A file takes entries in order, and goes on in a new one after rotation`() async throws {
        try await withPath { path in
            let log = try AccessLogFile(path: path, format: .text)
            var entry = Self.entry
            for number in 0..<1000 {
                entry.target = "/\(number)"
                log.record(entry)
            }
            await until { (try? lines(path).count) == 1000 }
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            try log.reopen()
            entry.target = "/last"
            log.record(entry)
            await log.close()
            log.record(entry)
            let old = try lines(path + ".1")
            #expect(old.count == 1000)
            for (number, line) in old.enumerated() where !line.contains(" /\(number)\" ") {
                Issue.record("line \(number) is \(line)")
            }
            #expect(try lines(path).count == 1)
            #expect(log.droppedEntries == 1)
        }
    }

    @Test func `A full queue drops entries and counts them`() async throws {
        try await withPath { path in
            let log = try AccessLogFile(path: path, format: .text, queueLimit: 10)
            for _ in 0..<100_000 { log.record(Self.entry) }
            await log.close()
            #expect(log.droppedEntries > 0)
            #expect(try lines(path).count + log.droppedEntries == 100_000)
        }
    }

    @Test func `A path that cannot be opened is named`() {
        let error = #expect(throws: HTTPServiceError.self) { () throws in
            _ = try AccessLogFile(path: "/nowhere/access.log", format: .json)
        }
        #expect(error?.description == "cannot open the access log /nowhere/access.log: No such file or directory")
    }
}
