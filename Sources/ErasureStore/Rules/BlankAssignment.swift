/// Which empty drive takes which slot (rule 12): none that may belong to a drive that only can not be seen.
///
/// A drive whose path does not answer, or is not mounted, may come back with everything on it. So a slot is given away
/// only when every path that may hold its drive was looked at.
package struct BlankAssignment: Hashable, Sendable {
    /// A path at which there is nothing.
    package struct Blank: Hashable, Sendable {
        package var path: String
        package var isMountPoint: Bool
        /// It was one, as far as anybody remembers: then a disk is not mounted.
        package var wasMountPoint: Bool
        /// The slot whose drive was last seen here.
        package var lastSlot: Int?

        package init(path: String, isMountPoint: Bool, wasMountPoint: Bool = false, lastSlot: Int? = nil) {
            self.path = path
            self.isMountPoint = isMountPoint
            self.wasMountPoint = wasMountPoint
            self.lastSlot = lastSlot
        }
    }

    /// A path of which nobody can say what it holds.
    package struct Hidden: Hashable, Sendable {
        package var path: String
        package var lastSlot: Int?

        package init(path: String, lastSlot: Int? = nil) {
            self.path = path
            self.lastSlot = lastSlot
        }
    }

    /// Slots by path.
    package private(set) var slots: [String: Int] = [:]
    /// Empty paths that are not used yet, with the reason.
    package private(set) var waiting: [String: String] = [:]

    /// - Parameter missing: slots whose drives are at no path that was seen; whether the path of a slot's drive was a
    ///   mount point.
    package init(missing: [Int: Bool], blanks: [Blank], hidden: [Hidden]) {
        var hidden = hidden
        var blanks = blanks.sorted { $0.path < $1.path }
        let mountsAreMissing = missing.values.contains(true)
        for blank in blanks where !blank.isMountPoint && (blank.wasMountPoint || mountsAreMissing) {
            hidden.append(Hidden(path: blank.path, lastSlot: blank.lastSlot))
            waiting[blank.path] = "it is empty and no mount point: its disk may not be mounted"
        }
        blanks.removeAll { waiting[$0.path] != nil }
        let unknown = hidden.filter { $0.lastSlot == nil }.map(\.path).sorted()
        guard unknown.isEmpty else {
            let paths = unknown.joined(separator: ", ")
            for blank in blanks {
                waiting[blank.path] =
                    "it is empty, and not used before it is known which drives are at \(paths): bring them back, or "
                    + "name them no more"
            }
            return
        }
        var free = Set(missing.keys).subtracting(hidden.compactMap(\.lastSlot))
        for isKnownPlace in [true, false] {
            for blank in blanks where slots[blank.path] == nil {
                let slot = isKnownPlace ? blank.lastSlot : free.min()
                guard let slot, free.remove(slot) != nil else { continue }
                slots[blank.path] = slot
            }
        }
        for blank in blanks where slots[blank.path] == nil {
            waiting[blank.path] = "it is empty, and no slot is without a drive"
        }
    }
}
