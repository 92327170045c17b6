import Foundation
import NIOSSL

@testable import HTTPService

/// Two self-signed certificates for `localhost`, told apart by their common names. They protect nothing.
struct TestCertificate {
    let name: String
    let certificate: String
    let key: String

    static let first = TestCertificate(
        name: "first",
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBjTCCATOgAwIBAgIUXjtHAsRezDxI13dPAtQ7W4FBCecwCgYIKoZIzj0EAwIw
            EDEOMAwGA1UEAwwFZmlyc3QwIBcNMjYxMTIyMTEwNDM3WhgPMjEyNjEwMjkxMTA0
            MzdaMBAxDjAMBgNVBAMMBWZpcnN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
            cNvPNlcRSMJ7QNWjzo00FL9+4W0wQ+7ZBuY3tIxteldXoI2T5CSyQcfu2D1sO+CS
            FXg4ijCW31WQOFxm5hZHGaNpMGcwHQYDVR0OBBYEFLHhwDQ4PK8gFq74jQAm2gQU
            yZxLMB8GA1UdIwQYMBaAFLHhwDQ4PK8gFq74jQAm2gQUyZxLMA8GA1UdEwEB/wQF
            MAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0MAoGCCqGSM49BAMCA0gAMEUCIEGj
            OLPgG3z98Lk965d01tmkbNLKvtk/6cbSlr8XKgmWAiEA3tc4EzBGzClBCz5v6zHB
            dgz8PJzFO78luW8J8/Zb84Y=
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgucDl6pPpxgfAKLqd
            O21fRLG+hyEkYpa94C0HOnEbU8yhRANCAARw2882VxFIwntA1aPOjTQUv37hbTBD
            7tkG5je0jG16V1egjZPkJLJBx+7YPWw74JIVeDiKMJbfVZA4XGbmFkcZ
            -----END PRIVATE KEY-----
            """)

    static let second = TestCertificate(
        name: "second",
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBkDCCATWgAwIBAgIUDi2z2PCfF3Z/dlY2SHF3cExqmSkwCgYIKoZIzj0EAwIw
            ETEPMA0GA1UEAwwGc2Vjb25kMCAXDTI2MTEyMjExMDQzN1oYDzIxMjYxMDI5MTEw
            NDM3WjARMQ8wDQYDVQQDDAZzZWNvbmQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
            AATRBzWEkvopaXLoOoz9btg5KrgyuE2CqsQ7pN6KqFhYz2Nx/tNMbymhd7RA6OZZ
            8/Wif0fUMLDoLr1Ohq346OaDo2kwZzAdBgNVHQ4EFgQUuKxUoZs0d/iZsAoAttBR
            fe9jPlgwHwYDVR0jBBgwFoAUuKxUoZs0d/iZsAoAttBRfe9jPlgwDwYDVR0TAQH/
            BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwIDSQAwRgIh
            AJX9qUIUCSrHaMHc5d5FYtl1Of4V3HuhuE8mkImGGiukAiEAv0L3OZZQW3loDqEV
            Tmz+zyMPxtTNpu2sh1n8R10GIQk=
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9gHL7M2n9UzrBYKb
            XsHanaIizoiet21BVdHg20yETjqhRANCAATRBzWEkvopaXLoOoz9btg5KrgyuE2C
            qsQ7pN6KqFhYz2Nx/tNMbymhd7RA6OZZ8/Wif0fUMLDoLr1Ohq346OaD
            -----END PRIVATE KEY-----
            """)

    /// Writes certificate and key where the service will look.
    func write(to files: TLSFiles) throws {
        try certificate.write(toFile: files.certificateChain, atomically: true, encoding: .utf8)
        try key.write(toFile: files.privateKey, atomically: true, encoding: .utf8)
    }

    /// A client's side that trusts this certificate and no other.
    func clientContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)))
        return try NIOSSLContext(configuration: configuration)
    }
}

extension TLSFiles {
    /// Paths in a new directory, which `body` may use.
    static func withTemporary<Result>(_ body: (TLSFiles) async throws -> Result) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(
            TLSFiles(certificateChain: directory + "/chain.pem", privateKey: directory + "/key.pem"))
    }
}
