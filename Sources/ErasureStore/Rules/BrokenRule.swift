/// A rule that a test leaves out, to see that the simulation notices. Nothing but tests sets one.
///
/// Each case is looked at in the one place where its rule is carried out.
package enum BrokenRule: String, Hashable, Sendable, CaseIterable {
    /// Rule 4: answers when `W` members have the batch, not all.
    case answersAtQuorum
    /// Rule 7: keeps the highest batch, however few hold it.
    case keepsTheHighestBatch
    /// Rule 7: discards what it can not keep, also when it may have been acknowledged.
    case neverRefusesToStart
    /// Rule 1: an overwrite writes new bytes under the old data id.
    case overwritesInPlace
    /// Rule 4: readers see a batch when the first member has it.
    case publishesBeforeCommit
    /// Rule 9: a drive is no longer marked when its rows are copied, before the batch that takes it back.
    case clearsTheMarkEarly
    /// A drive takes a batch that does not follow its last one.
    case ignoresThePredecessor
    /// Rule 6: tries a failed sync again.
    case retriesFailedSyncs
    /// Rule 16: removes files when the batch that trashes them is written, not when it is committed.
    case reapsBeforeCommit
    /// Rule 16: removes files although a reader may still open them.
    case reapsUnderReaders
}
