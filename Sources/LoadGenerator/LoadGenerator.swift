import ArgumentParser
import Glibc
import SigV4

/// Loads an S3 server over plain HTTP and says what it did: requests signed beforehand, every byte of every answer
/// verified, and the generator's own processor time beside the server's. Scripts/benchmark runs it.
@main
struct LoadGenerator: ParsableCommand {
    enum Operation: String, ExpressibleByArgument, CaseIterable {
        case put, get, range, list
    }

    @Argument(help: "What to do: put, get, range or list.")
    var operation: Operation

    @Option(help: "The server, as address and port; its credentials come from AWS_ACCESS_KEY_ID and its like.")
    var endpoint = "127.0.0.1:9000"

    @Option(help: "The bucket; it is made when it is missing.")
    var bucket = "benchmark"

    @Option(help: "Bytes of an object.")
    var size = 4096

    @Option(help: "Bytes of a range.")
    var rangeSize = 65_536

    @Option(help: "How many objects there are; put writes each, get reads each, in turn.")
    var keys = 1000

    @Option(help: "Clients at the same time, a connection each.")
    var clients = 1

    @Option(help: "How long to measure. 0: every object once.")
    var seconds = 5.0

    @Option(help: "How long to run before measuring.")
    var warmUpSeconds = 0.0

    @Option(help: "The server's process, to tell its processor time and memory.")
    var serverProcess: Int?

    @Flag(help: "Say UNSIGNED-PAYLOAD instead of signing what is sent.")
    var unsignedPayload = false

    func run() throws {
        guard let address = SocketAddress(endpoint) else {
            throw ValidationError("--endpoint takes like 127.0.0.1:9000")
        }
        guard let key = getenv("AWS_ACCESS_KEY_ID"), let secret = getenv("AWS_SECRET_ACCESS_KEY") else {
            throw ValidationError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set")
        }
        let corpus = Corpus(objectByteCount: size)
        let signer = Signer(accessKeyID: String(cString: key), secret: Secret(String(cString: secret)))
        let factory = RequestFactory(
            signer: signer, host: endpoint, bucket: bucket, corpus: corpus, signsPayloads: !unsignedPayload)
        try makeBucket(factory, address)
        let requests = try prepare(factory)
        let stopwatch = Stopwatch()
        let crew = (0..<clients).map { number in
            let work: Client.Work =
                operation == .list
                ? .listing(factory, keyCount: keys)
                : .prepared(requests, first: number, stride: clients, repeats: seconds > 0)
            return Client(work, address: address, corpus: corpus, stopwatch: stopwatch)
        }
        if warmUpSeconds > 0 {
            stopwatch.start(seconds: warmUpSeconds)
            for thread in try crew.map({ try ClientThread($0) }) { _ = try thread.join() }
        }
        print(try measure(crew, stopwatch).json)
    }

    private func measure(_ crew: [Client], _ stopwatch: Stopwatch) throws -> Measurement {
        if let serverProcess { ProcessUsage.resetPeak(of: serverProcess) }
        let serverBefore = serverProcess.flatMap { ProcessUsage(of: $0) }
        let ownBefore = ProcessUsage.ownCPUSeconds
        let begun = Stopwatch.now
        stopwatch.start(seconds: seconds > 0 ? seconds : 3600)
        let threads = try crew.map { try ClientThread($0) }
        let tallies = try threads.map { try $0.join() }
        let elapsed = Double(Stopwatch.now - begun) / 1e9
        let own = ProcessUsage.ownCPUSeconds - ownBefore
        let serverAfter = serverProcess.flatMap { ProcessUsage(of: $0) }
        var serverCPU: Double?
        if let serverBefore, let serverAfter { serverCPU = serverAfter.cpuSeconds - serverBefore.cpuSeconds }
        return Measurement(
            operation: operation.rawValue, clients: crew.count, seconds: elapsed,
            latencies: tallies.flatMap(\.latencies), bytes: tallies.reduce(0) { $0 + $1.bytes },
            serverCPUSeconds: serverCPU, serverPeakBytes: serverAfter?.peakBytes, ownCPUSeconds: own)
    }

    private func prepare(_ factory: RequestFactory) throws -> [PreparedRequest] {
        switch operation {
        case .put: return try (0..<keys).map { try factory.put($0) }
        case .get:
            // Not in the order in which they were written; a step that shares no factor with the count visits all.
            return try (0..<keys).map { try factory.get($0 &* 7919 % keys) }
        case .range:
            let rangesPerObject = max(1, size / rangeSize)
            return try (0..<max(keys, 4096)).map { number in
                let start = number &* 7919 % rangesPerObject * rangeSize
                return try factory.get(number % keys, range: start..<min(start + rangeSize, size))
            }
        case .list: return []
        }
    }

    private func makeBucket(_ factory: RequestFactory, _ address: SocketAddress) throws {
        var connection = try Connection(to: address)
        let request = try factory.createBucket()
        let failure = request.head.withUnsafeBytes { head -> LoadError? in
            do throws(LoadError) { try connection.send([head]) } catch { return error }
            return nil
        }
        if let failure { throw failure }
        var text: [UInt8] = []
        let head = try connection.receive { text += $0 }
        // 409: it is there already.
        guard head.status == 200 || head.status == 409 else {
            throw LoadError("no bucket, status \(head.status): \(String(decoding: text, as: UTF8.self))")
        }
    }
}
