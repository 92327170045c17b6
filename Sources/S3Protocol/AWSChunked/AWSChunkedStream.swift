package import NIOCore
package import StorageAPI
import Synchronization

/// The content of a body that is in aws-chunked form. Throws ``S3Error`` and what the body throws.
package final class AWSChunkedStream: ByteStream {
    private struct State: ~Copyable {
        var decoder: AWSChunkedDecoder?
        var input = ByteBuffer()
        var trailers: [(name: String, value: String)] = []
    }

    private let body: any ByteStream
    private let state: Mutex<State>

    package init(_ body: any ByteStream, decoder: consuming sending AWSChunkedDecoder) {
        self.body = body
        state = Mutex(State(decoder: decoder))
    }

    /// The trailers but for their signature, names in lower case. Known after `next` has answered nil.
    package var trailers: [(name: String, value: String)] {
        state.withLock { $0.trailers }
    }

    package func next() async throws -> ByteBuffer? {
        while true {
            if let data = try decode() { return data }
            guard let input = try await body.next() else {
                try finish()
                return nil
            }
            state.withLock { $0.input = input }
        }
    }

    private func decode() throws -> ByteBuffer? {
        try state.withLock { state throws in
            do throws(AWSChunkedError) {
                guard case .data(let data)? = try state.decoder?.decode(&state.input) else { return nil }
                return data
            } catch {
                throw S3Error(error)
            }
        }
    }

    private func finish() throws {
        try state.withLock { state throws in
            do throws(AWSChunkedError) {
                guard let decoder = state.decoder.take() else { return }
                state.trailers = try decoder.finish()
            } catch {
                throw S3Error(error)
            }
        }
    }
}
