import NIOCore
import Synchronization

/// What all connections of a service share.
final class ServiceContext: Sendable {
    let configuration: HTTPServiceConfiguration
    let handler: any HTTPHandler
    let accessLog: (any AccessLogSink)?
    let openConnections = Atomic<Int>(0)
    /// Of the open ones, those whose last answer was sent and which only wait for the client to close.
    let lingeringConnections = Atomic<Int>(0)
    let requestsInFlight = Atomic<Int>(0)
    /// Set once, at shutdown: every answer from then on ends its connection.
    let isDraining = Atomic<Bool>(false)

    init(configuration: HTTPServiceConfiguration, handler: any HTTPHandler, accessLog: (any AccessLogSink)?) {
        self.configuration = configuration
        self.handler = handler
        self.accessLog = accessLog
    }

    /// Connections that still have something to receive or to send.
    var activeConnections: Int {
        openConnections.load(ordering: .relaxed) - lingeringConnections.load(ordering: .relaxed)
    }

    var limits: HTTPLimits { configuration.limits }
}
