import Testing

@testable import magstore

@Suite struct DrivePathTests {
    @Test(arguments: [
        (["./data"], [["./data"]]),
        (["/a", "/b/"], [["/a", "/b"]]),
        (["/d{1...3}"], [["/d1", "/d2", "/d3"]]),
        (["/d{08...11}"], [["/d08", "/d09", "/d10", "/d11"]]),
        (["/d{a...c}"], [["/da", "/db", "/dc"]]),
        (["/{1...2}/d{a...b}/x"], [["/1/da/x", "/1/db/x", "/2/da/x", "/2/db/x"]]),
        (["/a{1...2}", "/b{1...2}"], [["/a1", "/a2"], ["/b1", "/b2"]]),
        (["/one{1...1}"], [["/one1"]]),
        (["/odd{name}"], [["/odd{name}"]]),
        (["/odd{name}/{1...2}"], [["/odd{name}/1", "/odd{name}/2"]]),
        (["/"], [["/"]]),
    ])
    func `Plain paths form one pool, each pattern one of its own`(arguments: [String], pools: [[String]]) throws {
        #expect(try DrivePaths.pools(arguments) == pools)
    }

    @Test(arguments: [
        (["/a", "/b{1...2}"], "\"/a\" is one drive and others are patterns"),
        (["/d{3...1}"], "{3...1} is no range"),
        (["/d{1...x}"], "{1...x} is no range"),
        (["/d{...}"], "{...} is no range"),
        (["/d{a...C}"], "{a...C} is no range"),
        (["/d{1..6}"], "write three dots"),
        (["/d{1...5000}"], "is no range"),
        (["/{1...100}/{1...100}"], "more than 1024 drives"),
        (["/a", "/a/"], "\"/a\" is named twice"),
        (["/a{1...2}", "/a{2...3}"], "\"/a2\" is named twice"),
        ([""], "is empty"),
    ])
    func `What makes no pools is a usage error`(arguments: [String], part: String) {
        let error = #expect(throws: SettingsError.self) { try DrivePaths.pools(arguments) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(error?.isUsage == true)
    }
}
