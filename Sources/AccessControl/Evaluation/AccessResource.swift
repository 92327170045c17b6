package import StorageAPI

/// What an action is done to, in the form that policies name it.
package struct AccessResource: Hashable, Sendable, CustomStringConvertible {
    /// What stands behind `arn:aws:s3:::`; a star where there is neither bucket nor object.
    let units: [Pattern.Unit]
    /// See ``StatementIndex``.
    let bucketFingerprint: UInt64

    package static let service = AccessResource(units: [UInt32(UInt8(ascii: "*"))])

    private init(units: [Pattern.Unit]) {
        self.units = units
        bucketFingerprint = StatementIndex.fingerprint(units)
    }

    package init(bucket: BucketName, key: ObjectKey? = nil) {
        var units = Pattern.units(bucket.text)
        bucketFingerprint = StatementIndex.fingerprint(units)
        if let key {
            units.append(UInt32(UInt8(ascii: "/")))
            // Keys are valid UTF-8.
            units += Pattern.units(String(decoding: key.bytes, as: UTF8.self))
        }
        self.units = units
    }

    package var description: String {
        let text = String(String.UnicodeScalarView(units.compactMap(Unicode.Scalar.init)))
        return self == .service ? text : "arn:aws:s3:::" + text
    }
}
