import DriveIO
import NIOCore
import SimulatedDrives
import Testing

/// A drive with its medium, of each implementation.
enum DriveKind: CaseIterable, Sendable {
    case files
    case memory

    func withDrive(_ body: (any Drive, _ reopen: @escaping () -> any Drive) throws -> Void) throws {
        switch self {
        case .memory:
            let medium = InMemoryDriveMedium(path: "memory")
            try body(medium.open()) { medium.open() }
        case .files:
            let directory = try TemporaryDirectory()
            try withExtendedLifetime(directory) {
                try body(FileDrive(path: directory.path)) { FileDrive(path: directory.path) }
            }
        }
    }

    /// With an identity, as a formatted drive has.
    func withFormattedDrive(_ body: (any Drive, _ reopen: @escaping () -> any Drive) throws -> Void) throws {
        try withDrive { drive, reopen in
            try drive.setIdentity([1])
            try body(drive, reopen)
        }
    }
}

func shardName(_ counter: Int) -> ShardName {
    let digits = String(counter, radix: 16)
    let padded = String(repeating: "0", count: 16 - digits.count) + digits
    return ShardName("0000000000000001-00000000000000ab-" + padded)
}

func buffer(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

func code(_ body: () throws(DriveError) -> Void) -> DriveError.Code? {
    do throws(DriveError) {
        try body()
        return nil
    } catch {
        return error.code
    }
}

extension DriveError.Code: Error {}

extension ShardReader {
    func reading(_ offset: Int, _ count: Int) -> Result<ByteBuffer, DriveError.Code> {
        Result { () throws(DriveError) in try read(at: UInt64(offset), count: count) }.mapError(\.code)
    }
}

extension Drive {
    func write(_ name: ShardName, _ text: String) throws {
        let writer = try createShard(name)
        try writer.append(buffer(text))
        try writer.finish()
    }

    func text(_ name: ShardName) throws -> String {
        let reader = try openShard(name)
        return String(buffer: try reader.read(at: 0, count: Int(reader.byteCount)))
    }

    func allNames(page: Int = 100) throws -> [ShardName] {
        var names: [ShardName] = []
        while true {
            let more = try shardNames(after: names.last, limit: page)
            names += more
            if more.count < page { return names }
        }
    }
}

@Suite struct DriveContractTests {
    // MARK: Identity and place

    @Test(arguments: DriveKind.allCases)
    func `a new drive is blank and has no identity`(kind: DriveKind) throws {
        try kind.withDrive { drive, _ in
            #expect(try drive.identity() == nil)
            #expect(try drive.isBlank())
            try drive.lock()
            #expect(try drive.isBlank(), "a lock does not make a drive somebody's")
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `an identity is replaced and read back after reopening`(kind: DriveKind) throws {
        try kind.withDrive { drive, reopen in
            try drive.setIdentity([1, 2, 3])
            #expect(try !drive.isBlank())
            try drive.setIdentity([4, 5])
            #expect(try drive.identity() == [4, 5])
            #expect(try reopen().identity() == [4, 5])
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `only one has the lock, until it closes`(kind: DriveKind) throws {
        try kind.withDrive { drive, reopen in
            try drive.lock()
            try drive.lock()
            let other = reopen()
            #expect(code { () throws(DriveError) in try other.lock() } == .locked)
            drive.close()
            try other.lock()
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `the place is as remembered, also after the identity was replaced`(kind: DriveKind) throws {
        try kind.withDrive { drive, _ in
            #expect(code { () throws(DriveError) in try drive.rememberPlace() } == .vanished)
            #expect(code { () throws(DriveError) in try drive.checkPlace() } == .vanished)
            try drive.setIdentity([1])
            try drive.rememberPlace()
            try drive.checkPlace()
            try drive.setIdentity([2])
            try drive.checkPlace()
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `space and mount are known`(kind: DriveKind) throws {
        try kind.withDrive { drive, _ in
            let space = try drive.space()
            #expect(space.available <= space.total && space.total > 0)
            #expect(try drive.mount() == drive.mount())
        }
    }

    // MARK: Shards

    @Test(arguments: DriveKind.allCases)
    func `a finished shard is read back in any piece`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, reopen in
            let writer = try drive.createShard(shardName(7))
            try writer.append(buffer("hello "))
            try writer.append(buffer(""))
            try writer.append(buffer("world"))
            try writer.finish()
            let reader = try reopen().openShard(shardName(7))
            #expect(reader.byteCount == 11)
            for start in 0...11 {
                for count in 0...(11 - start) {
                    let expected = String("hello world".dropFirst(start).prefix(count))
                    #expect(String(buffer: try reader.read(at: UInt64(start), count: count)) == expected)
                    if let cached = reader.readCached(at: UInt64(start), count: count) {
                        #expect(String(buffer: cached) == expected)
                    }
                }
            }
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `reading beyond the end is truncation`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            try drive.write(shardName(1), "0123456789")
            let reader = try drive.openShard(shardName(1))
            for (offset, count) in [(5, 6), (10, 1), (11, 1), (UInt64.max, 1), (UInt64(Int64.max), 4)]
                as [(UInt64, Int)]
            {
                #expect(code { () throws(DriveError) in _ = try reader.read(at: offset, count: count) } == .truncated)
                #expect(reader.readCached(at: offset, count: count) == nil)
            }
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `a shard without a byte is a shard`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            try drive.createShard(shardName(1)).finish()
            #expect(try drive.openShard(shardName(1)).byteCount == 0)
            #expect(try drive.allNames() == [shardName(1)])
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `a shard is nowhere to be seen until it is finished`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            let writer = try drive.createShard(shardName(1))
            try writer.append(buffer("bytes"))
            #expect(code { () throws(DriveError) in _ = try drive.openShard(shardName(1)) } == .notFound)
            #expect(try drive.allNames() == [])
            try writer.finish()
            writer.discard()
            #expect(try drive.text(shardName(1)) == "bytes")
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `a discarded or forgotten writer leaves nothing`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            let writer = try drive.createShard(shardName(1))
            try writer.append(buffer("bytes"))
            writer.discard()
            writer.discard()
            #expect(code { () throws(DriveError) in try writer.append(buffer("more")) } == .closed)
            #expect(code { () throws(DriveError) in try writer.finish() } == .closed)
            try drive.createShard(shardName(2)).append(buffer("bytes"))
            #expect(try drive.allNames() == [])
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `a finished writer takes no more`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            let writer = try drive.createShard(shardName(1))
            try writer.finish()
            #expect(code { () throws(DriveError) in try writer.append(buffer("more")) } == .closed)
            #expect(code { () throws(DriveError) in try writer.finish() } == .closed)
            #expect(try drive.text(shardName(1)) == "")
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `a rebuilt shard replaces a damaged one, whose readers keep it`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            try drive.write(shardName(1), "damaged")
            let old = try drive.openShard(shardName(1))
            try drive.write(shardName(1), "whole")
            #expect(try drive.text(shardName(1)) == "whole")
            #expect(String(buffer: try old.read(at: 0, count: 7)) == "damaged")
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `a late writer of the same shard harms nothing`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            let late = try drive.createShard(shardName(1))
            try late.append(buffer("wh"))
            try drive.write(shardName(1), "whole")
            late.discard()
            #expect(try drive.text(shardName(1)) == "whole")
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `removed shards are gone, and absent ones no error`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            try drive.removeShards([])
            try drive.removeShards([shardName(1)])
            for counter in [1, 2, 3, 5000] { try drive.write(shardName(counter), "bytes") }
            let reader = try drive.openShard(shardName(1))
            try drive.removeShards([1, 3, 4, 5000].map(shardName))
            #expect(try drive.allNames() == [shardName(2)])
            #expect(code { () throws(DriveError) in _ = try drive.openShard(shardName(1)) } == .notFound)
            #expect(String(buffer: try reader.read(at: 0, count: 5)) == "bytes", "an open shard stays readable")
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `a quarantined shard is still a shard until it is written again`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            #expect(code { () throws(DriveError) in _ = try drive.quarantineShard(shardName(1)) } == .notFound)
            for _ in 1...2 {
                try drive.write(shardName(1), "bytes")
                let isKept = try drive.quarantineShard(shardName(1))
                #expect(isKept)
                #expect(try drive.text(shardName(1)) == "bytes")
            }
            try drive.write(shardName(1), "again")
            #expect(try drive.text(shardName(1)) == "again")
            try drive.removeShards([shardName(1)])
            #expect(try drive.allNames() == [])
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `an inspected shard reads like any other, and answers nothing from the cache`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            #expect(code { () throws(DriveError) in _ = try drive.inspectShard(shardName(1)) } == .notFound)
            let bytes = (0..<20_011).map { number in UInt8(truncatingIfNeeded: number * 31 + number / 256) }
            let writer = try drive.createShard(shardName(1))
            try writer.append(ByteBuffer(bytes: bytes))
            try writer.finish()
            let reader = try drive.inspectShard(shardName(1))
            #expect(reader.byteCount == 20_011)
            let ranges = [(0, 20_011), (0, 1), (1, 4096), (4095, 2), (4096, 8192), (20_010, 1), (16_384, 3627)]
            for (offset, count) in ranges {
                #expect(reader.reading(offset, count) == .success(ByteBuffer(bytes: bytes[offset..<offset + count])))
                #expect(reader.readCached(at: UInt64(offset), count: count) == nil)
            }
            #expect(reader.reading(20_011, 0) == .success(ByteBuffer()))
            for (offset, count) in [(0, 20_012), (20_011, 1), (1 << 40, 1)] {
                #expect(reader.reading(offset, count) == .failure(.truncated))
            }
        }
    }

    @Test(arguments: DriveKind.allCases, [1, 2, 3, 7, 100])
    func `names come in order, in pages of any size`(kind: DriveKind, page: Int) throws {
        try kind.withFormattedDrive { drive, _ in
            #expect(try drive.allNames(page: page) == [])
            let names =
                [1, 2, 4095, 4096, 4097, 8191, 8192, 1_000_000].map(shardName)
                + ["a", "ab", "-", "0000000000000001-00000000000000ac-0000000000000000"].map(ShardName.init)
            for name in names.reversed() { try drive.write(name, "") }
            #expect(try drive.allNames(page: page) == names.sorted())
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `a drive without identity takes no shards`(kind: DriveKind) throws {
        try kind.withDrive { drive, _ in
            #expect(code { () throws(DriveError) in _ = try drive.createShard(shardName(1)) } == .vanished)
            let isBlank = try drive.isBlank()
            #expect(isBlank)
        }
    }

    @Test(arguments: DriveKind.allCases)
    func `a closed drive takes no changes`(kind: DriveKind) throws {
        try kind.withFormattedDrive { drive, _ in
            drive.close()
            #expect(code { () throws(DriveError) in _ = try drive.createShard(shardName(1)) } == .closed)
            #expect(code { () throws(DriveError) in try drive.removeShards([shardName(1)]) } == .closed)
            #expect(code { () throws(DriveError) in _ = try drive.quarantineShard(shardName(1)) } == .closed)
        }
    }
}
