internal import CPosix
internal import Glibc

/// A thread of our own, for what blocks or must not wait for the shared pool.
package enum Thread {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts a detached thread. A process that cannot have one more thread cannot go on, and traps.
    ///
    /// - Parameter name: for `top -H`; Linux keeps 15 bytes.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(name: name, run: body)).toOpaque()
        let failure = pthread_create(&thread, nil, enter, context)
        precondition(failure == 0, "cannot start a thread: \(String(cString: strerror(failure)))")
        pthread_detach(thread)
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        magstore_name_thread(String(body.name.prefix(15)))
        body.run()
        return nil
    }
}
