// Keys of what belongs to a bucket. A bucket is its id, not its name, which may be used again.

/// `heads`: eight bytes of bucket id, the object's key as it is. Orders as a listing does.
package struct HeadKey: IndexKey {
    package var bucket: UInt64
    package var key: [UInt8]

    package init(bucket: UInt64, key: [UInt8]) {
        self.bucket = bucket
        self.key = key
    }

    package var bytes: [UInt8] { Self.prefix(bucket: bucket, keyPrefix: key) }

    package init(parsing bytes: [UInt8]) throws(RecordError) {
        var parser = KeyParser(bytes)
        bucket = try parser.integer()
        key = parser.remaining()
    }

    /// What the rows of a bucket begin with whose object keys begin with `keyPrefix`.
    package static func prefix(bucket: UInt64, keyPrefix: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + keyPrefix.count)
        bytes.append(bigEndian: bucket)
        bytes.append(contentsOf: keyPrefix)
        return bytes
    }
}

/// `versions`: bucket, key, then the newest version first.
package struct VersionKey: IndexKey {
    package var bucket: UInt64
    package var key: [UInt8]
    /// Grows with every version of a key. Written inverted.
    package var stamp: UInt64

    package init(bucket: UInt64, key: [UInt8], stamp: UInt64) {
        self.bucket = bucket
        self.key = key
        self.stamp = stamp
    }

    package var bytes: [UInt8] {
        var bytes = Self.prefix(bucket: bucket, key: key)
        bytes.append(bigEndian: ~stamp)
        return bytes
    }

    package init(parsing bytes: [UInt8]) throws(RecordError) {
        var parser = KeyParser(bytes)
        bucket = try parser.integer()
        key = try parser.escaped()
        stamp = ~(try parser.integer())
        try parser.end()
    }

    /// What the versions of exactly this key begin with.
    package static func prefix(bucket: UInt64, key: [UInt8]) -> [UInt8] {
        escapedKeyPrefix(bucket: bucket, key: key)
    }

    /// What the versions of all keys with this prefix begin with.
    package static func prefix(bucket: UInt64, keyPrefix: [UInt8] = []) -> [UInt8] {
        escapedKeyPrefix(bucket: bucket, keyPrefix: keyPrefix)
    }
}

/// `uploads`: bucket, key, upload id.
package struct UploadKey: IndexKey {
    package var bucket: UInt64
    package var key: [UInt8]
    package var upload: String

    package init(bucket: UInt64, key: [UInt8], upload: String) {
        self.bucket = bucket
        self.key = key
        self.upload = upload
    }

    package var bytes: [UInt8] {
        var bytes = Self.prefix(bucket: bucket, key: key)
        bytes.append(contentsOf: upload.utf8)
        return bytes
    }

    package init(parsing bytes: [UInt8]) throws(RecordError) {
        var parser = KeyParser(bytes)
        bucket = try parser.integer()
        key = try parser.escaped()
        upload = try parser.remainingText()
    }

    /// What the uploads to exactly this key begin with.
    package static func prefix(bucket: UInt64, key: [UInt8]) -> [UInt8] {
        escapedKeyPrefix(bucket: bucket, key: key)
    }

    /// What the uploads to all keys with this prefix begin with.
    package static func prefix(bucket: UInt64, keyPrefix: [UInt8] = []) -> [UInt8] {
        escapedKeyPrefix(bucket: bucket, keyPrefix: keyPrefix)
    }
}

/// `parts`: upload id, number. The parts of an upload are neighbours, ascending by number.
package struct PartKey: IndexKey {
    package var upload: String
    package var number: UInt16

    package init(upload: String, number: UInt16) {
        self.upload = upload
        self.number = number
    }

    package var bytes: [UInt8] {
        var bytes = Self.prefix(upload: upload)
        bytes.append(bigEndian: number)
        return bytes
    }

    package init(parsing bytes: [UInt8]) throws(RecordError) {
        var parser = KeyParser(bytes)
        guard let upload = String(validating: try parser.escaped(), as: UTF8.self) else {
            throw RecordError("an upload id is not UTF-8")
        }
        self.upload = upload
        number = try parser.integer()
        try parser.end()
    }

    package static func prefix(upload: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(escaped: Array(upload.utf8))
        return bytes
    }
}

private func escapedKeyPrefix(bucket: UInt64, key: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(key.count + 64)
    bytes.append(bigEndian: bucket)
    bytes.append(escaped: key)
    return bytes
}

private func escapedKeyPrefix(bucket: UInt64, keyPrefix: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: bucket)
    bytes.append(escapedPrefix: keyPrefix)
    return bytes
}
