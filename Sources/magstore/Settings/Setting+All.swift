import Logging
import NIOCore

extension Setting {
    /// The table of settings, in the order in which they are shown.
    static let all: [Setting] = drives + network + access + resources + logs

    private static let drives: [Setting] = [
        .list(
            "drives", \.drives, .text("path"), source: .arguments, unset: "none",
            "Directories that hold the data, one for each drive; {1...6} in a path makes a pool of its own."),
        .optional(
            "parity", \.parity, .number("count", in: 0...15),
            unset: "by the size of a set: 1 drive 0; 2 or 3 drives 1; 4 to 7 drives 2; 8 to 16 drives 4",
            "Drives of a set that may be lost without losing data. Fixed when the drives are first used."),
        .optional(
            "set-size", \.setSize, .number("count", in: 1...16),
            unset: "the largest number up to 16 that divides the pool evenly",
            "Drives that form an erasure set. Fixed when the drives are first used."),
        .one(
            "scrub-interval", \.scrubInterval, .scrubInterval,
            "How often everything on the drives is read and verified, in the background; off for never by itself."),
    ]

    private static let network: [Setting] = [
        .list(
            "address", \.addresses, .address,
            "Address to listen on, as HOST:PORT; [::1]:9000 for IPv6. 0.0.0.0 listens on every IPv4 address."),
        .optional(
            "tls-certificate", \.tlsCertificate, .text("file"), unset: "none, and HTTP without TLS",
            "PEM file with the certificate and its intermediates. Read again on SIGHUP."),
        .optional(
            "tls-key", \.tlsKey, .text("file"), unset: "none",
            "PEM file with the private key of the certificate. Read again on SIGHUP."),
        .list(
            "public-url", \.publicURLs, .publicURL, aliases: ["MINIO_SERVER_URL"], unset: "none",
            "Address that clients use where a proxy stands before the server, so that presigned URLs work."),
        .list(
            "trusted-proxy", \.trustedProxies, .addressBlock, unset: "none",
            "Addresses of proxies whose X-Forwarded-* headers are believed."),
        .list(
            "domain", \.domains, .domain, aliases: ["MINIO_DOMAIN"], unset: "none",
            "Domain whose subdomains name buckets: s3.example.org for bucket.s3.example.org."),
        .optional(
            "region", \.region, .text("name"), unset: "any region is accepted, and us-east-1 is answered",
            "The only region that signatures may name, and the one that buckets are in."),
    ]

    private static let access: [Setting] = [
        .optional(
            "root-user", \.rootUser, .text("name"), source: .secret, aliases: ["MINIO_ROOT_USER"],
            unset: "made once, kept in the store and in STATE-DIR/root-credentials",
            "Access key of the owner, at least 3 characters."),
        .optional(
            "root-password", \.rootPassword, .text("secret"), source: .secret, aliases: ["MINIO_ROOT_PASSWORD"],
            unset: "made with root-user", "Secret key of the owner, at least 8 characters."),
        .optional(
            "metrics-token", \.metricsToken, .text("token"), source: .secret,
            unset: "none, and only this machine may read /metrics",
            "Bearer token with which other machines may read /metrics."),
    ]

    private static let resources: [Setting] = [
        .optional(
            "state-dir", \.stateDirectory, .text("directory"),
            unset: "$XDG_STATE_HOME/magstore, or ~/.local/state/magstore",
            "Directory for what the server tells its operator and keeps apart from the drives: root-credentials, "
                + "mounted-drives."),
        .optional(
            "memory-limit", \.memoryLimit, .byteCount(atLeast: ByteCount(bytes: 128 << 20)),
            unset: "a quarter of the memory, at most 2GiB, at least 128MiB",
            "Memory for index caches, rows not yet flushed and uploads in flight together."),
        .optional(
            "max-connections", \.maximumConnections, .number("count", in: 8...1_000_000),
            unset: "4096, or fewer where the limit of open files is low",
            "Connections that are served at once. Beyond it idle ones are closed, or new ones refused."),
        .one(
            "max-header-bytes", \.maximumHeaderBytes, .byteCount(atLeast: ByteCount(bytes: 8 << 10)),
            "Bytes of all headers of a request together."),
        .one(
            "idle-timeout", \.idleTimeout, .time(upTo: .hours(24)),
            "How long a connection may wait between requests."),
        .one(
            "header-timeout", \.headerTimeout, .time(upTo: .hours(1)),
            "How long the headers of a request may take to arrive."),
        .one(
            "body-timeout", \.bodyTimeout, .time(upTo: .hours(1)),
            "How long a client may send nothing of a body that is waited for."),
        .one(
            "write-timeout", \.writeTimeout, .time(upTo: .hours(1)),
            "How long a client may take nothing of an answer."),
        .one(
            "drain-timeout", \.drainTimeout, .time(upTo: .hours(1)),
            "How long requests in flight may go on after SIGTERM."),
    ]

    private static let logs: [Setting] = [
        .one(
            "log-level", \.logLevel, .choice("level", Logger.Level.allCases.map { ($0.rawValue, $0) }),
            "The least important messages to log: trace, debug, info, notice, warning, error or critical."),
        .one(
            "log-format", \.logFormat, .choice("format", [("text", .text), ("json", .json)]),
            "Lines for people (text) or for programs (json)."),
        .optional(
            "access-log", \.accessLog, .text("file"), unset: "none",
            "File to log every request to, without secrets; - is standard output. Reopened on SIGHUP."),
    ]
}
