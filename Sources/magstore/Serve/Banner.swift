import HTTPService
import StorageAPI

/// What the operator is told on standard output once the server is ready.
struct Banner {
    let plan: ServePlan
    let addresses: [HTTPAddress]
    let sets: [SetStatus]

    private var isSecure: Bool { plan.settings.tlsCertificate != nil }

    var urls: [String] { addresses.map { (isSecure ? "https://" : "http://") + $0.description } }

    private var drives: String {
        let (all, present) = (sets.reduce(0) { $0 + $1.drives.count }, sets.reduce(0) { $0 + $1.memberCount })
        let missing = present < all ? ", \(all - present) missing (see the log)" : ""
        return "\(all) in \(sets.count) \(sets.count == 1 ? "set" : "sets")\(missing)"
    }

    /// Where this machine reaches the server.
    private var endpoint: String {
        let local = addresses.first.map { (isSecure ? "https://" : "http://") + $0.forClients.description }
        return plan.settings.publicURLs.first?.description ?? local ?? ""
    }

    var credentials: String {
        plan.mirrorDirectory?.credentialsPath ?? "those that were set as root-user and root-password"
    }

    /// One line to paste into another shell.
    var example: String {
        let keys =
            plan.mirrorDirectory.map { "AWS_SHARED_CREDENTIALS_FILE=\(Self.quoted($0.credentialsPath))" }
            ?? "AWS_ACCESS_KEY_ID=\"$MAGSTORE_ROOT_USER\" AWS_SECRET_ACCESS_KEY=\"$MAGSTORE_ROOT_PASSWORD\""
        // A profile that is named wins over keys that the shell has for some other store.
        var options = plan.mirrorDirectory == nil ? "" : " --profile default"
        if let region = plan.settings.region { options += " --region \(Self.quoted(region))" }
        options += " --endpoint-url \(endpoint)"
        return "export \(keys); aws s3 mb s3://hello\(options); "
            + "echo Hello | aws s3 cp - s3://hello/hello.txt\(options)"
    }

    var lines: [String] {
        [
            "magstore \(Version.text)", "drives: \(drives)", "credentials: \(credentials)", "try: \(example)",
            "ready \(urls.joined(separator: " "))",
        ]
    }

    /// The same for programs: one object.
    var json: String {
        LogText.object([
            ("time", LogText.quoted(LogText.now())), ("message", LogText.quoted("ready")),
            ("addresses", "[" + urls.map(LogText.quoted).joined(separator: ",") + "]"),
            ("credentials", LogText.quoted(credentials)), ("drives", LogText.quoted(drives)),
            ("version", LogText.quoted(Version.text)),
        ])
    }

    /// For a POSIX shell.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: Array("/._-".utf8).contains(byte)
            }
        }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
