import Testing

@testable import ErasureStore

/// Which empty drive takes which slot.
@Suite struct BlankAssignmentTests {
    typealias Blank = BlankAssignment.Blank
    typealias Hidden = BlankAssignment.Hidden

    @Test func `an empty drive takes the slot whose drive is gone`() {
        let assignment = BlankAssignment(
            missing: [3: true], blanks: [Blank(path: "/d4", isMountPoint: true)], hidden: [])
        #expect(assignment.slots == ["/d4": 3])
        #expect(assignment.waiting.isEmpty)
    }

    @Test func `several take the slots whose drives were last seen there, then the free ones in order`() {
        let blanks = [
            Blank(path: "/a", isMountPoint: false), Blank(path: "/b", isMountPoint: false, lastSlot: 1),
            Blank(path: "/c", isMountPoint: false, lastSlot: 7),
        ]
        let assignment = BlankAssignment(missing: [1: false, 2: false, 5: false], blanks: blanks, hidden: [])
        #expect(assignment.slots == ["/a": 2, "/b": 1, "/c": 5])
    }

    @Test func `no slot is given away while its drive may be at a path that does not answer`() {
        let blank = Blank(path: "/d4", isMountPoint: true, lastSlot: 3)
        let assignment = BlankAssignment(missing: [2: true, 3: true], blanks: [blank], hidden: [Hidden(path: "/d3")])
        #expect(assignment.slots.isEmpty)
        #expect(assignment.waiting["/d4"]?.contains("/d3") == true)
    }

    @Test func `what is hidden is the drive that was last seen there`() {
        let blank = Blank(path: "/d4", isMountPoint: true)
        let assignment = BlankAssignment(
            missing: [2: true, 3: true], blanks: [blank], hidden: [Hidden(path: "/d3", lastSlot: 2)])
        #expect(assignment.slots == ["/d4": 3])
        let only = BlankAssignment(missing: [2: true], blanks: [blank], hidden: [Hidden(path: "/d3", lastSlot: 2)])
        #expect(only.slots.isEmpty)
        #expect(only.waiting["/d4"] != nil)
    }

    @Test func `a mount point with nothing mounted is no empty drive, and may be where a missing one belongs`() {
        let bare = Blank(path: "/d3", isMountPoint: false)
        let alone = BlankAssignment(missing: [2: true], blanks: [bare], hidden: [])
        #expect(alone.slots.isEmpty)
        #expect(alone.waiting["/d3"]?.contains("no mount point") == true)
        let beside = BlankAssignment(
            missing: [2: true, 3: true], blanks: [bare, Blank(path: "/d4", isMountPoint: true)], hidden: [])
        #expect(beside.slots.isEmpty)
        let former = Blank(path: "/d3", isMountPoint: false, wasMountPoint: true)
        #expect(BlankAssignment(missing: [2: false], blanks: [former], hidden: []).slots.isEmpty)
    }

    @Test func `a mount point may take the place of a plain directory`() {
        let blank = Blank(path: "/d3", isMountPoint: true)
        #expect(BlankAssignment(missing: [2: false], blanks: [blank], hidden: []).slots == ["/d3": 2])
    }
}
