import NIOCore
import NIOHTTP1

/// One request and its answer, while its connection works on it.
final class Exchange {
    let number: Int
    let requestID: String
    let method: HTTPMethod
    let target: String
    let clientAddress: String
    let start: NIODeadline
    let isHTTP10: Bool
    /// Nil when the head was refused.
    let framing: RequestFraming?
    /// The body's end, or its failure, has arrived.
    var bodyHasArrived = false
    /// Something was read after the body's end.
    var hasReadAhead = false
    /// The body's end was taken by the handler or dropped.
    var bodyIsTaken = false
    /// The body cannot be completed, and nothing after it can be understood.
    var bodyFailure: HTTPBodyError?
    var pullIsCancelled = false
    var handlerPulls = false
    var continueIsOwed: Bool
    var clock: BodyClock
    var bytesIn = 0
    var bytesOut = 0

    init(
        number: Int, requestID: String, head: HTTPRequestHead?, framing: RequestFraming?, clientAddress: String,
        clock: BodyClock
    ) {
        self.number = number
        self.requestID = requestID
        method = head?.method ?? .RAW(value: "-")
        target = head?.uri ?? "-"
        self.clientAddress = clientAddress
        start = .now()
        isHTTP10 = head?.version == .http1_0
        self.framing = framing
        continueIsOwed = framing?.awaitsContinue ?? false
        self.clock = clock
    }

    /// Whether the connection can serve another request after this one, as far as the request's body goes.
    func leavesConnectionUsable(drainedBodyBytes: Int) -> Bool {
        if bodyFailure != nil { return false }
        if bodyHasArrived { return true }
        // The client may send the body or, having the final answer, leave it out: only closing is unambiguous.
        if continueIsOwed { return false }
        guard let length = framing?.length else { return true }
        return length - min(UInt64(bytesIn), length) <= UInt64(drainedBodyBytes)
    }
}
