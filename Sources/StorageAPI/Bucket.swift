/// A bucket's identity: never reused, so that an object of a deleted bucket can never appear in its successor.
package struct BucketID: Hashable, Comparable, Sendable {
    package let value: UInt64

    package init(_ value: UInt64) {
        self.value = value
    }

    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

package struct BucketInfo: Hashable, Sendable {
    package var name: BucketName
    package var id: BucketID
    package var created: Timestamp
    /// The region that the client asked for, empty for the default one.
    package var region: String

    package init(name: BucketName, id: BucketID, created: Timestamp, region: String) {
        self.name = name
        self.id = id
        self.created = created
        self.region = region
    }
}

/// Objects and bytes of a bucket, exact at a committed state.
package struct BucketUsage: Hashable, Sendable {
    package var objects: UInt64
    package var bytes: UInt64

    package init(objects: UInt64 = 0, bytes: UInt64 = 0) {
        self.objects = objects
        self.bytes = bytes
    }
}
