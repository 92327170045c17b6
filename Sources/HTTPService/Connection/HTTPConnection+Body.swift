import NIOCore

/// A body that comes from the connection while its request is served.
final class ConnectionBody: RequestBody {
    let length: UInt64?
    private let connection: HTTPConnection
    private let number: Int

    init(_ connection: HTTPConnection, number: Int, length: UInt64?) {
        self.connection = connection
        self.number = number
        self.length = length
    }

    func next() async throws -> ByteBuffer? {
        // What is already here costs no suspension.
        if connection.loop.eventLoop.inEventLoop, let ready = connection.takeBodyPart(of: number) {
            return try ready.get()
        }
        return try await connection.waitForBodyPart(of: number)
    }
}

/// The body of a request that has none.
final class EmptyBody: RequestBody {
    static let shared = EmptyBody()
    let length: UInt64? = 0

    func next() async throws -> ByteBuffer? { nil }
}

extension HTTPConnection {
    typealias BodyPart = Result<ByteBuffer?, any Error>

    /// The next part if it is here. Nil means to wait. A body that outlived its exchange is truncated.
    func takeBodyPart(of number: Int) -> BodyPart? {
        guard exchange?.number == number, case .serving = phase else { return .failure(HTTPBodyError.truncated) }
        return takeBodyPart()
    }

    private func takeBodyPart() -> BodyPart? {
        guard let exchange else { return nil }
        if let failure = exchange.bodyFailure { return .failure(failure) }
        if exchange.pullIsCancelled { return .failure(CancellationError()) }
        if exchange.bodyIsTaken { return .success(nil) }
        switch inbound.pop() {
        case nil:
            return nil
        case .body(let bytes):
            exchange.continueIsOwed = false
            exchange.handlerPulls = true
            exchange.bytesIn += bytes.readableBytes
            exchange.clock.receive(byteCount: bytes.readableBytes, at: .now())
            if pullWaiter == nil { readIfWanted() }
            return .success(bytes)
        case .end:
            exchange.bodyIsTaken = true
            return .success(nil)
        case .failure, .head:
            exchange.bodyFailure = .malformed
            return .failure(HTTPBodyError.malformed)
        }
    }

    func waitForBodyPart(of number: Int) async throws -> ByteBuffer? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                onLoop { self.pull(number, continuation) }
            }
        } onCancel: {
            loop.eventLoop.execute { self.cancelPull(number) }
        }
    }

    private func pull(_ number: Int, _ continuation: CheckedContinuation<ByteBuffer?, any Error>) {
        if let ready = takeBodyPart(of: number) {
            continuation.resume(with: ready)
            return
        }
        precondition(pullWaiter == nil, "two consumers pull one body")
        pullWaiter = continuation
        exchange?.handlerPulls = true
        exchange?.clock.startWaiting(at: .now())
        if exchange?.continueIsOwed == true {
            exchange?.continueIsOwed = false
            writeContinue()
        }
        readIfWanted()
    }

    private func cancelPull(_ number: Int) {
        guard exchange?.number == number else { return }
        exchange?.pullIsCancelled = true
        pullWaiter.take()?.resume(throwing: CancellationError())
    }

    /// Gives a waiting handler what has arrived.
    func deliverBodyPart() {
        guard pullWaiter != nil, let part = takeBodyPart() else { return }
        pullWaiter.take()?.resume(with: part)
    }

    /// Tells a waiting handler that no more will come.
    func failBody(_ failure: HTTPBodyError) {
        exchange?.bodyFailure = failure
        pullWaiter.take()?.resume(throwing: failure)
    }

    private func onLoop(_ body: @escaping @Sendable () -> Void) {
        if loop.eventLoop.inEventLoop { body() } else { loop.eventLoop.execute(body) }
    }
}
