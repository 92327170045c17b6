import MetadataIndex
import SeededRandom
import SimulatedDrives
import Testing

struct InMemoryIndexTests {
    @Test(
        arguments: [
            (.nothing, false, false), (.written, true, false), (.durable, true, true),
        ] as [(InMemoryIndexMedium.WriteFault.Effect, Bool, Bool)])
    func `A failed write may have reached the disk, and shuts the index`(
        effect: InMemoryIndexMedium.WriteFault.Effect, afterReopen: Bool, afterCrash: Bool
    ) throws {
        for crashes in [false, true] {
            let medium = InMemoryIndexMedium()
            let index = try medium.open()
            try index.put(.heads, [1], [1])
            medium.failNextWrites(.init(effect, IndexError(.full, "no space")))
            #expect(code { try index.put(.heads, [2], [2]) } == .full)
            #expect(code { try index.put(.heads, [3], [3]) } == .closed)
            #expect(try index.value(.heads, [1]) == [1])
            if crashes { medium.crash() } else { index.close() }
            let reopened = try medium.open()
            #expect(try reopened.keys(.heads) == ((crashes ? afterCrash : afterReopen) ? [[1], [2]] : [[1]]))
            try reopened.put(.heads, [3], [3])
            medium.crash()
            #expect(medium.durable[.heads].value([3]) == [3])
        }
    }

    @Test func `A crash ends every handle`() throws {
        let medium = InMemoryIndexMedium()
        let index = try medium.open()
        let snapshot = try index.snapshot()
        medium.crash()
        #expect(code { try index.put(.heads, [1], [1]) } == .closed)
        #expect(code { _ = try snapshot.value(.heads, [1]) } == .closed)
        let reopened = try medium.open()
        index.close()
        try reopened.put(.heads, [1], [1])
    }

    @Test func `Damage is reported where it is read`() throws {
        let medium = InMemoryIndexMedium()
        let index = try medium.open()
        for key in [1, 2, 3] as [UInt8] { try index.put(.heads, [key], [key]) }
        medium.corrupt(.heads, [2])
        #expect(try index.value(.heads, [1]) == [1])
        #expect(code { _ = try index.value(.heads, [2]) } == .corrupt)
        #expect(code { _ = try index.keys(.heads) } == .corrupt)
        try index.put(.heads, [2], [4])
        #expect(try index.keys(.heads).count == 3)
        medium.failReading(IndexError(.inputOutput, "injected"))
        #expect(code { _ = try index.value(.heads, [1]) } == .inputOutput)
        index.close()
        medium.failOpening(IndexError(.corrupt, "injected"))
        #expect(code { _ = try medium.open() } == .corrupt)
    }

    @Test func `A hundred thousand rows with a snapshot for every batch are quick`() throws {
        let medium = InMemoryIndexMedium()
        let index = try medium.open()
        var random = SeededGenerator(seed: 5)
        for _ in 0..<1_000 {
            let snapshot = try index.snapshot()
            var batch = IndexBatch()
            for _ in 0..<100 { batch.put(.heads, random.bytes(count: 12), [1]) }
            try index.write(batch)
            _ = try snapshot.value(.heads, [1])
        }
        #expect(medium.durable[.heads].count == 100_000)
        let keys = try index.keys(.heads)
        #expect(keys.count == 100_000)
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    }
}
