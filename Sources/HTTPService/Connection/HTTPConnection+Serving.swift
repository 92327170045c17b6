import NIOCore
import NIOHTTP1
import Synchronization

extension HTTPConnection {
    /// Takes what has arrived up to the next request that a handler must answer.
    func advance() -> HTTPRequest? {
        while let context {
            switch phase {
            case .idle, .receivingHead:
                // Answers that the client does not take must not pile up.
                guard context.channel.isWritable else { return nil }
                guard let part = inbound.pop() else {
                    rest()
                    return nil
                }
                if let request = begin(part) { return request }
            case .draining(let budget):
                guard let part = inbound.pop() else { return nil }
                drain(part, budget: budget)
            case .serving, .closing, .lingering, .closed:
                return nil
            }
        }
        return nil
    }

    /// Has a request answered, and those that were pipelined behind it, one after the other.
    ///
    /// The one place where a task is created. It starts at once, inside the event that completed the head, and after
    /// each suspension it is resumed by the executor, on this same loop.
    func serve(_ first: HTTPRequest) {
        task = Task.immediate(executorPreference: loop.executor) {
            var next: HTTPRequest? = first
            while let request = next {
                let response = await loop.service.handler.respond(to: request)
                next = await answer(response)
            }
            readIfWanted()
        }
        // It may have closed before the task was known.
        if case .closed = phase { task?.cancel() }
    }

    /// Writes the handler's answer and moves on.
    private func answer(_ response: HTTPResponse) async -> HTTPRequest? {
        loop.eventLoop.preconditionInEventLoop()
        switch response.body {
        case .none, .bytes: writeWhole(response)
        case .stream(let stream, let length): await write(response, stream: stream, length: length)
        case .unbounded(let stream): await write(response, unbounded: stream)
        }
        return advance()
    }

    private func begin(_ part: InboundQueue.Part) -> HTTPRequest? {
        loop.leaveIdle(self)
        phase = .serving
        switch part {
        case .head(let head):
            return begin(head)
        case .failure(let error):
            exchange = makeExchange(head: nil, framing: nil, client: peer)
            refuse(error)
        case .body, .end:
            // The parser never begins with these; if it did, closing is safe.
            startClosing()
        }
        return nil
    }

    private func begin(_ head: HTTPRequestHead) -> HTTPRequest? {
        let service = loop.service
        let proxies = service.configuration.trustedProxies
        let client =
            peerIsTrustedProxy
            ? proxies.client(peer: peer.address, isSecure: peer.isSecure, headers: head.headers) : peer
        let framing: RequestFraming
        do throws(HTTPProtocolError) {
            framing = try RequestFraming(head, limits: limits)
        } catch {
            exchange = makeExchange(head: head, framing: nil, client: client)
            refuse(error)
            return nil
        }
        let exchange = makeExchange(head: head, framing: framing, client: client)
        exchange.bodyHasArrived = inbound.holdsRestOfBody
        self.exchange = exchange
        let inFlight = service.requestsInFlight.load(ordering: .relaxed)
        if isRefused || inFlight > limits.requestsInFlight, !service.configuration.alwaysServes(head.uri) {
            loop.counters.refused.add(1)
            refuse(isRefused ? .tooManyConnections : .tooManyRequests)
            return nil
        }
        let body: any RequestBody =
            framing.length == 0
            ? EmptyBody.shared : ConnectionBody(self, number: exchange.number, length: framing.length)
        return HTTPRequest(
            id: exchange.requestID, method: head.method, target: head.uri, version: head.version, headers: head.headers,
            clientAddress: client.address, isSecure: client.isSecure, forwardedHost: client.forwardedHost, body: body)
    }

    private func makeExchange(
        head: HTTPRequestHead?, framing: RequestFraming?, client: TrustedProxies.Client
    ) -> Exchange {
        exchangeCount += 1
        loop.service.requestsInFlight.add(1, ordering: .relaxed)
        loop.counters.requests.add(1)
        return Exchange(
            number: exchangeCount, requestID: loop.makeRequestID(), head: head, framing: framing,
            clientAddress: client.address,
            clock: BodyClock(timeout: limits.bodyTimeout, minimumRate: limits.minimumBodyRate))
    }

    /// Answers the exchange without the handler.
    func refuse(_ error: HTTPProtocolError) {
        guard let exchange else { return }
        if !error.keepsConnection { exchange.bodyFailure = .malformed }
        var response = loop.service.configuration.errorResponse(error, exchange.requestID)
        switch response.body {
        case .none, .bytes: break
        case .stream, .unbounded: response.body = .none
        }
        writeWhole(response)
    }

    /// After the answer: on to the next request, or to the end of the connection.
    func conclude(status: UInt, fields: [LogField], keepsAlive: Bool, isComplete: Bool) {
        guard let exchange else { return }
        self.exchange = nil
        loop.service.requestsInFlight.subtract(1, ordering: .relaxed)
        record(exchange, status: status, fields: fields, isComplete: isComplete)
        if case .closed = phase { return }
        if !isComplete {
            abort()
        } else if !keepsAlive {
            startClosing()
        } else if exchange.bodyIsTaken {
            becomeReady()
        } else {
            phase = .draining(limits.drainedBodyBytes)
            deadline = .now() + limits.lingerTimeout
        }
    }

    /// The head did not come in time.
    func giveUpOnHead() {
        phase = .serving
        exchange = makeExchange(head: nil, framing: nil, client: peer)
        refuse(.timedOut)
    }

    private func drain(_ part: InboundQueue.Part, budget: Int) {
        switch part {
        case .body(let bytes) where bytes.readableBytes <= budget: phase = .draining(budget - bytes.readableBytes)
        case .end: becomeReady()
        case .body, .failure, .head: startClosing()
        }
    }

    /// The next request may come.
    private func becomeReady() {
        phase = .idle
        deadline = .now() + limits.idleTimeout
        unsentBytes = .max
    }

    /// Nothing to do: the connection may now be closed to make room for another.
    func rest() {
        guard case .idle = phase, !isInIdleList, !isRefused else { return }
        let isDraining = loop.service.isDraining.load(ordering: .relaxed)
        if isDraining || !loop.becomeIdle(self) { startClosing() }
    }

    private func record(_ exchange: Exchange, status: UInt, fields: [LogField], isComplete: Bool) {
        guard let log = loop.service.accessLog else { return }
        let duration = NIODeadline.now() - exchange.start
        log.record(
            AccessLogEntry(
                startMilliseconds: loop.wallMilliseconds() - Int(duration.nanoseconds / 1_000_000),
                requestID: exchange.requestID, clientAddress: exchange.clientAddress, method: exchange.method.rawValue,
                target: TargetRedaction.redact(exchange.target), status: status, bytesIn: exchange.bytesIn,
                bytesOut: exchange.bytesOut, duration: duration, isComplete: isComplete, fields: fields))
    }
}
