import ErasureStore
import SigV4
import StorageAPI

/// The owner's key: it may do everything.
struct RootCredentials: Sendable, Equatable {
    let user: String
    let password: Secret

    private static let shortestUser = 3
    private static let shortestPassword = 8
    private static let longest = 128

    /// Secrets that everybody knows, from the manuals of this and other stores.
    private static let wellKnown: Set<String> = [
        "minioadmin", "minio123", "minio1234", "miniostorage", "minio-secret-key", "changeme", "changeme123",
        "change-me", "password", "password123", "password1", "12345678", "123456789", "1234567890", "adminadmin",
        "admin123", "admin1234", "rootroot", "rootpassword", "secretkey", "secret123", "supersecret", "magstore",
        "magstoreadmin", "rustfsadmin", "testtest",
    ]

    /// - Throws: what is wrong with the pair.
    init(user: String, password: String) throws(SettingsError) {
        guard (Self.shortestUser...Self.longest).contains(user.utf8.count) else {
            throw SettingsError("root-user must have \(Self.shortestUser) to \(Self.longest) characters")
        }
        // It stands between slashes and commas in every signature.
        let isPlain = user.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !Array("/,=".utf8).contains($0) }
        guard isPlain else {
            throw SettingsError(
                "root-user may have letters, digits and signs but no blank, slash, comma or equals sign")
        }
        guard (Self.shortestPassword...Self.longest).contains(password.utf8.count) else {
            throw SettingsError("root-password must have \(Self.shortestPassword) to \(Self.longest) characters")
        }
        self.user = user
        self.password = Secret(password)
    }

    private init(checkedUser user: String, password: Secret) {
        self.user = user
        self.password = password
    }

    /// 20 characters and 40, as AWS's keys have: about 100 and 200 bits.
    static func random(_ source: any RandomSource) -> RootCredentials {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let all = letters + Array("abcdefghijklmnopqrstuvwxyz")
        return RootCredentials(
            checkedUser: text(20, of: letters, source), password: Secret(text(40, of: all, source)))
    }

    private static func text(_ count: Int, of letters: [Character], _ source: any RandomSource) -> String {
        // The bias of a remainder of 2^64 is nothing.
        String((0..<count).map { _ in letters[Int(source.next() % UInt64(letters.count))] })
    }

    /// Everybody could guess it.
    var isWellKnown: Bool {
        let password = password.reveal()
        return Self.wellKnown.contains(password.lowercased()) || password.lowercased() == user.lowercased()
    }
}

// MARK: - As a document

extension RootCredentials {
    /// A credentials file as AWS's clients read it (`AWS_SHARED_CREDENTIALS_FILE`), and the document in the store.
    var text: String {
        """
        [default]
        aws_access_key_id = \(user)
        aws_secret_access_key = \(password.reveal())

        """
    }

    init?(text: String) {
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let value = line[line.index(after: equals)...].drop { $0 == " " }
            values[line[..<equals].prefix { $0 != " " }] = value
        }
        guard let user = values["aws_access_key_id"], let password = values["aws_secret_access_key"] else { return nil }
        self.init(checkedUser: String(user), password: Secret(String(password)))
    }

    static let documentPath = "root-credentials"

    /// The pair that the store keeps; makes it when there is none.
    static func kept(in store: some KeyValueStore, random source: any RandomSource) async throws -> RootCredentials {
        if let kept = try await stored(in: store) { return kept }
        let made = random(source)
        do {
            try await store.setDocument(documentPath, Array(made.text.utf8), expected: .absent)
            return made
        } catch {
            // Whoever else made it between the two steps was the first.
            guard error.code == .documentConflict, let kept = try await stored(in: store) else { throw error }
            return kept
        }
    }

    private static func stored(in store: some KeyValueStore) async throws -> RootCredentials? {
        guard let document = try await store.document(documentPath) else { return nil }
        guard let kept = RootCredentials(text: String(decoding: document.bytes, as: UTF8.self)) else {
            throw SettingsError(
                "the root credentials in the store can not be read; set MAGSTORE_ROOT_USER and MAGSTORE_ROOT_PASSWORD")
        }
        return kept
    }
}
