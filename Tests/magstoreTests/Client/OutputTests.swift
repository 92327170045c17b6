import AdminAPI
import Testing

@testable import magstore

/// What commands print for people.
@Suite struct OutputTests {
    private static let heal = HealReport(
        missingShards: 0, rebuildableShards: 0, rebuiltShards: 0, rebuiltByteCount: 0, bytesPerSecond: 0,
        remainingSeconds: nil)
    private static let scrub = ScrubReport(
        phase: "waiting", startedAt: nil, finishedAt: nil, nextAt: "2026-12-01T00:00:00Z", fraction: 0,
        shardsVerified: 0, verifiedByteCount: 0, rowsCompared: 0, found: 0, repaired: 0, damagedObjects: 0)

    private static func drive(_ slot: Int, _ state: String, reason: String = "") -> DriveReport {
        DriveReport(
            set: "set 1", slot: slot, path: "/mnt/drive\(slot)", uuid: "0a1b2c3d-\(slot)", state: state, reason: reason,
            capacityByteCount: 2 << 40, freeByteCount: 3 << 29)
    }

    private static func store(_ drives: [DriveReport], _ health: String, _ problems: [ProblemReport]) -> StoreReport {
        StoreReport(
            deployment: "d1", version: "0.1.0", health: health, problems: problems,
            sets: [
                SetReport(
                    name: "set 1", pool: 0, service: "serving", reason: "", dataShards: 1, parityShards: 1,
                    drives: drives, freeByteCount: 1 << 30, corruptionFound: 0, shardsRepaired: 0, heal: heal,
                    scrub: scrub)
            ])
    }

    @Test func `A healthy store is a table`() {
        let report = Self.store([Self.drive(0, "member"), Self.drive(1, "member")], "healthy", [])
        #expect(
            report.lines == [
                "healthy: store d1, magstore 0.1.0",
                "",
                "SET    POOL  SHARDS  SERVICE  DRIVES  FREE     TO REBUILD  SCRUB",
                "set 1  1     1+1     serving  2 of 2  1.0 GiB  0           next 2026-12-01T00:00:00Z",
            ])
    }

    @Test func `What is wrong stands below it, with what to do`() {
        let problem = ProblemReport(place: "set 1, slot 1", text: "the drive is absent", advice: "mount it again")
        let report = Self.store([Self.drive(0, "member"), Self.drive(1, "absent")], "degraded", [problem])
        #expect(report.lines[3].contains("1 of 2"))
        #expect(
            report.lines.suffix(4) == [
                "", "1 problem:", "  set 1, slot 1: the drive is absent", "    -> mount it again",
            ])
    }

    @Test func `Drives have a line each`() {
        let list = DriveListReport(drives: [
            Self.drive(0, "member"), Self.drive(10, "catchingUp", reason: "its index is being brought up to date"),
        ])
        #expect(
            list.lines == [
                "SET    SLOT  STATE        PATH          SIZE     FREE     REASON",
                "set 1  0     member       /mnt/drive0   2.0 TiB  1.5 GiB",
                "set 1  10    catching up  /mnt/drive10  2.0 TiB  1.5 GiB  its index is being brought up to date",
            ])
    }

    @Test(arguments: ["/mnt/drive3", "0a1b2c3d-3", "0a1b", "1/3"])
    func `A drive answers to its path, its uuid and its place`(name: String) {
        #expect(Self.drive(3, "member").isCalled(name))
    }

    @Test(arguments: ["/mnt/drive", "1/4", "2/3", "0a", "", "3"])
    func `And to nothing else`(name: String) {
        #expect(!Self.drive(3, "member").isCalled(name))
    }

    @Test func `Healing says what is left`() {
        var heal = Self.heal
        #expect(
            HealOverview(total: heal, sets: []).lines.first == "nothing is missing: every shard is where it belongs")
        heal.missingShards = 12
        #expect(HealOverview(total: heal, sets: []).lines[0] == "12 shards to rebuild; their drives are not there")
        heal.rebuildableShards = 12
        heal.bytesPerSecond = 5_242_880
        heal.remainingSeconds = 3725
        #expect(HealOverview(total: heal, sets: []).lines[0] == "12 shards to rebuild, 5.0 MiB/s, 1 h 02 min left")
    }

    @Test func `A scrub shows how far it is`() {
        var scrub = Self.scrub
        #expect(
            ScrubOverview(total: scrub, sets: []).lines[0]
                == "the scrub waits for its next time, 2026-12-01T00:00:00Z")
        scrub.phase = "running"
        scrub.fraction = 0.5
        scrub.startedAt = "2026-11-28T20:00:00Z"
        #expect(
            ScrubOverview(total: scrub, sets: []).lines.prefix(2) == [
                "the scrub is running: [###############...............] 50.0 %", "  started 2026-11-28T20:00:00Z",
            ])
    }

    @Test func `A damaged object is one line, whatever its key holds`() {
        let object = DamagedObjectReport(bucket: "lake", key: "a\nb\u{1B}[2Jé", reason: "three shards are gone")
        #expect(object.line == "lake/a\\nb\\u{1B}[2Jé: three shards are gone")
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
            (1 << 40, "1.0 TiB"),
            (UInt64.max, "16.0 EiB"),
        ] as [(UInt64, String)])
    func `Bytes are readable`(count: UInt64, text: String) {
        #expect(Readable.bytes(count) == text)
    }

    @Test(
        arguments: [
            (0, "0 s"), (59.2, "1 min 0 s"), (61, "1 min 1 s"), (3600, "1 h 00 min"), (90_000, "1 d 1 h"),
            (.infinity, "unknown"), (1e300, "11574074 d 1 h"),
        ] as [(Double, String)])
    func `Durations are readable`(seconds: Double, text: String) {
        #expect(Readable.duration(seconds) == text)
    }

    @Test(
        arguments: [(0, "0.0 %"), (0.123, "12.3 %"), (0.9999, "99.9 %"), (1, "100.0 %"), (7, "100.0 %")]
            as [(Double, String)])
    func `Nothing is at 100 percent before it is done`(fraction: Double, text: String) {
        #expect(Readable.percent(fraction) == text)
    }

    @Test(
        arguments: [(-1, "[....]"), (0, "[....]"), (0.5, "[##..]"), (0.99, "[###.]"), (1, "[####]"), (2, "[####]")]
            as [(Double, String)])
    func `A bar is full at the end`(fraction: Double, text: String) {
        #expect(ProgressLine.bar(fraction, width: 4) == text)
    }
}
