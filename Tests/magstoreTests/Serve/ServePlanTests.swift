import Testing

@testable import magstore

@Suite struct ServePlanTests {
    private func plan(_ options: [String: [String]], _ environment: [String: String] = [:]) throws -> ServePlan {
        let options = ["drives": ["/drive"]].merging(options) { $1 }
        let environment = ["HOME": "/home/me"].merging(environment) { $1 }
        let resolved = try ResolvedSettings(options: options, environment: environment, file: nil)
        return try ServePlan(resolved, environment: environment)
    }

    private static let wellKnown = ["MINIO_ROOT_USER": "minioadmin", "MINIO_ROOT_PASSWORD": "minioadmin"]

    @Test func `Without drives there is nothing to serve`() {
        let error = #expect(throws: SettingsError.self) { try plan(["drives": []]) }
        #expect(error?.isUsage == true)
    }

    @Test func `A random key is mirrored to the state directory, a given one nowhere`() throws {
        #expect(try plan([:]).mirrorDirectory?.credentialsPath == "/home/me/.local/state/magstore/root-credentials")
        #expect(try plan([:], Self.wellKnown).mirrorDirectory == nil)
    }

    @Test func `Well-known secrets are for this machine only`() throws {
        #expect(try plan([:], Self.wellKnown).warnings.isEmpty)
        let error = #expect(throws: SettingsError.self) { try plan(["address": ["0.0.0.0:9000"]], Self.wellKnown) }
        #expect(error?.description.contains("0.0.0.0:9000") == true)
    }

    @Test(arguments: [
        (["127.0.0.1:9000"], false, false), (["0.0.0.0:9000"], false, true), (["[::]:9000"], false, true),
        (["127.0.0.1:9000", "10.0.0.1:9000"], false, true), (["0.0.0.0:9000"], true, false),
    ])
    func `Listening beyond this machine without TLS warns`(addresses: [String], isSecure: Bool, warns: Bool) throws {
        var options = ["address": addresses]
        if isSecure { options.merge(["tls-certificate": ["c"], "tls-key": ["k"]]) { $1 } }
        #expect(try plan(options).warnings.isEmpty == !warns)
    }

    @Test(arguments: [
        (8 << 30, 2 << 30), (64 << 30, 2 << 30), (4 << 30, 1 << 30), (256 << 20, 128 << 20),
    ])
    func `The default memory limit is a quarter, within bounds`(machine: Int, limit: Int) {
        #expect(MemoryBudget.defaultLimit(machineByteCount: machine) == limit)
    }

    @Test func `The parts of the memory are the whole`() throws {
        let memory = try plan(["memory-limit": ["1GiB"]]).memory
        #expect(memory.index + memory.stripes == 1 << 30)
        #expect(memory.writeBuffers < memory.index)
    }
}

@Suite struct DescriptorBudgetTests {
    @Test(arguments: [1024, 4096, 65_536, 1 << 20, .max] as [UInt64], [1, 6, 12, 16])
    func `The parts stay within the limit`(limit: UInt64, drives: Int) throws {
        let budget = try DescriptorBudget(
            limit: limit, driveCount: drives, setSize: min(drives, 16), wantedConnections: nil)
        let used =
            96 + drives * (12 + budget.tableFilesPerDrive) + budget.connections + budget.refusedConnections
            + budget.shardFiles
        #expect(used <= Int(clamping: limit))
        #expect(budget.tableFilesPerDrive >= 20 && budget.connections >= 16)
        #expect(budget.shardFiles >= 2 * drives)
    }

    @Test func `A limit of 1,024 serves six drives with hundreds of connections`() throws {
        let budget = try DescriptorBudget(limit: 1024, driveCount: 6, setSize: 6, wantedConnections: nil)
        #expect(budget.connections > 250)
        #expect(budget.shardFiles > 250)
    }

    @Test func `A number of connections that was set is kept where there is room`() throws {
        let plenty = try DescriptorBudget(limit: 65_536, driveCount: 6, setSize: 6, wantedConnections: 100)
        #expect(plenty.connections == 100)
        let scarce = try DescriptorBudget(limit: 1024, driveCount: 6, setSize: 6, wantedConnections: 100_000)
        #expect(scarce.connections < 1024)
    }

    @Test func `A limit that is too low says what to do`() {
        let error = #expect(throws: SettingsError.self) {
            try DescriptorBudget(limit: 256, driveCount: 16, setSize: 16, wantedConnections: nil)
        }
        #expect(error?.description.contains("ulimit") == true)
    }
}
