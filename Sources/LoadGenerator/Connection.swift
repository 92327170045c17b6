import Glibc

/// A keep-alive HTTP/1.1 connection with blocking calls, for one thread.
struct Connection: ~Copyable {
    private let descriptor: Int32
    /// Received bytes, of which `start..<end` are not consumed.
    private let buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// Large enough that a big body costs few calls, small enough to stay in a core's cache.
    private static let bufferByteCount = 256 * 1024
    /// A server that takes longer than this for any one call is taken for broken.
    private static let timeoutSeconds = 120

    init(to address: SocketAddress) throws(LoadError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        buffer = .allocate(byteCount: Self.bufferByteCount, alignment: 64)
        guard descriptor >= 0 else { throw LoadError("socket: \(String(cString: strerror(errno)))") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var timeout = timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        guard address.connect(descriptor) else { throw LoadError("connect: \(String(cString: strerror(errno)))") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        buffer.deallocate()
    }

    /// Sends all of the pieces.
    func send(_ pieces: [UnsafeRawBufferPointer]) throws(LoadError) {
        var vectors = pieces.filter { !$0.isEmpty }.map {
            iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
        }[...]
        while !vectors.isEmpty {
            var message = msghdr()
            let sent = vectors.withUnsafeMutableBufferPointer { vectors in
                message.msg_iov = vectors.baseAddress
                message.msg_iovlen = vectors.count
                return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw LoadError("send: \(String(cString: strerror(errno)))") }
            var rest = sent
            while let first = vectors.first, rest >= first.iov_len {
                rest -= first.iov_len
                vectors.removeFirst()
            }
            if rest > 0 {
                vectors[vectors.startIndex].iov_base += rest
                vectors[vectors.startIndex].iov_len -= rest
            }
        }
    }

    /// Receives one answer and hands its body over, piece by piece.
    mutating func receive(
        _ consume: (UnsafeRawBufferPointer) throws(LoadError) -> Void
    ) throws(LoadError) -> ResponseHead {
        var head: ResponseHead
        repeat { head = try ResponseHead(try block(until: "\r\n\r\n")) } while head.status < 200
        if head.isChunked {
            while case let count = try chunkSize(), count > 0 {
                try take(count, consume)
                _ = try block(until: "\r\n")
            }
            _ = try block(until: "\r\n")
        } else {
            try take(head.contentLength, consume)
        }
        return head
    }

    private mutating func chunkSize() throws(LoadError) -> Int {
        let line = try block(until: "\r\n")
        guard let count = Int(line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\r") }.text, radix: 16)
        else {
            throw LoadError("a chunk without a size")
        }
        return count
    }

    private mutating func take(
        _ count: Int, _ consume: (UnsafeRawBufferPointer) throws(LoadError) -> Void
    ) throws(LoadError) {
        var remaining = count
        while remaining > 0 {
            if start == end { try fill() }
            let piece = min(remaining, end - start)
            try consume(UnsafeRawBufferPointer(rebasing: buffer[start..<start + piece]))
            start += piece
            remaining -= piece
        }
    }

    /// Consumes and returns what comes up to and with the mark.
    private mutating func block(until mark: StaticString) throws(LoadError) -> Slice<UnsafeRawBufferPointer> {
        while true {
            let received = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
            if let found = received.firstIndex(of: mark) {
                let first = start
                start += found + mark.utf8CodeUnitCount
                return UnsafeRawBufferPointer(buffer)[first..<start]
            }
            guard end - start < buffer.count else { throw LoadError("a head that is too long") }
            try fill()
        }
    }

    private mutating func fill() throws(LoadError) {
        if start == end {
            (start, end) = (0, 0)
        } else if end == buffer.count {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            (start, end) = (0, end - start)
        }
        let received = recv(descriptor, buffer.baseAddress! + end, buffer.count - end, 0)
        guard received > 0 else {
            throw LoadError(
                received == 0 ? "the server closed the connection" : "recv: \(String(cString: strerror(errno)))")
        }
        end += received
    }
}

/// An IPv4 address to connect to.
struct SocketAddress {
    private var address = sockaddr_in()

    /// - Parameter text: Like `127.0.0.1:9000`.
    init?(_ text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { return nil }
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, String(parts[0]), &address.sin_addr) == 1 else { return nil }
    }

    func connect(_ descriptor: Int32) -> Bool {
        withUnsafeBytes(of: address) { bytes in
            let generic = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return Glibc.connect(descriptor, generic, socklen_t(bytes.count)) == 0
        }
    }
}
