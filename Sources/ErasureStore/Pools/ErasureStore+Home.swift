import MetadataIndex
import StorageAPI

extension ErasureStore {
    /// The set with the documents of the store; nil when it can not be told from the sets that can be read.
    ///
    /// Without a `home` row anywhere it is set 0 of pool 0, where every store begins. Before documents are handed over,
    /// that set says that it is leaving; the one that has them all says that it is the home now.
    func findHome() async throws(StoreError) -> ErasureSet? {
        var homes: [(set: ErasureSet, generation: UInt64)] = []
        var leaving: ErasureSet?
        var unmarked: Set<Int> = []
        var isComplete = true
        for set in joinedPools.flatMap(\.sets) {
            guard let view = board.views(ofSets: [set.index])[0] else {
                isComplete = false
                continue
            }
            guard let mark = try await record(HomeRecord.self, view, .state, StateKey.home.bytes) else {
                unmarked.insert(set.index)
                continue
            }
            if mark.isLeaving { leaving = set } else { homes.append((set, mark.generation)) }
        }
        if let newest = homes.max(by: { $0.generation < $1.generation }) { return newest.set }
        let first = joinedPools.first { $0.number == 0 }?.sets[0]
        if let leaving { return isComplete ? leaving : nil }
        guard let first, unmarked.contains(first.index) else { return nil }
        return first
    }
}

extension ErasureStore {
    /// A view of the home set that was taken while it was the home.
    func homeView() throws(StoreError) -> SetView {
        while true {
            let set = try home()
            let view = try view(of: set)
            if try home() === set { return view }
        }
    }
}
