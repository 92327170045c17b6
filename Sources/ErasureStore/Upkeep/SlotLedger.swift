import DriveIO
import MetadataIndex
import StorageAPI

/// What is remembered of the drives of a set's slots, also when they are not open: for the operator.
struct SlotLedger {
    struct Entry {
        /// Where the slot's drive was last; empty when it was never seen.
        var path = ""
        var uuid = ""
        /// Why it is no member.
        var reason = ""
        var space: DriveSpace?
        /// It is open, and its index is being made equal.
        var isReturning = false
        /// Since the start, also of drives that were in the slot before.
        var faults: [DriveFault: UInt64] = [:]
    }

    private var entries: [Int: Entry] = [:]

    subscript(slot: Int) -> Entry { entries[slot] ?? Entry() }

    /// Bytes of the file systems, as far as they are known.
    var capacities: [UInt64] { entries.values.compactMap { $0.space?.total } }

    mutating func isOpen(_ drive: SlotDrive) {
        entries[drive.slot, default: Entry()].path = drive.drive.path
        entries[drive.slot, default: Entry()].uuid = drive.uuid.text
    }

    mutating func isReturning(_ drive: SlotDrive) {
        isOpen(drive)
        entries[drive.slot, default: Entry()].isReturning = true
    }

    mutating func isMember(slot: Int) {
        entries[slot, default: Entry()].reason = ""
        entries[slot, default: Entry()].isReturning = false
    }

    mutating func isGone(slot: Int, reason: String) {
        entries[slot, default: Entry()].reason = reason
        entries[slot, default: Entry()].isReturning = false
        entries[slot, default: Entry()].space = nil
    }

    mutating func isUnusable(_ found: IdentifiedDrive, reason: String) {
        let slot = found.identity.slot
        entries[slot, default: Entry()].path = found.path
        entries[slot, default: Entry()].uuid = found.identity.uuid?.text ?? ""
        isGone(slot: slot, reason: reason)
    }

    mutating func count(_ fault: DriveFault, slot: Int) {
        entries[slot, default: Entry()].faults[fault, default: 0] += 1
    }

    mutating func measured(slot: Int, _ space: DriveSpace) {
        entries[slot, default: Entry()].space = space
    }
}
