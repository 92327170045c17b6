import Foundation
import Synchronization
import Testing

/// The program as its users start it: the debug build that lies beside the tests.
final class ServerProcess: Sendable {
    struct DidNotAnswer: Error {
        let output: String
    }

    private let process: Mutex<Process>
    /// A file has all that was written once the process has ended; a pipe may be held open by another child.
    private let outputPath: String
    let folder: TemporaryDirectory

    /// - Parameter environment: in addition to a home that is a temporary folder.
    init(_ arguments: [String], environment: [String: String] = [:], in folder: TemporaryDirectory) throws {
        self.folder = folder
        let made = Process()
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        made.executableURL = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("magstore")
        made.arguments = arguments
        made.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        made.environment = ["HOME": folder.path, "PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        outputPath = folder.path + "/output-" + UUID().uuidString
        try #require(FileManager.default.createFile(atPath: outputPath, contents: nil))
        let output = try #require(FileHandle(forWritingAtPath: outputPath))
        made.standardOutput = output
        made.standardError = output
        process = Mutex(made)
        try made.run()
    }

    deinit {
        process.withLock { if $0.isRunning { kill($0.processIdentifier, SIGKILL) } }
    }

    var text: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }
    var id: Int32 { process.withLock { $0.processIdentifier } }
    var isRunning: Bool { process.withLock { $0.isRunning } }

    func signal(_ number: Int32) {
        kill(id, number)
    }

    /// Polls, because what is waited for is another process.
    private func wait<Value>(seconds: Double = 60, for value: () throws -> Value?) async throws -> Value {
        let end = Date.now.addingTimeInterval(seconds)
        while true {
            if let value = try value() { return value }
            guard Date.now < end else { throw DidNotAnswer(output: text) }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The URLs of the ready line.
    func ready() async throws -> [URL] {
        try await wait {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ready ") }) else {
                if !isRunning { throw DidNotAnswer(output: text) }
                return nil
            }
            return line.split(separator: " ").dropFirst().compactMap { URL(string: String($0)) }
        }
    }

    func output(containing part: String) async throws {
        _ = try await wait { text.contains(part) ? true : nil }
    }

    /// The exit code; a signal that ended it as 128 and its number.
    func ended() async throws -> Int32 {
        try await wait {
            process.withLock { process in
                guard !process.isRunning else { return nil }
                return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
            }
        }
    }

    /// Runs to the end and answers its exit code and output.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryDirectory
    ) async throws -> (code: Int32, text: String) {
        let process = try ServerProcess(arguments, environment: environment, in: folder)
        let code = try await process.ended()
        return (code, process.text)
    }
}
