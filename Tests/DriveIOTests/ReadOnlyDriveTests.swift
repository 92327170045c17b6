import Foundation
import NIOCore
import Testing

@testable import DriveIO

@Suite struct ReadOnlyDriveTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        let drive = FileDrive(path: directory.path)
        try drive.lock()
        try drive.setIdentity(Array("me".utf8))
        let writer = try drive.createShard(shardName(1))
        try writer.append(ByteBuffer(string: "bytes"))
        try writer.finish()
        drive.close()
    }

    @Test func `everything is read and nothing is changed`() throws {
        let before = directory.names()
        let drive = ReadOnlyDrive(path: directory.path)
        try drive.lock()
        #expect(try drive.identity() == Array("me".utf8))
        #expect(try drive.openShard(shardName(1)).read(at: 0, count: 5) == ByteBuffer(string: "bytes"))
        #expect(try drive.shardNames(after: nil, limit: 10) == [shardName(1)])
        #expect(try drive.mount().isMountPoint)
        #expect(code { () throws(DriveError) in try drive.setIdentity([1]) } == .readOnly)
        #expect(code { () throws(DriveError) in _ = try drive.createShard(shardName(2)) } == .readOnly)
        #expect(code { () throws(DriveError) in try drive.removeShards([shardName(1)]) } == .readOnly)
        #expect(code { () throws(DriveError) in _ = try drive.quarantineShard(shardName(1)) } == .readOnly)
        #expect(code { () throws(DriveError) in try drive.quarantineIndex() } == .readOnly)
        drive.close()
        #expect(directory.names() == before)
    }

    @Test func `readers share it, and neither they nor a server disturb each other`() throws {
        let server = FileDrive(path: directory.path)
        try server.lock()
        let reader = ReadOnlyDrive(path: directory.path)
        #expect(code { () throws(DriveError) in try reader.lock() } == .locked)
        server.close()
        try reader.lock()
        let other = ReadOnlyDrive(path: directory.path)
        try other.lock()
        #expect(code { () throws(DriveError) in try FileDrive(path: directory.path).lock() } == .locked)
        reader.close()
        other.close()
        try server.lock()
        server.close()
    }

    @Test func `without a lock file there was never a server`() throws {
        try directory.remove("magstore.lock")
        let reader = ReadOnlyDrive(path: directory.path)
        try reader.lock()
        #expect(!directory.names().contains("magstore.lock"))
    }
}
