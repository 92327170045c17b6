import StorageAPI

/// Which set of a deployment a key belongs to. Part of the on-disk format: never change it for existing pools.
enum Placement {
    /// FNV-1a over the bucket id and the key, finished with a mixer so that the low bits are even.
    static func hash(_ bucket: BucketID, _ key: ObjectKey) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var identifier = bucket.value
        for _ in 0..<8 {
            hash = (hash ^ (identifier >> 56)) &* 0x100_0000_01b3
            identifier <<= 8
        }
        for byte in key.bytes {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return mix(hash)
    }

    static func setIndex(_ bucket: BucketID, _ key: ObjectKey, setCount: Int) -> Int {
        setCount == 1 ? 0 : Int(hash(bucket, key) % UInt64(setCount))
    }

    /// The finisher of SplitMix64: every input bit reaches every output bit.
    static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
