package import NIOCore

/// Bytes that are pulled: nothing is produced before it is asked for, so that back-pressure reaches the socket.
///
/// One consumer at a time.
package protocol ByteStream: AnyObject, Sendable {
    /// The next bytes, never empty, or nil at the end. After an error or nil it is not called again.
    func next() async throws -> ByteBuffer?
}

/// What a client uploads. The front verifies what it passes and knows what the content is called.
package protocol UploadBody: ByteStream {
    /// Called once, after `next` answered nil and before anything is committed: the digests of what passed.
    ///
    /// - Throws: the front's error when what passed is not what was signed or promised; nothing is then committed.
    func seal() async throws -> ContentSeal
}
