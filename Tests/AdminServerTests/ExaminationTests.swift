import AdminAPI
import Foundation
import HTTPService
import NIOCore
import NIOHTTP1
import StorageAPI
import Testing

@testable import AdminServer

@Suite(.timeLimit(.minutes(1)))
struct ExaminationTests {
    private static let finding = HealthFinding(place: "/mnt/0", kind: "shard", text: "it is gone")

    private static func lines(_ text: String) throws -> [ExaminationLine] {
        try text.split(separator: "\n").map { try JSONDecoder().decode(ExaminationLine.self, from: Data($0.utf8)) }
    }

    @Test func `Findings come one to a line, and the summary last`() async throws {
        let asking = Asking()
        asking.store.change { $0.findings = [Self.finding, Self.finding] }
        let answer = try await asking.ask(.examine)
        #expect(answer.status == .ok)
        #expect(answer.headers["Content-Type"] == ["application/x-ndjson"])
        let lines = try Self.lines(try await answer.collected())
        #expect(lines.count == 3)
        #expect(lines[0].finding == FindingReport(place: "/mnt/0", kind: "shard", text: "it is gone"))
        let summary = try #require(lines[2].summary)
        #expect((summary.findings, summary.objects, summary.isClean) == (2, 7, false))
        #expect(summary.unreportedFindings == 0)
    }

    @Test func `Work that fails ends with an error`() async throws {
        let asking = Asking()
        asking.store.change { $0.error = StoreError(.unavailable, "too few drives") }
        let lines = try Self.lines(try await asking.ask(.examine).collected())
        #expect(lines.map(\.error?.code) == ["ServiceUnavailable"])
        #expect(lines.map(\.error?.message) == ["too few drives"])
    }

    @Test func `What a slow client does not take is counted, and the summary always has room`() async throws {
        let asking = Asking()
        let long = HealthFinding(place: "p", kind: "row", text: String(repeating: "x", count: 10_000))
        asking.store.change { $0.findings = Array(repeating: long, count: 200) }
        let answer = try await asking.ask(.examine)
        let lines = try Self.lines(try await answer.collected())
        let summary = try #require(lines.last?.summary)
        #expect(summary.findings == 200)
        #expect(lines.count - 1 + summary.unreportedFindings == 200)
    }

    @Test func `One runs at a time`() async throws {
        let gate = ExaminationBarrier()
        let asking = Asking(FakeStore(gate: gate))
        let first = try await asking.ask(.examine)
        let second = try await asking.ask(.examine)
        #expect(second.status == .conflict)
        gate.open()
        #expect(try await first.collected().contains("summary"))
    }

    @Test func `The next may begin when one has ended or was never taken`() async throws {
        let asking = Asking()
        for _ in 0..<3 {
            let answer = try await asking.ask(.examine)
            #expect(answer.status == .ok)
        }
        #expect(asking.store.calls == [])
    }

    @Test func `A silent one says that it goes on`() async throws {
        let gate = ExaminationBarrier()
        let asking = Asking(FakeStore(gate: gate), heartbeat: .milliseconds(1))
        guard case .unbounded(let stream) = try await asking.ask(.examine).body else {
            Issue.record("no stream")
            return
        }
        #expect(try await stream.next() == ByteBuffer(string: "\n"))
        gate.open()
        var text = ""
        while let bytes = try await stream.next() { text += String(buffer: bytes) }
        #expect(text.contains("summary"))
    }

    @Test func `The work ends when nobody takes its lines any more`() async throws {
        let gate = ExaminationBarrier()
        let asking = Asking(FakeStore(gate: gate))
        asking.store.change { $0.findings = [Self.finding] }
        var answer: HTTPResponse? = try await asking.ask(.examine)
        if case .unbounded(let stream) = answer?.body { _ = try await stream.next() }
        answer = nil
        await gate.untilCancelled()
    }

    @Test func `The work ends when the connection's task is cancelled`() async throws {
        let gate = ExaminationBarrier()
        let asking = Asking(FakeStore(gate: gate))
        asking.store.change { $0.findings = [Self.finding] }
        guard case .unbounded(let stream) = try await asking.ask(.examine).body else {
            Issue.record("no stream")
            return
        }
        _ = try await stream.next()
        let reader = Task { try await stream.next() }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        await gate.untilCancelled()
    }
}
