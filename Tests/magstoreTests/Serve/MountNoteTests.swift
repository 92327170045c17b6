import Testing

@testable import magstore

@Suite struct MountNoteTests {
    private let directory: TemporaryDirectory
    private let state: StateDirectory

    init() throws {
        directory = try TemporaryDirectory()
        var settings = Settings()
        settings.stateDirectory = directory.path + "/state"
        state = try StateDirectory(settings: settings, environment: [:])
    }

    @Test func `What is noted is there at the next start, and what is served elsewhere stays`() throws {
        var note = try MountNote(in: state)
        #expect(note.mountPoints.isEmpty)
        let isNews = note.update(served: [("/mnt/a", true), ("/mnt/b b", true), ("/data", false), ("/mnt/x\ny", true)])
        #expect(isNews)
        try note.write()
        var next = try MountNote(in: state)
        #expect(next.mountPoints == ["/mnt/a", "/mnt/b b"])
        #expect(next.names("/mnt/b b") && !next.names("/data"))
        // One is away, one is a directory now.
        let isNewsAgain = next.update(served: [("/mnt/a", false), ("/mnt/c", true)])
        #expect(isNewsAgain)
        #expect(next.mountPoints == ["/mnt/b b", "/mnt/c"])
        let isOld = next.update(served: [("/mnt/c", true)])
        #expect(!isOld)
        #expect(try directory.permissions("state/mounted-drives") == 0o600)
    }
}
