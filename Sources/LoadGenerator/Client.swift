import Glibc
import Synchronization

/// Whether the clients are to go on; all threads look at it.
final class Stopwatch: Sendable {
    private let deadline = Atomic<UInt64>(0)

    /// Nanoseconds of the monotonic clock.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    func start(seconds: Double) {
        deadline.store(Self.now + UInt64(seconds * 1e9), ordering: .relaxed)
    }

    func isRunning(at time: UInt64) -> Bool {
        time < deadline.load(ordering: .relaxed)
    }
}

/// One client: a thread with a connection that makes its share of the requests, one after the other.
final class Client {
    /// What it saw.
    struct Tally {
        /// Nanoseconds of each request.
        var latencies: [UInt64] = []
        var bytes = 0
        var failure: LoadError?
    }

    enum Work {
        /// Every `stride`-th request from `first` on; again from the beginning, or only once.
        case prepared([PreparedRequest], first: Int, stride: Int, repeats: Bool)
        /// All pages of the bucket's listing, again and again.
        case listing(RequestFactory, keyCount: Int)
    }

    private let address: SocketAddress
    private let corpus: Corpus
    private let work: Work
    private let stopwatch: Stopwatch
    private(set) var tally = Tally()

    init(_ work: Work, address: SocketAddress, corpus: Corpus, stopwatch: Stopwatch) {
        self.work = work
        self.address = address
        self.corpus = corpus
        self.stopwatch = stopwatch
    }

    /// Works until the stopwatch ends or the requests do; a failure ends it at once and is kept.
    func run() {
        tally = Tally()
        do {
            switch work {
            case .prepared(let requests, let first, let stride, let repeats):
                try run(requests, first: first, stride: stride, repeats: repeats)
            case .listing(let factory, let keyCount):
                try list(factory, keyCount: keyCount)
            }
        } catch let error as LoadError {
            tally.failure = error
        } catch {
            tally.failure = LoadError("\(error)")
        }
    }

    private func run(_ requests: [PreparedRequest], first: Int, stride: Int, repeats: Bool) throws(LoadError) {
        var connection = try Connection(to: address)
        var index = first
        while index < requests.count {
            let begun = Stopwatch.now
            guard stopwatch.isRunning(at: begun) else { return }
            let closes = try exchange(requests[index], &connection)
            tally.latencies.append(Stopwatch.now - begun)
            if closes { connection = try Connection(to: address) }
            index += stride
            if index >= requests.count, repeats { index = first }
        }
    }

    /// One request and its verified answer; whether the server then closes the connection.
    private func exchange(_ request: PreparedRequest, _ connection: inout Connection) throws(LoadError) -> Bool {
        try send(request, connection)
        var offset = request.range.lowerBound
        var isRight = true
        let verifies = !request.sendsBody
        let corpus = corpus
        var text: [UInt8] = []
        let head = try connection.receive { bytes in
            if verifies {
                isRight = isRight && corpus.matches(bytes, object: request.object, offset: offset)
                offset += bytes.count
            }
            if text.isEmpty, bytes.count < 2000 { text = Array(bytes) }
        }
        guard request.statuses.contains(head.status) else {
            throw LoadError("status \(head.status): \(String(decoding: text, as: UTF8.self))")
        }
        guard !verifies || isRight && offset == request.range.upperBound else {
            throw LoadError("object \(request.object) came back wrong, at byte \(offset) or before")
        }
        tally.bytes += request.range.count
        return head.closes
    }

    private func send(_ request: PreparedRequest, _ connection: borrowing Connection) throws(LoadError) {
        let stamp = request.sendsBody ? corpus.stamp(of: request.object) : []
        let tail = request.sendsBody ? corpus.tail : UnsafeRawBufferPointer(start: nil, count: 0)
        var failure: LoadError?
        request.head.withUnsafeBytes { head in
            stamp.withUnsafeBytes { stamp in
                do throws(LoadError) { try connection.send([head, stamp, tail]) } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }

    private func list(_ factory: RequestFactory, keyCount: Int) throws {
        var connection = try Connection(to: address)
        while stopwatch.isRunning(at: Stopwatch.now) {
            var token: String?
            var seen = ListingCheck()
            repeat {
                let begun = Stopwatch.now
                let request = try factory.list(after: token)
                try send(request, connection)
                var document: [UInt8] = []
                let head = try connection.receive { document += $0 }
                guard head.status == 200 else {
                    throw LoadError("status \(head.status): \(String(decoding: document.prefix(2000), as: UTF8.self))")
                }
                token = try seen.add(document)
                tally.latencies.append(Stopwatch.now - begun)
                tally.bytes += document.count
                if head.closes { connection = try Connection(to: address) }
            } while token != nil
            guard seen.keyCount == keyCount else { throw LoadError("\(seen.keyCount) keys listed, not \(keyCount)") }
        }
    }
}
