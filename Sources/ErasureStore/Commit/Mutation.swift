import StorageAPI

/// A change decided at its commit: evaluated against the published state and everything queued before it.
protocol Mutation: Sendable {
    associatedtype Outcome: Sendable

    /// Bytes it adds to a batch, roughly.
    var weight: Int { get }

    /// Stages rows and answers the outcome, or refuses by throwing; refused, it changes nothing.
    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> Outcome
}

extension Mutation {
    var weight: Int { 256 }
}

/// A mutation that waits for its batch.
final class QueuedMutation: Sendable {
    let weight: Int
    private let body: @Sendable (Evaluation) async -> Settlement

    /// Answers the client once the batch's fate is known. Success and refusal alike wait for it: a refusal may depend
    /// on a row that is in the batch.
    typealias Settlement = @Sendable (StoreError?) -> Void

    init<M: Mutation>(_ mutation: M, promise: Promise<Result<M.Outcome, StoreError>>) {
        weight = mutation.weight
        body = { evaluation in
            let result: Result<M.Outcome, StoreError>
            do throws(StoreError) {
                result = .success(try await mutation.evaluate(evaluation))
                evaluation.accept()
            } catch {
                result = .failure(error)
                evaluation.reject()
            }
            return { failure in
                promise.fulfil(failure.map { .failure($0) } ?? result)
            }
        }
        abandon = { promise.fulfil(.failure($0)) }
    }

    /// Answers the client without having been evaluated.
    let abandon: @Sendable (StoreError) -> Void

    func run(_ evaluation: Evaluation) async -> Settlement {
        await body(evaluation)
    }
}
