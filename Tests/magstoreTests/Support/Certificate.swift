import Foundation
import Testing

/// A certificate for localhost that vouches for itself, and its key, made by openssl.
struct Certificate {
    let path: String
    let keyPath: String

    init(in folder: TemporaryDirectory, name: String = "tls") throws {
        path = folder.path + "/\(name).pem"
        keyPath = folder.path + "/\(name).key"
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", keyPath, "-out", path,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0)
    }
}
