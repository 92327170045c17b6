import AdminAPI
import HTTPService
import NIOCore
import NIOHTTP1
import StorageAPI
import Testing

@testable import AdminServer

@Suite struct AnswerTests {
    @Test func `A healthy store has no problems`() async throws {
        let answer = try await Asking().ask(.getStatus)
        #expect(answer.status == .ok)
        #expect(answer.headers["Content-Type"] == ["application/json"])
        let report = try answer.message(StoreReport.self)
        #expect((report.health, report.version, report.problems) == ("healthy", "1.2.3", []))
        #expect(report.sets.map(\.name) == ["set 1"])
        #expect(report.sets[0].drives.map(\.path) == ["/mnt/0", "/mnt/1"])
    }

    @Test func `Every drive has its line in the list`() async throws {
        let report = try await Asking().ask(.listDrives).message(DriveListReport.self)
        #expect(report.drives.map(\.slot) == [0, 1])
        #expect(report.drives.allSatisfy { $0.set == "set 1" && $0.state == "member" && $0.capacityByteCount == 1000 })
    }

    @Test func `Healing of several sets adds up, and the slowest says when it ends`() async throws {
        let asking = Asking()
        asking.store.change { state in
            let set = state.status.sets[0]
            state.status.sets = [set, set, set]
            state.status.sets[0].heal = HealStatus(
                missingShards: 5, rebuildableShards: 3, rebuiltShards: 1, rebuiltByteCount: 100, bytesPerSecond: 10,
                remainingSeconds: 30)
            state.status.sets[1].heal = HealStatus(
                missingShards: 1, rebuildableShards: 1, rebuiltShards: 2, rebuiltByteCount: 200, bytesPerSecond: 5,
                remainingSeconds: 7)
        }
        let total = try await asking.ask(.getHeal).message(HealOverview.self).total
        #expect(
            total
                == HealReport(
                    missingShards: 6, rebuildableShards: 4, rebuiltShards: 3, rebuiltByteCount: 300, bytesPerSecond: 15,
                    remainingSeconds: 30))
        asking.store.change { $0.status.sets[1].heal.remainingSeconds = nil }
        #expect(try await asking.ask(.getHeal).message(HealOverview.self).total.remainingSeconds == nil)
    }

    @Test func `A scrub is started and stopped, and each answer says how it stands`() async throws {
        let asking = Asking()
        #expect(try await asking.ask(.startScrub).message(ScrubOverview.self).total.phase == "running")
        #expect(try await asking.ask(.stopScrub).message(ScrubOverview.self).total.phase == "stopped")
        #expect(try await asking.ask(.getScrub).message(ScrubOverview.self).sets.map(\.scrub.phase) == ["stopped"])
        #expect(asking.store.calls == ["startScrub", "stopScrub"])
    }

    @Test func `Times of a scrub are those of RFC 3339`() async throws {
        let asking = Asking()
        asking.store.change { $0.status.sets[0].scrub.startedAt = Timestamp(milliseconds: 1_790_000_000_500) }
        let total = try await asking.ask(.getScrub).message(ScrubOverview.self).total
        #expect(total.startedAt == "2026-09-21T14:13:20Z")
        #expect(total.finishedAt == nil)
    }

    @Test func `Damaged objects come in pages, whatever their keys hold`() async throws {
        let asking = Asking()
        let keys = ["a", "a/b&c=d", "é\u{0}x", "z"]
        asking.store.change { state in
            state.damaged = keys.map {
                DamagedObject(bucket: "lake", key: ObjectKey(trusted: Array($0.utf8)), reason: "two shards are gone")
            }
        }
        var found: [String] = []
        var query = "?limit=3"
        var pages = 0
        while true {
            let page = try await asking.ask(.listDamagedObjects, query: query).message(DamagedObjectPage.self)
            found += page.objects.map(\.key)
            pages += 1
            guard let next = page.next else { break }
            query = "?limit=3&after=\(next)"
        }
        #expect(found == keys)
        #expect(pages == 2)
    }

    @Test(arguments: [
        (StoreError.Code.unavailable, HTTPResponseStatus.serviceUnavailable, "ServiceUnavailable"),
        (.storageFull, .insufficientStorage, "StorageFull"),
        (.unreadable, .internalServerError, "InternalError"),
    ])
    func `What the store refuses is told with a code`(
        code: StoreError.Code, status: HTTPResponseStatus, name: String
    ) async throws {
        let asking = Asking()
        asking.store.change { $0.error = StoreError(code, "too few drives") }
        for operation in [AdminOperation.startScrub, .stopScrub, .listDamagedObjects] {
            let answer = try await asking.ask(operation)
            #expect(answer.status == status)
            #expect(try answer.message(ErrorReport.self).code == name)
        }
    }

    @Test func `A pool is drained and kept by its number`() async throws {
        let asking = Asking()
        let drained = try await asking.ask(.drainPool, query: "?pool=3").message(PoolListReport.self)
        #expect(drained.pools.map(\.phase) == ["draining"])
        _ = try await asking.ask(.keepPool, query: "?pool=0")
        #expect(asking.store.calls == ["drainPool 3", "keepPool 0"])
        for query in ["", "?pool=", "?pool=-1", "?pool=one", "?set=1"] {
            #expect(try await asking.ask(.drainPool, query: query).status == .badRequest)
        }
        asking.store.change { $0.error = StoreError(.lastPool, "the only one") }
        #expect(try await asking.ask(.drainPool).status == .conflict)
        asking.store.change { $0.error = StoreError(.noSuchPool, "no pool 9") }
        #expect(try await asking.ask(.keepPool).status == .notFound)
    }

    @Test func `Before there is a store, the answer is JSON too`() throws {
        let request = try Asking().request("GET", AdminOperation.getStatus.path)
        let answer = AdminService.notYet(request)
        #expect(answer.status == .serviceUnavailable)
        #expect(try answer.message(ErrorReport.self).code == "ServiceUnavailable")
    }
}

/// What is wrong, and what to do.
@Suite struct ProblemTests {
    private func problems(_ change: (inout SetStatus) -> Void) -> (health: String, problems: [ProblemReport]) {
        var status = FakeStore.healthy
        change(&status.sets[0])
        let report = StoreReport(status, version: "")
        return (report.health, report.problems)
    }

    @Test func `A drive that is not there is named, with its place and what to do`() throws {
        let (health, problems) = problems { set in
            set.drives[1].state = .absent
            set.drives[1].reason = "nothing is mounted there"
        }
        #expect(health == "degraded")
        let problem = try #require(problems.first)
        #expect(problem.place == "set 1, slot 1")
        #expect(problem.text == "the drive is absent: nothing is mounted there")
        #expect(problem.advice.contains("/mnt/1"))
    }

    @Test(arguments: [DriveStatus.State.catchingUp, .out, .absent])
    func `Every drive that is no member is a problem`(state: DriveStatus.State) {
        let (health, problems) = problems { $0.drives[0].state = state }
        #expect(health == "degraded")
        #expect(problems.count == 1)
    }

    @Test func `What is lost comes before what heals by itself`() {
        let (health, problems) = problems { set in
            set.heal.missingShards = 3
            set.heal.rebuildableShards = 3
            set.scrub.damagedObjects = 2
            set.service = .readOnly
            set.reason = "too few drives"
        }
        #expect(health == "readOnly")
        #expect(problems.count == 3)
        #expect(problems[0].text.contains("too few drives"))
        #expect(problems[1].text.contains("2 objects"))
        #expect(problems[2].text.contains("3 shards"))
    }

    @Test func `A full set is a problem, one that was not measured yet is none`() {
        #expect(problems { $0.freeByteCount = 0 }.problems.count == 1)
        let unmeasured = problems { set in
            set.freeByteCount = 0
            for slot in set.drives.indices { set.drives[slot].capacityByteCount = 0 }
        }
        #expect(unmeasured.problems.isEmpty)
        #expect(unmeasured.health == "healthy")
    }

    @Test func `A store has problems exactly when it is not healthy`() {
        let changes: [(inout SetStatus) -> Void] = [
            { _ in }, { $0.service = .stopped }, { $0.service = .readOnly }, { $0.drives[0].state = .out },
            { $0.heal.missingShards = 1 }, { $0.scrub.damagedObjects = 1 }, { $0.freeByteCount = 0 },
            { set in
                set.service = .readOnly
                set.drives[0].state = .waiting
            },
        ]
        for change in changes {
            let (health, problems) = problems(change)
            #expect((health == "healthy") == problems.isEmpty)
        }
    }
}
