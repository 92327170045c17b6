import NIOCore
import Synchronization

/// What all connections of a service share.
final class ServiceContext: Sendable {
    let configuration: HTTPServiceConfiguration
    let handler: any HTTPHandler
    let accessLog: (any AccessLogSink)?
    let openConnections = Atomic<Int>(0)
    let requestsInFlight = Atomic<Int>(0)
    /// Set once, at shutdown: every answer from then on ends its connection.
    let isDraining = Atomic<Bool>(false)

    init(configuration: HTTPServiceConfiguration, handler: any HTTPHandler, accessLog: (any AccessLogSink)?) {
        self.configuration = configuration
        self.handler = handler
        self.accessLog = accessLog
    }

    var limits: HTTPLimits { configuration.limits }
}
