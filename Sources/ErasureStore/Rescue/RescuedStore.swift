package import DriveIO
import MetadataIndex
package import StorageAPI

/// What bare drives hold of a store: its objects, read without a server and without changing anything on the drives.
///
/// Any k drives of a set are enough for all of its objects. What can not be told or read from those that are here is
/// said, and the rest is read all the same.
package final class RescuedStore: Sendable {
    package let deployment: String
    package let sets: [RescuedSet]
    /// Sets of which no index is here.
    package let lostSets: [String]
    /// By bucket id.
    package let bucketNames: [UInt64: String]

    private init(deployment: String, sets: [RescuedSet], lostSets: [String], bucketNames: [UInt64: String]) {
        self.deployment = deployment
        self.sets = sets
        self.lostSets = lostSets
        self.bucketNames = bucketNames
    }

    /// - Parameter remark: told in sentences what is not as it should be, or was assumed; one call at a time.
    /// - Throws: when a server has one of the drives, and when there is nothing to read.
    package static func open(
        _ paths: [String], environment: StoreEnvironment, makeDrive: @escaping @Sendable (String) -> any Drive,
        remark: @escaping @Sendable (String) -> Void
    ) async throws(DeploymentError) -> RescuedStore {
        let opener = RescueOpener(environment: environment, makeDrive: makeDrive, remark: remark)
        var drives: [RescuedDrive] = []
        var refusal: String?
        for path in paths {
            switch await opener.look(at: path) {
            case .drive(let drive): drives.append(drive)
            case .none: break
            case .inUse(let reason): refusal = "\(reason): stop the server, or rescue from a copy"
            }
        }
        if let other = drives.first(where: { $0.identity.deployment != drives[0].identity.deployment }) {
            refusal = "\(other.drive.drive.path) and \(drives[0].drive.drive.path) are of different stores"
        }
        if drives.isEmpty, refusal == nil { refusal = "there is no drive to read from" }
        if let refusal {
            for drive in drives { await end(drive.drive) }
            throw DeploymentError(refusal)
        }
        return await assemble(drives, remark)
    }

    private static func assemble(
        _ drives: [RescuedDrive], _ remark: @escaping @Sendable (String) -> Void
    ) async -> RescuedStore {
        var sets: [RescuedSet] = []
        var lost: [String] = []
        var number = 0
        for (pool, members) in Dictionary(grouping: drives, by: \.identity.pool).sorted(by: { $0.key < $1.key }) {
            for index in 0..<(members.map(\.identity.setCount).max() ?? 0) {
                number += 1
                let mine = members.filter { $0.identity.set == index }
                let name = "pool \(pool + 1), set \(index + 1)"
                if let set = RescuedSet(name: name, pool: pool, drives: mine, remark: remark) {
                    sets.append(set)
                } else {
                    lost.append(name)
                    remark("\(name): no index of it is here: its objects are not listed")
                    for drive in mine { await end(drive.drive) }
                }
            }
        }
        var names: [UInt64: String] = [:]
        var pools: PoolsRecord?
        for set in sets {
            do throws(StoreError) {
                // One set has them all; what another has of them is not older than a handover that was cut short.
                names.merge(try await set.bucketNames()) { first, _ in first }
                let record = try await set.pools()
                if let record, record.revision > pools?.revision ?? 0 { pools = record }
            } catch {
                remark("\(set.name): the names of the buckets can not be read: \(error.message)")
            }
        }
        let inUse = pools?.inUse ?? Array(0..<(drives.map(\.identity.poolCount).max() ?? 1))
        for pool in inUse where !drives.contains(where: { $0.identity.pool == pool }) {
            lost.append("all sets of pool \(pool + 1)")
            remark("pool \(pool + 1): no drive of it is here: its objects are not")
        }
        if names.isEmpty { remark("the names of the buckets were on a set that is not here: they are numbers now") }
        return RescuedStore(
            deployment: drives[0].identity.deployment, sets: sets, lostSets: lost, bucketNames: names)
    }

    /// Some objects of a set, without those that are on their way from another pool and still there.
    package func objects(of set: RescuedSet, after: [UInt8]?) async throws(StoreError) -> RescuedSet.Page {
        var page = try await set.objects(after: after)
        var hidden: Set<Int> = []
        for (number, object) in page.objects.enumerated() where object.head.isShadow {
            for other in sets where other.pool != set.pool {
                if try await other.hasObject(object) { hidden.insert(number) }
            }
        }
        guard !hidden.isEmpty else { return page }
        page.objects = page.objects.indices.filter { !hidden.contains($0) }.map { page.objects[$0] }
        return page
    }

    /// Those of these objects whose keys would be directories, if keys were paths: there is a key that goes on behind
    /// them with a slash.
    package func folders(among objects: [RescuedObject]) async -> Set<Int> {
        var folders: Set<Int> = []
        for set in sets { folders.formUnion(await set.folders(among: objects)) }
        return folders
    }

    package func close() async {
        for drive in sets.flatMap(\.drives) { await Self.end(drive) }
    }

    private static func end(_ drive: SlotDrive) async {
        await Doctor.end(drive.executor) {
            drive.index.close()
            drive.drive.close()
        }
    }
}

/// An object as its record has it.
package struct RescuedObject: Sendable {
    package let bucket: UInt64
    package let info: ObjectInfo
    let head: HeadRecord

    /// Of its bytes: another one has other bytes. Empty for an empty object.
    package var data: String { head.content?.text ?? "" }
}
