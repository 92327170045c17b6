import SeededRandom
import StorageTestSupport
import Testing

@testable import magstore

@Suite struct RescuedPathTests {
    @Test(arguments: [
        ("plain", "plain"), ("a/b/c.parquet", "a/b/c.parquet"), ("é/ü", "é/ü"), ("a/", "a/%"), ("/a", "%/a"),
        ("a//b", "a/%/b"), ("//", "%/%/%"), (".", "%2E"), ("x/..", "x/%2E%2E"), ("...", "..."), ("100%", "100%25"),
        ("a\nb", "a%0Ab"), ("\u{7F}", "%7F"), ("%file", "%25file"),
    ])
    func `a key is its path, but for what no path can be`(key: String, path: String) {
        #expect(RescuedPath(bucket: "b", key: Array(key.utf8), isFolder: false).text == "b/" + path)
        #expect(RescuedPath(bucket: "b", key: Array(key.utf8), isFolder: true).text == "b/" + path + "%file")
    }

    @Test func `what a file system does not take has the name of its digest`() {
        for key in [String(repeating: "y", count: 256), String(repeating: "%", count: 200), "a/" + long] {
            #expect(RescuedPath(bucket: "b", key: Array(key.utf8), isFolder: false).text.hasPrefix("b/%long/"))
        }
        let fits = String(repeating: "y", count: 255)
        #expect(RescuedPath(bucket: "b", key: Array(fits.utf8), isFolder: false).text == "b/" + fits)
        // With the mark of a folder it is too long.
        #expect(RescuedPath(bucket: "b", key: Array(fits.utf8), isFolder: true).text.hasPrefix("b/%long/"))
        let slashes = [UInt8](repeating: UInt8(ascii: "/"), count: 1024)
        #expect(RescuedPath(bucket: "b", key: slashes, isFolder: false).text.utf8.count <= 2048)
    }

    private var long: String { String(repeating: "ü", count: 200) }

    /// The key that a path was made of; nil for one that only the manifest can tell.
    private func key(of path: String) -> [UInt8]? {
        var text = Substring(path)
        if text.hasPrefix("%long/") { return nil }
        if text.hasSuffix("%file") { text = text.dropLast(5) }
        var key: [UInt8] = []
        for (number, component) in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .enumerated()
        {
            if number > 0 { key.append(UInt8(ascii: "/")) }
            var rest = component
            if rest.elementsEqual("%".utf8) { continue }
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "%") else {
                    key.append(byte)
                    continue
                }
                let digits = String(Substring(rest.prefix(2)))
                rest = rest.dropFirst(2)
                guard let escaped = UInt8(digits, radix: 16) else { return [] }
                key.append(escaped)
            }
        }
        return key
    }

    @Test func `keys have different paths, and a path tells its key`() {
        var generator = SeededGenerator(seed: 17)
        let pieces = [
            "", "/", "//", ".", "..", "%", "%2E", "%file", "%long", "a", "é", "\n", "25",
            String(repeating: "n", count: 90),
        ]
        var paths: [String: String] = [:]
        for _ in 0..<20_000 {
            let key = (0...Int(generator.next() % 6)).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))] }
                .joined()
            guard !key.isEmpty else { continue }
            for isFolder in [false, true] {
                let path = RescuedPath(bucket: "b", key: Array(key.utf8), isFolder: isFolder).text
                let parts = path.split(separator: "/", omittingEmptySubsequences: false)
                #expect(!parts.contains("") && !parts.contains(".") && !parts.contains(".."), "\(path)")
                if let told = self.key(of: String(path.dropFirst(2))) { #expect(told == Array(key.utf8), "\(path)") }
                // One of the two names of a key is in use, whatever other keys there are.
                let other = paths.updateValue(key, forKey: path)
                #expect(other == nil || other == key, "\(path)")
            }
        }
    }
}
