import NIOCore

/// Judges how fast a body comes, counting only the time in which somebody waited for it: a slow handler is not the
/// client's fault.
struct BodyClock {
    enum Verdict {
        case goOn
        case tooSlow
    }

    let timeout: TimeAmount
    /// Bytes a second.
    let minimumRate: Int
    private var waited: TimeAmount = .zero
    private var received = 0
    private var waitingSince: NIODeadline?

    init(timeout: TimeAmount, minimumRate: Int) {
        self.timeout = timeout
        self.minimumRate = minimumRate
    }

    mutating func startWaiting(at now: NIODeadline) {
        waitingSince = now
    }

    mutating func receive(byteCount: Int, at now: NIODeadline) {
        received += byteCount
        if let since = waitingSince { waited = waited + (now - since) }
        waitingSince = nil
    }

    /// Too slow when silent for the timeout, or when the rate is too low after as long was spent waiting in all.
    func judge(at now: NIODeadline) -> Verdict {
        guard let since = waitingSince else { return .goOn }
        let silence = now - since
        if silence >= timeout { return .tooSlow }
        let total = waited + silence
        guard total >= timeout else { return .goOn }
        let expected = Double(minimumRate) * Double(total.nanoseconds) / 1e9
        return Double(received) < expected ? .tooSlow : .goOn
    }
}
