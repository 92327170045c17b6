import Foundation
import MetadataIndex
import Testing

/// Other programs read the records with Records.proto and any protobuf library: the compiler's own reader and writer
/// must agree with ours.
@Suite(.enabled(if: protocIsInstalled, "protoc is not installed (Debian: protobuf-compiler)"))
struct ProtocTests {
    @Test(arguments: SampleRecords.all.indices)
    func `protoc knows every field, and writes the same bytes`(index: Int) throws {
        let (message, record) = SampleRecords.all[index]
        let bytes = record.encoded()
        let text = try run(["--decode=magstore.index.v1.\(message)"], input: Data(bytes))
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        let numbered = lines.filter { $0.drop { $0 == " " }.first?.isNumber == true }
        #expect(numbered.isEmpty, "fields that are not in Records.proto")
        #expect(
            try run(["--encode=magstore.index.v1.\(message)", "--deterministic_output"], input: text) == Data(bytes))
    }

    @Test func `protoc reads the values that were written`() throws {
        let text = try run(["--decode=magstore.index.v1.Upload"], input: Data(SampleRecords.upload.encoded()))
        #expect(
            String(decoding: text, as: UTF8.self) == """
                initiated: 1700000000123
                headers {
                  name: "content-type"
                  value: "text/plain"
                }
                headers {
                  value: "\\303\\274"
                }
                user_metadata {
                  name: "content-type"
                  value: "text/plain"
                }
                user_metadata {
                  value: "\\303\\274"
                }
                checksum_algorithm: 3
                checksum_type: 1
                generation: 7
                is_shadow: 1

                """)
    }

    private func run(_ arguments: [String], input: Data) throws -> Data {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/MetadataIndex/Records").standardizedFileURL
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/protoc")
        process.arguments = arguments + ["--proto_path=\(folder.path)", "Records.proto"]
        let (standardInput, standardOutput) = (Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: input)
        try standardInput.fileHandleForWriting.close()
        let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return output
    }
}

private let protocIsInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/protoc")
