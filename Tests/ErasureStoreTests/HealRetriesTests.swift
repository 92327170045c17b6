import MetadataIndex
import Testing

@testable import ErasureStore

@Suite struct HealRetriesTests {
    private final class Handle {}

    private let shard = MissingKey(slot: 3, id: DataID(epoch: 1, run: 1, counter: 1))
    private let other = MissingKey(slot: 3, id: DataID(epoch: 1, run: 1, counter: 2))

    @Test func `A shard that can not be rebuilt is tried more and more seldom, and told of once`() {
        var retries = HealRetries()
        var now: UInt64 = 0
        var waits: [UInt64] = []
        for number in 0..<12 {
            #expect(retries.isDue(shard, now: now))
            #expect(retries.failed(shard, now: now) == (number == 0))
            let failedAt = now
            while !retries.isDue(shard, now: now) { now += 1000 }
            waits.append(now - failedAt)
        }
        #expect(waits.prefix(4) == [2000, 4000, 8000, 16_000])
        #expect(waits.last == HealRetries.longestMilliseconds)
        #expect(retries.isDue(other, now: 0), "others do not wait for it")
    }

    @Test func `Another drive makes all of them due at once`() {
        var retries = HealRetries()
        let (old, new) = (Handle(), Handle())
        retries.look(at: [0: ObjectIdentifier(old)])
        for _ in 0..<5 { _ = retries.failed(shard, now: 1000) }
        retries.look(at: [0: ObjectIdentifier(old)])
        #expect(!retries.isDue(shard, now: 2000))
        retries.look(at: [0: ObjectIdentifier(new)])
        #expect(retries.isDue(shard, now: 2000))
        #expect(retries.failed(shard, now: 2000) == false, "it is no news")
    }
}
