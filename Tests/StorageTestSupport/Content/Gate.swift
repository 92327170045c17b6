package import NIOCore
package import StorageAPI
import Synchronization

/// A point where tasks wait until a test opens it. Opened once, it stays open.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    package func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// A body that stops before its last byte: `reached` opens there, and it goes on when the test opens `proceed`.
package final class GatedBody: UploadBody {
    package let reached = Gate()
    package let proceed = Gate()
    private let bytes: ByteBuffer
    private let passed = Mutex(0)

    /// - Parameter bytes: at least one.
    package init(_ bytes: ByteBuffer) {
        precondition(bytes.readableBytes > 0, "nothing to stop before")
        self.bytes = bytes
    }

    package func next() async throws -> ByteBuffer? {
        let offset = passed.withLock { $0 }
        let left = bytes.readableBytes - offset
        guard left > 0 else { return nil }
        if left == 1 {
            reached.open()
            await proceed.wait()
        }
        let length = max(1, left - 1)
        passed.withLock { $0 += length }
        return bytes.getSlice(at: bytes.readerIndex + offset, length: length)
    }

    package func seal() async throws -> ContentSeal {
        ContentSeal(etag: ContentTag.of(bytes))
    }
}

extension ByteStream {
    /// Everything to the end. For tests: nothing bounds it.
    package func collect() async throws -> ByteBuffer {
        var all = ByteBuffer()
        while var chunk = try await next() {
            all.writeBuffer(&chunk)
        }
        return all
    }
}
