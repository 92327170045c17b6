import DriveIO
import FoundationEssentials
package import MetadataIndex

/// `magstore.json`: who a drive is. Written at format time, never changed but from `forming`
/// or `joining` to `formed`.
package struct DriveIdentity: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        /// Creation has begun; if no drive is `formed`, it starts again.
        case forming
        /// Made for a slot whose drive is gone, and not yet known to be taken in: until then nothing on it counts.
        case joining
        case formed
    }

    package static let currentFormat = 1

    package var format: Int
    package var state: State
    /// Names the deployment: hexadecimal.
    package var deployment: String
    package var pool: Int
    package var poolCount: Int
    package var set: Int
    /// Sets in the pool.
    package var setCount: Int
    package var slot: Int
    /// The drive's own uuid.
    package var drive: String
    package var dataShards: Int
    package var parityShards: Int
    package var unitByteCount: Int
    /// The path was the root of a mounted file system when it was formatted, and must be one ever after.
    package var isMountPoint: Bool

    package var shape: SetShape {
        SetShape(dataShards: dataShards, parityShards: parityShards, unitByteCount: unitByteCount)
    }

    package var uuid: DriveUUID? { DriveUUID(text: drive) }

    /// - Throws: ``IdentityError`` when the bytes are not an identity that this build can serve.
    package init(decoding bytes: [UInt8]) throws(IdentityError) {
        struct Format: Decodable { var format: Int }
        let decoder = JSONDecoder()
        guard let format = try? decoder.decode(Format.self, from: Data(bytes)) else {
            throw IdentityError("magstore.json is damaged")
        }
        guard format.format <= Self.currentFormat else {
            throw IdentityError(
                "the drive has format \(format.format), and this build knows up to \(Self.currentFormat): "
                    + "use a newer build", isDamage: false)
        }
        guard let identity = try? decoder.decode(DriveIdentity.self, from: Data(bytes)), identity.isSensible else {
            throw IdentityError("magstore.json is damaged")
        }
        self = identity
    }

    package init(
        state: State, deployment: String, pool: Int, poolCount: Int, set: Int, setCount: Int, slot: Int,
        drive: DriveUUID, shape: SetShape, isMountPoint: Bool
    ) {
        format = Self.currentFormat
        self.state = state
        self.deployment = deployment
        self.pool = pool
        self.poolCount = poolCount
        self.set = set
        self.setCount = setCount
        self.slot = slot
        self.drive = drive.text
        dataShards = shape.dataShards
        parityShards = shape.parityShards
        unitByteCount = shape.unitByteCount
        self.isMountPoint = isMountPoint
    }

    /// The same drive, known to be taken in.
    var confirmed: DriveIdentity {
        var identity = self
        identity.state = .formed
        return identity
    }

    package var encoded: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(self) else { preconditionFailure("an identity encodes") }
        return Array(data) + [UInt8(ascii: "\n")]
    }

    private var isSensible: Bool {
        (1...SetShape.maximumDriveCount).contains(dataShards) && (0..<SetShape.maximumDriveCount).contains(parityShards)
            && dataShards + parityShards <= SetShape.maximumDriveCount
            && (0..<(dataShards + parityShards)).contains(slot)
            && unitByteCount > 0 && (0..<poolCount).contains(pool) && (0..<setCount).contains(set) && uuid != nil
    }
}

package struct IdentityError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// The file is not what it was, as opposed to one that a newer build wrote.
    package let isDamage: Bool

    init(_ description: String, isDamage: Bool = true) {
        self.description = description
        self.isDamage = isDamage
    }
}
