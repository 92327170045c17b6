/// What an ``ObjectStore`` throws. The front translates `code` exhaustively; clients never see `cause`, logs do.
package struct StoreError: Error, Sendable {
    package enum Code: Hashable, Sendable, CaseIterable {
        case noSuchBucket
        case bucketExists
        case bucketNotEmpty
        /// The bucket is being deleted at this moment: try again.
        case bucketClosing
        case tooManyBuckets
        case noSuchKey
        case noSuchUpload
        /// A part that Complete names is not there.
        case invalidPart
        /// A precondition on the current object does not hold.
        case preconditionFailed
        /// `If-Match` on a key that is not there.
        case preconditionMissingKey
        /// The copy's source changed between lookup and commit: look it up again.
        case sourceChanged
        /// The upload changed while it was being completed: try again.
        case conflict
        /// The reserve of space would be touched.
        case storageFull
        /// More than the store can do now; nothing was changed. Try again.
        case overloaded
        /// Too few drives; nothing was changed.
        case unavailable
        /// The answer of the drives did not come: the write may or may not take effect.
        case outcomeUnknown
        /// What is stored can not be read with the drives that are present.
        case unreadable
        /// The body threw, or its `seal`: `cause` holds what.
        case bodyFailed
        /// The body ended before, or went on after, the promised length.
        case lengthMismatch
        /// A document was not in the expected state.
        case documentConflict
        case noSuchPool
        /// Nothing could go anywhere else.
        case lastPool
    }

    package let code: Code
    package let message: String
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String = "", cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
