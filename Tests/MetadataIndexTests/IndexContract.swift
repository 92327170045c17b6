import MetadataIndex
import SeededRandom
import Testing

/// What every ``MetadataIndex`` does.
struct IndexContract {
    @Test(arguments: IndexImplementation.allCases)
    func `A written row is found, by lookup and by cursor, also after opening again`(
        implementation: IndexImplementation
    ) throws {
        let medium = try implementation.makeMedium()
        var index = try medium.openIndex()
        for family in Family.allCases { try index.put(family, [1], [family.rawValue]) }
        for _ in 0..<2 {
            for family in Family.allCases {
                #expect(try index.value(family, [1]) == [family.rawValue])
                #expect(try index.value(family, [2]) == nil)
                #expect(try index.keys(family) == [[1]])
            }
            index.close()
            index = try medium.openIndex()
        }
        index.close()
    }

    @Test(arguments: IndexImplementation.allCases)
    func `A batch applies in its order`(implementation: IndexImplementation) throws {
        let index = try implementation.makeMedium().openIndex()
        defer { index.close() }
        var batch = IndexBatch()
        batch.put(.heads, [1], [1])
        batch.delete(.heads, [1])
        batch.put(.heads, [2], [1])
        batch.put(.heads, [2], [2])
        batch.delete(.heads, [3])
        batch.put(.heads, [3], [])
        batch.put(.heads, [], [9])
        try index.write(batch)
        try index.write(IndexBatch())
        #expect(try index.value(.heads, [1]) == nil)
        #expect(try index.value(.heads, [2]) == [2])
        #expect(try index.value(.heads, [3]) == [])
        #expect(try index.keys(.heads) == [[], [2], [3]])
    }

    @Test(arguments: IndexImplementation.allCases)
    func `Families do not see each other`(implementation: IndexImplementation) throws {
        let index = try implementation.makeMedium().openIndex()
        defer { index.close() }
        try index.put(.heads, [1], [1])
        try index.delete(.versions, [1])
        #expect(try index.value(.heads, [1]) == [1])
        #expect(try index.value(.versions, [1]) == nil)
    }

    @Test(arguments: IndexImplementation.allCases)
    func `Keys order as bytes`(implementation: IndexImplementation) throws {
        let index = try implementation.makeMedium().openIndex()
        defer { index.close() }
        var batch = IndexBatch()
        for key in KeyTests.awkward { batch.put(.heads, key, key) }
        try index.write(batch)
        #expect(try index.keys(.heads) == KeyTests.awkward.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test(arguments: IndexImplementation.allCases)
    func `A cursor keeps to its bounds, wherever it is sent`(implementation: IndexImplementation) throws {
        let index = try implementation.makeMedium().openIndex()
        defer { index.close() }
        var batch = IndexBatch()
        for key in UInt8(0)..<10 { batch.put(.heads, [key], []) }
        try index.write(batch)
        let cursor = try index.cursor(.heads, from: [3], to: [6])
        #expect(try cursor.remainingKeys() == [[3], [4], [5]])
        #expect(try cursor.next() == nil)
        try cursor.seek(to: [0])
        #expect(try cursor.next()?.key == [3])
        try cursor.seek(to: [4, 0])
        #expect(try cursor.remainingKeys() == [[5]])
        try cursor.seek(to: [8])
        #expect(try cursor.next() == nil)
        try cursor.seek(to: [])
        #expect(try cursor.remainingKeys() == [[3], [4], [5]])
        #expect(try index.cursor(.heads, from: [6], to: [3]).next() == nil)
        #expect(try index.cursor(.heads, from: [3], to: [3]).next() == nil)
        #expect(try index.cursor(.heads, from: [8], to: nil).remainingKeys() == [[8], [9]])
    }

    @Test(arguments: IndexImplementation.allCases)
    func `A snapshot and a cursor do not see later writes`(implementation: IndexImplementation) throws {
        let index = try implementation.makeMedium().openIndex()
        defer { index.close() }
        try index.put(.heads, [1], [1])
        let snapshot = try index.snapshot()
        let cursor = try index.cursor(.heads, from: [], to: nil)
        var batch = IndexBatch()
        batch.put(.heads, [1], [2])
        batch.put(.heads, [2], [2])
        try index.write(batch)
        try index.delete(.heads, [1])
        #expect(try snapshot.value(.heads, [1]) == [1])
        #expect(try snapshot.cachedValue(.heads, [1]) == .found([1]))
        #expect(try snapshot.cachedValue(.heads, [2]) != .found([2]))
        #expect(try snapshot.keys(.heads) == [[1]])
        #expect(try cursor.remainingKeys() == [[1]])
        #expect(try index.keys(.heads) == [[2]])
    }

    @Test(arguments: IndexImplementation.allCases)
    func `What was just written is known without the disk`(implementation: IndexImplementation) throws {
        let index = try implementation.makeMedium().openIndex()
        defer { index.close() }
        try index.put(.heads, [1], [1])
        try index.put(.heads, [2], [2])
        try index.delete(.heads, [2])
        #expect(try index.cachedValue(.heads, [1]) == .found([1]))
        #expect(try index.cachedValue(.heads, [2]) == .absent)
        #expect(try index.cachedValue(.heads, [3]) == .absent)
    }

    @Test(arguments: IndexImplementation.allCases)
    func `A closed index refuses, and so does what came from it`(implementation: IndexImplementation) throws {
        let medium = try implementation.makeMedium()
        let index = try medium.openIndex()
        try index.put(.heads, [1], [1])
        let snapshot = try index.snapshot()
        let cursor = try snapshot.cursor(.heads, from: [], to: nil)
        index.close()
        index.close()
        #expect(code { try index.put(.heads, [1], [2]) } == .closed)
        #expect(code { _ = try index.value(.heads, [1]) } == .closed)
        #expect(code { _ = try index.cachedValue(.heads, [1]) } == .closed)
        #expect(code { _ = try index.snapshot() } == .closed)
        #expect(code { _ = try index.cursor(.heads, from: [], to: nil) } == .closed)
        #expect(code { _ = try snapshot.value(.heads, [1]) } == .closed)
        #expect(code { _ = try snapshot.cursor(.heads, from: [], to: nil) } == .closed)
        #expect(code { _ = try cursor.next() } == .closed)
        #expect(code { try cursor.seek(to: []) } == .closed)
        let reopened = try medium.openIndex()
        #expect(try reopened.value(.heads, [1]) == [1])
        #expect(code { _ = try snapshot.value(.heads, [1]) } == .closed)
        reopened.close()
    }

    @Test(arguments: IndexImplementation.allCases)
    func `An index is opened once at a time`(implementation: IndexImplementation) throws {
        let medium = try implementation.makeMedium()
        let index = try medium.openIndex()
        #expect(code { _ = try medium.openIndex() } == .inputOutput)
        index.close()
        try medium.openIndex().close()
    }

    @Test(arguments: IndexImplementation.allCases)
    func `Random batches, snapshots and scans agree with a dictionary`(implementation: IndexImplementation) throws {
        var random = SeededGenerator(seed: 11)
        let medium = try implementation.makeMedium()
        var index = try medium.openIndex()
        var model: [[UInt8]: [UInt8]] = [:]
        for round in 0..<120 {
            let snapshot = try index.snapshot()
            let before = model
            var batch = IndexBatch()
            for _ in 0..<random.integer(below: 40) {
                let key = [UInt8(random.integer(below: 4)), UInt8(random.integer(below: 250))]
                if random.integer(below: 3) == 0 {
                    batch.delete(.heads, key)
                    model[key] = nil
                } else {
                    let value = random.bytes(count: random.integer(below: 2_000))
                    batch.put(.heads, key, value)
                    model[key] = value
                }
            }
            try index.write(batch)
            let (lower, upper) = ([UInt8(random.integer(below: 4))], [UInt8(random.integer(below: 5))])
            #expect(try snapshot.rows(.heads, from: lower, to: upper) == rows(of: before, from: lower, to: upper))
            #expect(try index.rows(.heads, from: lower, to: upper) == rows(of: model, from: lower, to: upper))
            if round % 40 == 39 {
                index.close()
                index = try medium.openIndex()
            }
        }
        index.close()
    }

    private func rows(of model: [[UInt8]: [UInt8]], from lower: [UInt8], to upper: [UInt8]) -> [IndexRow] {
        model.filter { !$0.key.lexicographicallyPrecedes(lower) && $0.key.lexicographicallyPrecedes(upper) }
            .map { IndexRow(key: $0.key, value: $0.value) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}

func code(_ body: () throws -> Void) -> IndexError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? IndexError)?.code
    }
}

extension MetadataIndex {
    func put(_ family: Family, _ key: [UInt8], _ value: [UInt8]) throws(IndexError) {
        var batch = IndexBatch()
        batch.put(family, key, value)
        try write(batch)
    }

    func delete(_ family: Family, _ key: [UInt8]) throws(IndexError) {
        var batch = IndexBatch()
        batch.delete(family, key)
        try write(batch)
    }
}

extension IndexReader {
    func keys(_ family: Family) throws(IndexError) -> [[UInt8]] {
        try cursor(family, from: [], to: nil).remainingKeys()
    }

    func rows(_ family: Family, from lower: [UInt8] = [], to upper: [UInt8]? = nil) throws(IndexError) -> [IndexRow] {
        try cursor(family, from: lower, to: upper).remainingRows()
    }
}

extension IndexCursor {
    func remainingRows() throws(IndexError) -> [IndexRow] {
        var rows: [IndexRow] = []
        while let row = try next() { rows.append(row) }
        return rows
    }

    func remainingKeys() throws(IndexError) -> [[UInt8]] {
        try remainingRows().map(\.key)
    }
}
