package import NIOCore

/// An address to listen on: a literal IPv4 or IPv6 address or a name, and a port. Port 0 lets the system choose.
package struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, with an IPv6 address in brackets.
    package var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// PEM files. Read at start and again by ``HTTPService/reloadCertificates()``.
package struct TLSFiles: Hashable, Sendable {
    /// The certificate, followed by its intermediates.
    package let certificateChain: String
    package let privateKey: String

    package init(certificateChain: String, privateKey: String) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}

/// How a service listens, and every bound it keeps.
package struct HTTPServiceConfiguration: Sendable {
    package var addresses: [HTTPAddress]
    /// Without it, plain HTTP.
    package var tls: TLSFiles?
    package var limits = HTTPLimits()
    /// Whose `X-Forwarded-*` headers count.
    package var trustedProxies = TrustedProxies()
    /// Ignored when the service is given an event loop group.
    package var eventLoopThreads: Int
    /// Targets that are answered above the caps of connections and requests: liveness.
    package var alwaysServes: @Sendable (_ target: String) -> Bool = { _ in false }
    /// Renders what the service answers itself. Only bodies of bytes are sent.
    package var errorResponse: @Sendable (_ error: HTTPProtocolError, _ requestID: String) -> HTTPResponse =
        HTTPProtocolError.plainResponse
    /// The value of the `Server` header.
    package var serverName = "magstore"

    package init(addresses: [HTTPAddress], tls: TLSFiles? = nil, eventLoopThreads: Int = System.coreCount) {
        self.addresses = addresses
        self.tls = tls
        self.eventLoopThreads = eventLoopThreads
    }
}

/// The bounds of one service. Every one is finite: memory and descriptors are not the clients' to spend.
package struct HTTPLimits: Hashable, Sendable {
    /// All header names and values and the target of one request, in bytes. S3 allows 8 KiB of headers, and session
    /// tokens in presigned URLs are long.
    package var headerBytes = 64 * 1024
    package var headerCount = 256
    /// A key has up to 1,024 bytes, percent-encoded three times as many; tokens and signatures follow in the query.
    package var targetBytes = 24 * 1024
    /// Served connections. Above, the longest idle one is closed to make room.
    package var connections = 4096
    /// Connections beyond `connections` that are only kept to be told 503; more are dropped. They need descriptors too.
    package var refusedConnections = 32
    package var requestsInFlight = 4096
    /// Between requests.
    package var idleTimeout: TimeAmount = .seconds(75)
    /// From the first byte of a request (or the connection's opening) to the end of its head.
    package var headerTimeout: TimeAmount = .seconds(20)
    /// How long a body that is waited for may stay silent.
    package var bodyTimeout: TimeAmount = .seconds(60)
    /// Bytes a second a body must bring while it is waited for, measured once `bodyTimeout` was spent waiting.
    package var minimumBodyRate = 256
    /// How long a client may take nothing of an answer.
    package var writeTimeout: TimeAmount = .seconds(60)
    /// Bytes of a body that the handler did not read which are read and dropped to keep the connection.
    package var drainedBodyBytes = 256 * 1024
    /// After the last answer on a connection that the client still sends on: how long and how much is read and dropped,
    /// because closing at once would reset the connection and lose that answer.
    package var lingerTimeout: TimeAmount = .seconds(10)
    package var lingerBytes = 64 * 1024 * 1024
    /// Bytes of a body that are read ahead of the handler once it began to read. One read, up to 128 KiB, comes on top.
    package var readAheadBytes = 128 * 1024
    /// An answer's stream is pulled while fewer bytes wait to be written. One chunk of the stream comes on top.
    package var unsentBytes = 256 * 1024
    package var backlog: Int32 = 1024

    package init() {}
}
