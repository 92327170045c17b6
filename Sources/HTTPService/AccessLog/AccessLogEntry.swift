package import NIOCore

/// One request, for the access log.
package struct AccessLogEntry: Sendable {
    /// When the head had arrived, in milliseconds since 1970-01-01T00:00:00Z.
    package var startMilliseconds: Int
    package var requestID: String
    package var clientAddress: String
    package var method: String
    /// The request target, its secrets replaced: ``TargetRedaction``.
    package var target: String
    package var status: UInt
    package var bytesIn: Int
    package var bytesOut: Int
    package var duration: TimeAmount
    /// False when the client vanished or the answer broke off.
    package var isComplete: Bool
    package var fields: [LogField]
}

/// Where entries go. Called on an event loop for every request: must not block.
package protocol AccessLogSink: Sendable {
    func record(_ entry: AccessLogEntry)
}
