/// Asks several drives for one thing until enough have answered. One that fails or takes long is not waited for:
/// another is asked beside it, and the first answers win.
///
/// The asking begins with `init`, so that several races can run while the first is waited for.
final class Race<Answer: Sendable>: Sendable {
    /// Asks a candidate, which answers once at most, from any thread; nil: it has not got it.
    typealias Ask = @Sendable (_ candidate: Int, _ answer: @escaping @Sendable (Answer?) -> Void) -> Void

    private enum Event: Sendable {
        case answer(of: Int, Answer?)
        /// Nothing came for a while. Counts only in the wait that it was set for.
        case late(wait: Int)
    }

    private let favourite: Int?
    private let others: @Sendable () -> [Int]
    private let needed: Int
    private let clock: any StoreClock
    private let ask: Ask
    private let beginning: UInt64
    /// Without a favourite, the others in their order; the first `needed` of them are asked.
    private let field: [Int]?
    private let events = Mailbox<Event>()

    /// - Parameters:
    ///   - favourite: whose answer alone is enough. The others are asked only when it fails or is late.
    ///   - others: called when they are needed: in the order in which they are asked, `needed` of them at a time.
    ///   - needed: how many answers of others are enough.
    init(
        favourite: Int? = nil, others: @escaping @Sendable () -> [Int], needed: Int, clock: any StoreClock,
        ask: @escaping Ask
    ) {
        self.favourite = favourite
        self.others = others
        self.needed = needed
        self.clock = clock
        self.ask = ask
        beginning = clock.uptimeMilliseconds()
        field = favourite == nil ? others() : nil
        for candidate in asked { put(candidate) }
    }

    /// Who is asked at the beginning.
    private var asked: [Int] { field.map { Array($0.prefix(needed)) } ?? [favourite].compactMap { $0 } }

    private func put(_ candidate: Int) {
        ask(candidate) { [events] answer in events.post(.answer(of: candidate, answer)) }
    }

    /// The answers: the favourite's, or as many as are needed; fewer when nobody is left who could give one. For one
    /// caller, once.
    ///
    /// - Parameter late: told of each candidate that others are asked for in the place of.
    func answers(late: (Int) -> Void) async -> [Int: Answer] {
        var answers: [Int: Answer] = [:]
        var untried = field?.dropFirst(needed)
        // Asked, and neither late nor answered; asked and late.
        var awaited = Set(asked)
        var overdue: Set<Int> = []
        var (wait, lateWaits) = (0, 0)
        while true {
            wait += 1
            for event in await next(wait) {
                switch event {
                case .answer(let candidate, let answer):
                    awaited.remove(candidate)
                    overdue.remove(candidate)
                    answers[candidate] = answer
                case .late:
                    lateWaits += 1
                    for candidate in awaited.sorted() { late(candidate) }
                    overdue.formUnion(awaited)
                    awaited = []
                }
            }
            if let favourite, answers[favourite] != nil { return answers }
            if answers.count >= needed { return answers }
            if favourite.map(awaited.contains) != true {
                var rest = untried ?? others()[...]
                while answers.count + awaited.count < needed, let other = rest.popFirst() {
                    awaited.insert(other)
                    put(other)
                }
                untried = rest
            }
            if awaited.isEmpty && overdue.isEmpty || lateWaits >= EngineLimits.lateReads { return answers }
        }
    }

    /// What has come, or what comes next. A timer is set only where there is something to wait for; who was asked long
    /// before the first wait is late at once.
    private func next(_ wait: Int) async -> [Event] {
        let ready = current(events.drain(), wait)
        if !ready.isEmpty { return ready }
        let passed = wait == 1 ? clock.uptimeMilliseconds() - beginning : 0
        guard passed < EngineLimits.lateMilliseconds else { return [.late(wait: wait)] }
        clock.schedule(afterMilliseconds: EngineLimits.lateMilliseconds - passed) { [events] in
            events.post(.late(wait: wait))
        }
        while true {
            let news = current(await events.take(), wait)
            if !news.isEmpty { return news }
        }
    }

    /// Without timers that answers have overtaken: they must neither count nor begin a new wait, or each answer that
    /// came would postpone what is done about those that do not.
    private func current(_ events: [Event], _ wait: Int) -> [Event] {
        events.filter { event in
            if case .late(let expired) = event { expired == wait } else { true }
        }
    }
}
