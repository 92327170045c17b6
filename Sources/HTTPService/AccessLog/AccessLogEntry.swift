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

    package init(
        startMilliseconds: Int, requestID: String, clientAddress: String, method: String, target: String, status: UInt,
        bytesIn: Int, bytesOut: Int, duration: TimeAmount, isComplete: Bool, fields: [LogField]
    ) {
        self.startMilliseconds = startMilliseconds
        self.requestID = requestID
        self.clientAddress = clientAddress
        self.method = method
        self.target = target
        self.status = status
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
        self.duration = duration
        self.isComplete = isComplete
        self.fields = fields
    }
}

/// Where entries go. Called on an event loop for every request: must not block.
package protocol AccessLogSink: Sendable {
    func record(_ entry: AccessLogEntry)
}
