extension ErasureStore {
    /// The on-disk format that this build writes, and the newest that it reads.
    package static var formatVersion: Int { DriveIdentity.currentFormat }
}
