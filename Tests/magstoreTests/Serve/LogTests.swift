import Foundation
import HTTPService
import Logging
import NIOCore
import Testing

@testable import magstore

@Suite struct LogTests {
    private let directory: TemporaryDirectory
    private let writer: LineWriter

    init() throws {
        directory = try TemporaryDirectory()
        writer = try LineWriter(path: directory.path + "/log")
    }

    private func lines(_ name: String = "log") throws -> [String] {
        writer.flush { 0 }
        return try directory.text(name).split(separator: "\n").map(String.init)
    }

    @Test func `A line for people has its facts behind the message`() throws {
        let log = ServerLog(writer: writer, format: .text, level: .info)
        log.logger("test").info("it happened", metadata: ["name": "a b", "count": "2"])
        #expect(try lines().map { String($0.dropFirst(25)) } == ["info it happened count=2 name=\"a b\""])
    }

    @Test func `A line for programs is an object`() throws {
        let log = ServerLog(writer: writer, format: .json, level: .info)
        log.logger("test").warning("said \"so\"\n\u{1b}", metadata: ["name": "ü"])
        let line = try #require(try lines().first)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(object["message"] == "said \"so\"\n\u{1b}")
        #expect(object["level"] == "warning" && object["name"] == "ü" && object["logger"] == "test")
    }

    @Test func `A change of the level reaches loggers that exist`() throws {
        let log = ServerLog(writer: writer, format: .text, level: .error)
        let logger = log.logger("test")
        logger.info("not yet")
        log.level = .debug
        logger.debug("now")
        #expect(try lines().count == 1)
    }

    @Test func `A log that was moved away goes on under its name`() throws {
        writer.write("one")
        #expect(try lines() == ["one"])
        try FileManager.default.moveItem(atPath: directory.path + "/log", toPath: directory.path + "/log.1")
        try writer.reopen()
        writer.write("two")
        #expect(try lines() == ["two"])
        #expect(try lines("log.1") == ["one"])
    }

    @Test func `Lines of many threads stay whole and in number`() async throws {
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask { [writer] in
                    for number in 0..<500 { writer.write("\(task)-\(number)-end") }
                }
            }
        }
        let lines = try lines()
        #expect(lines.count == 4000)
        #expect(lines.allSatisfy { $0.hasSuffix("-end") })
    }

    private static let entry = AccessLogEntry(
        startMilliseconds: 1_770_091_506_789, requestID: "0123456789ABCDEF", clientAddress: "::1", method: "GET",
        target: "/a\"b?x=1", status: 200, bytesIn: 1, bytesOut: 2, duration: .microseconds(345), isComplete: false,
        fields: [LogField("operation", "GetObject")])

    @Test func `A request is a line for people`() throws {
        AccessLog(writer: writer, format: .text).record(Self.entry)
        #expect(
            try lines() == [
                "2026-02-03T04:05:06.789Z ::1 0123456789ABCDEF GET \"/a\\\"b?x=1\" 200 in=1 out=2 us=345 incomplete "
                    + "operation=GetObject"
            ])
    }

    @Test func `A request is an object for programs`() throws {
        AccessLog(writer: writer, format: .json).record(Self.entry)
        let line = try #require(try lines().first)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["status"] as? Int == 200 && object["target"] as? String == "/a\"b?x=1")
        #expect(object["complete"] as? Bool == false && object["operation"] as? String == "GetObject")
    }
}
