import Glibc

/// A thread that runs one client to its end.
struct ClientThread {
    private let client: Client
    private let thread: pthread_t

    init(_ client: Client) throws(LoadError) {
        self.client = client
        var thread = pthread_t()
        let context = Unmanaged.passRetained(client).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Client>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context)
        guard code == 0 else {
            Unmanaged<Client>.fromOpaque(context).release()
            throw LoadError("pthread_create: \(String(cString: strerror(code)))")
        }
        self.thread = thread
    }

    /// Waits for the client's end; afterwards nobody else touches it.
    func join() throws(LoadError) -> Client.Tally {
        pthread_join(thread, nil)
        if let failure = client.tally.failure { throw failure }
        return client.tally
    }
}
