import ErasureStore
import SigV4
import StorageAPI
import StorageTestSupport
import Testing

@testable import magstore

@Suite struct RootCredentialsTests {
    @Test(arguments: [
        ("ab", "long enough", "root-user must have 3 to 128 characters"),
        ("a/b", "long enough", "root-user may have letters"),
        ("a b", "long enough", "root-user may have letters"),
        ("a=b", "long enough", "root-user may have letters"),
        ("über", "long enough", "root-user may have letters"),
        ("abc", "1234567", "root-password must have 8 to 128 characters"),
    ])
    func `A pair that clients could not use is refused`(user: String, password: String, message: String) {
        let error = #expect(throws: SettingsError.self) { try RootCredentials(user: user, password: password) }
        #expect(error?.description.hasPrefix(message) == true)
    }

    @Test(arguments: [
        ("admin", "minioadmin", true), ("admin", "MinioAdmin", true), ("somebody", "somebody", true),
        ("somebody", "changeme", true), ("somebody", "correct horse", false),
    ])
    func `Secrets that everybody knows are known here`(user: String, password: String, expected: Bool) throws {
        #expect(try RootCredentials(user: user, password: password).isWellKnown == expected)
    }

    @Test func `A random pair has AWS's lengths, and no two are alike`() throws {
        let made = (0..<100).map { _ in RootCredentials.random(SystemRandom()) }
        for pair in made {
            #expect(pair.user.count == 20 && pair.password.reveal().count == 40)
            _ = try RootCredentials(user: pair.user, password: pair.password.reveal())
        }
        #expect(Set(made.map(\.user)).count == made.count)
    }

    @Test func `A pair survives its file`() {
        let pair = RootCredentials.random(SystemRandom())
        #expect(RootCredentials(text: pair.text) == pair)
        #expect(RootCredentials(text: "[default]\n") == nil)
    }

    @Test func `A description does not give the password away`() {
        let pair = RootCredentials.random(SystemRandom())
        #expect(!"\(pair)".contains(pair.password.reveal()))
    }

    @Test func `The store keeps the pair that was made first`() async throws {
        let store = InMemoryObjectStore()
        let first = try await RootCredentials.kept(in: store, random: SystemRandom())
        let second = try await RootCredentials.kept(in: store, random: SystemRandom())
        #expect(first == second)
    }

    @Test func `Starters that race agree on one pair`() async throws {
        let store = InMemoryObjectStore()
        let pairs = try await withThrowingTaskGroup { group in
            for _ in 0..<16 {
                group.addTask { try await RootCredentials.kept(in: store, random: SystemRandom()) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(pairs.allSatisfy { $0 == pairs[0] })
    }

    @Test func `A document that is no pair is not overwritten`() async throws {
        let store = InMemoryObjectStore()
        try await store.setDocument(RootCredentials.documentPath, Array("nonsense".utf8), expected: .absent)
        await #expect(throws: SettingsError.self) {
            try await RootCredentials.kept(in: store, random: SystemRandom())
        }
    }

    @Test func `The mirror is for its owner's eyes`() throws {
        let directory = try TemporaryDirectory()
        var settings = Settings()
        settings.stateDirectory = directory.path + "/deep/state"
        let state = try StateDirectory(settings: settings, environment: [:])
        let pair = RootCredentials.random(SystemRandom())
        try state.mirror(pair)
        try state.mirror(pair)
        #expect(try directory.text("deep/state/root-credentials") == pair.text)
        #expect(try directory.permissions("deep/state/root-credentials") == 0o600)
        #expect(try directory.permissions("deep/state") == 0o700)
    }

    @Test(arguments: [
        (["HOME": "/home/me"], "/home/me/.local/state/magstore"),
        (["HOME": "/home/me", "XDG_STATE_HOME": "/state"], "/state/magstore"),
        (["HOME": "/home/me", "XDG_STATE_HOME": "relative"], "/home/me/.local/state/magstore"),
    ])
    func `The state directory is the user's`(environment: [String: String], path: String) throws {
        #expect(try StateDirectory(settings: Settings(), environment: environment).path == path)
    }

    @Test func `Without a home the state directory must be named`() {
        #expect(throws: SettingsError.self) { try StateDirectory(settings: Settings(), environment: [:]) }
    }
}
