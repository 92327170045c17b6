import Foundation
import NIOCore
import Testing

@testable import DriveIO

@Suite struct FileDriveTests {
    let directory: TemporaryDirectory
    let drive: FileDrive

    init() throws {
        directory = try TemporaryDirectory()
        drive = FileDrive(path: directory.path)
    }

    private var group: String { "shards/" + shardName(1).text.prefix(47) }

    @Test func `a fresh file system is blank, anything else is not`() throws {
        try directory.makeDirectory("lost+found")
        try directory.write("{", to: "magstore.json.new")
        #expect(try drive.isBlank())
        try directory.write("", to: "notes.txt")
        #expect(try !drive.isBlank())
    }

    @Test func `a missing directory is named`() throws {
        try directory.remove("")
        #expect(code { () throws(DriveError) in _ = try drive.identity() } == .notFound)
        #expect(code { () throws(DriveError) in _ = try drive.isBlank() } == .notFound)
        #expect(code { () throws(DriveError) in _ = try drive.mount() } == .notFound)
        #expect(code { () throws(DriveError) in _ = try drive.space() } == .notFound)
        do throws(DriveError) {
            try drive.lock()
            Issue.record("locked a directory that is not there")
        } catch {
            #expect(error.code == .notFound)
            #expect(error.message.contains(directory.path) && error.errorNumber == ENOENT)
        }
    }

    @Test func `a directory is made with those above it`() throws {
        let deep = FileDrive(path: directory.path + "/a/b c//d/")
        try deep.createDirectory()
        try deep.createDirectory()
        #expect(try deep.isBlank())
    }

    @Test func `the lock names its holder`() throws {
        try drive.lock()
        do throws(DriveError) {
            try FileDrive(path: directory.path).lock()
            Issue.record("two have the lock")
        } catch {
            #expect(error.message == "\(directory.path) is in use by this process")
        }
        try directory.write("4194304\n", to: "magstore.lock")
        do throws(DriveError) {
            try FileDrive(path: directory.path).lock()
        } catch {
            #expect(error.message == "\(directory.path) is in use by process 4194304")
        }
    }

    // MARK: Place

    @Test func `RocksDB may replace CURRENT`() throws {
        try prepareIndex()
        try drive.rememberPlace()
        try directory.write("MANIFEST-000002\n", to: "index/CURRENT.new")
        try directory.remove("index/CURRENT")
        #expect(code { () throws(DriveError) in try drive.checkPlace() } == .vanished)
        #expect(rename(directory.path + "/index/CURRENT.new", directory.path + "/index/CURRENT") == 0)
        try drive.checkPlace()
    }

    @Test(arguments: ["magstore.json", "index", "index/CURRENT", ""])
    func `what was wiped has vanished`(name: String) throws {
        try prepareIndex()
        try drive.rememberPlace()
        try drive.checkPlace()
        try directory.remove(name)
        #expect(code { () throws(DriveError) in try drive.checkPlace() } == .vanished)
    }

    @Test func `another directory in the same place is noticed`() throws {
        try prepareIndex()
        try drive.rememberPlace()
        let moved = directory.path + "-moved"
        defer { try? FileManager.default.removeItem(atPath: moved) }
        #expect(rename(directory.path, moved) == 0)
        try FileManager.default.copyItem(atPath: moved, toPath: directory.path)
        #expect(code { () throws(DriveError) in try drive.checkPlace() } == .vanished)
        #expect(code { () throws(DriveError) in try FileDrive(path: moved).checkPlace() } == .vanished)
    }

    private func prepareIndex() throws {
        try drive.setIdentity([1])
        try directory.makeDirectory("index")
        try directory.write("MANIFEST-000001\n", to: "index/CURRENT")
    }

    @Test func `mount points are told apart`() throws {
        #expect(try FileDrive(path: "/").mount().isMountPoint)
        #expect(try FileDrive(path: "/proc").mount().isMountPoint)
        #expect(try !drive.mount().isMountPoint)
        #expect(try FileDrive(path: "/proc").mount().device != drive.mount().device)
    }

    @Test func `damaged indexes are kept, each of them`() throws {
        try drive.setIdentity([1])
        #expect(code { () throws(DriveError) in try drive.quarantineIndex() } == .notFound)
        for number in 1...3 {
            try directory.makeDirectory("index")
            try directory.write("\(number)", to: "index/CURRENT")
            try drive.quarantineIndex()
            #expect(directory.names("quarantine/index-\(number)") == ["CURRENT"])
        }
        #expect(!directory.names().contains("index"))
    }

    // MARK: Shards

    @Test func `leftovers of a crash are removed before the first shard`() throws {
        try drive.setIdentity([1])
        let unfinished = try drive.createShard(shardName(1))
        try unfinished.append(buffer("bytes"))
        #expect(directory.names("incoming").count == 1)
        let next = FileDrive(path: directory.path)
        try next.write(shardName(2), "bytes")
        #expect(directory.names("incoming") == [])
        #expect(code { () throws(DriveError) in try unfinished.finish() } != nil)
        #expect(try next.allNames() == [shardName(2)])
    }

    @Test func `only the last groups stay when they become empty`() throws {
        try drive.setIdentity([1])
        for group in 0..<10 { try drive.write(shardName(group * 4096), "bytes") }
        #expect(directory.names("shards").count == 10)
        try drive.removeShards((0..<10).map { shardName($0 * 4096) })
        #expect(directory.names("shards").count == 8)
        try FileDrive(path: directory.path).removeShards((0..<10).map { shardName($0 * 4096) })
        #expect(directory.names("shards") == [])
        // The drive still takes this group for made.
        try drive.write(shardName(9 * 4096), "again")
        #expect(try drive.text(shardName(9 * 4096)) == "again")
    }

    @Test func `foreign files among the shards are not listed`() throws {
        try drive.setIdentity([1])
        try drive.write(shardName(1), "bytes")
        for name in ["shards/notes.txt", "shards/0123", group + "/ffff", group + "/x.tmp"] {
            try directory.write("", to: name)
        }
        #expect(code { () throws(DriveError) in _ = try drive.shardNames(after: nil, limit: 10) } == nil)
        #expect(try drive.shardNames(after: nil, limit: 10) == [shardName(1)])
    }

    @Test func `directories that were removed come back only with an identity`() throws {
        try drive.setIdentity([1])
        try drive.write(shardName(1), "bytes")
        try directory.remove("incoming")
        #expect(code { () throws(DriveError) in _ = try drive.createShard(shardName(2)) } == .vanished)
        try drive.write(shardName(2), "bytes")
        try directory.remove("incoming")
        try directory.remove("magstore.json")
        for _ in 1...2 {
            #expect(code { () throws(DriveError) in _ = try drive.createShard(shardName(2)) } == .vanished)
        }
        #expect(directory.names("incoming") == [])
    }

    @Test func `a large shard is written back early and read from the cache`() throws {
        try drive.setIdentity([1])
        let writer = try drive.createShard(shardName(1))
        let mebibyte = ByteBuffer(repeating: 7, count: 1 << 20)
        for _ in 0..<9 { try writer.append(mebibyte) }
        try writer.finish()
        let reader = try drive.openShard(shardName(1))
        #expect(reader.byteCount == 9 << 20)
        let cached = reader.readCached(at: 3 << 20, count: 1 << 20)
        #expect(cached == nil || cached == mebibyte)
    }

    @Test func `writers and removers of one group do not get in each other's way`() async throws {
        try drive.setIdentity([1])
        // Without its memory of groups, every removal may take the directory away under a writer.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<40 {
                        let name = shardName(task * 100 + round)
                        try drive.write(name, "bytes")
                        #expect(try drive.text(name) == "bytes")
                        try FileDrive(path: directory.path).removeShards([name])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try drive.allNames() == [])
        #expect(directory.names("incoming") == [])
    }

    // MARK: Failures

    @Test func `a failed write fails the writer for good`() throws {
        let writer = try self.writer(on: "/dev/full")
        for _ in 1...2 {
            #expect(code { () throws(DriveError) in try writer.append(buffer("bytes")) } == .full)
        }
        #expect(code { () throws(DriveError) in try writer.finish() } == .full)
        writer.discard()
        #expect(code { () throws(DriveError) in try writer.finish() } == .closed)
    }

    @Test func `a failed sync fails the writer for good, though the next one would succeed`() throws {
        // A sync of a terminal or a null device is refused.
        let writer = try self.writer(on: "/dev/null")
        try writer.append(buffer("bytes"))
        for _ in 1...2 {
            #expect(code { () throws(DriveError) in try writer.finish() } == .inputOutput)
        }
        #expect(code { () throws(DriveError) in try writer.append(buffer("bytes")) } == .inputOutput)
    }

    @Test func `a failed sync ends all changes through this handle`() throws {
        try drive.setIdentity([1])
        try drive.write(shardName(1), "bytes")
        let other = try drive.createShard(shardName(2))
        let writer = try self.writer(on: "/dev/null", directories: drive.directories)
        #expect(code { () throws(DriveError) in try writer.finish() } == .inputOutput)
        #expect(code { () throws(DriveError) in try other.finish() } == .inputOutput)
        #expect(code { () throws(DriveError) in _ = try drive.createShard(shardName(3)) } == .inputOutput)
        #expect(code { () throws(DriveError) in try drive.removeShards([shardName(1)]) } == .inputOutput)
        #expect(code { () throws(DriveError) in try drive.setIdentity([2]) } == .inputOutput)
        #expect(try drive.text(shardName(1)) == "bytes", "reading goes on")
        try FileDrive(path: directory.path).write(shardName(2), "bytes")
    }

    @Test func `a full drive still removes`() throws {
        try drive.setIdentity([1])
        try drive.write(shardName(1), "bytes")
        let writer = try self.writer(on: "/dev/full", directories: drive.directories)
        #expect(code { () throws(DriveError) in try writer.append(buffer("bytes")) } == .full)
        try drive.removeShards([shardName(1)])
        #expect(try drive.allNames() == [])
    }

    private func writer(on device: String, directories: ShardDirectories? = nil) throws -> FileShardWriter {
        let descriptor = try Descriptor(opening: device, for: .lock)
        return FileShardWriter(
            descriptor, path: directory.path + "/none", name: shardName(1),
            directories: directories ?? ShardDirectories(drive: directory.path))
    }

    @Test(
        arguments: [
            (ENOSPC, .full), (EDQUOT, .full), (EROFS, .readOnly), (EIO, .inputOutput), (EMFILE, .tooManyOpenFiles),
            (ENFILE, .tooManyOpenFiles), (EACCES, .denied), (EPERM, .denied), (ENOENT, .notFound), (ENODEV, .vanished),
            (EUCLEAN, .inputOutput),
        ] as [(Int32, DriveError.Code)])
    func `an error number has its code`(number: Int32, code: DriveError.Code) {
        let error = DriveError(Errno(number), "write", "/drive/file")
        #expect(error.code == code)
        #expect(error.errorNumber == number)
        #expect(error.message.hasPrefix("cannot write /drive/file: "))
    }

    @Test func `the descriptor limit is raised to the hard one`() {
        let limit = DescriptorLimit.raise()
        #expect(limit.soft == limit.hard && limit.soft >= 1024)
        #expect(DescriptorLimit.raise() == limit)
    }
}
