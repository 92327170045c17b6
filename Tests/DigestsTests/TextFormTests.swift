import Digests
import SeededRandom
import Testing

@Suite("Base 16 and base 64")
struct TextFormTests {
    @Test(
        "write the test vectors of RFC 4648",
        arguments: [
            ("", "", ""), ("f", "66", "Zg=="), ("fo", "666f", "Zm8="), ("foo", "666f6f", "Zm9v"),
            ("foob", "666f6f62", "Zm9vYg=="), ("fooba", "666f6f6261", "Zm9vYmE="),
            ("foobar", "666f6f626172", "Zm9vYmFy"),
        ])
    func published(text: String, hex: String, base64: String) {
        let bytes = Array(text.utf8)
        #expect(Hex.encode(bytes) == hex)
        #expect(Hex.decode(hex) == bytes)
        #expect(Hex.decode(hex.uppercased()) == bytes)
        #expect(Base64.encode(bytes) == base64)
        #expect(Base64.decode(base64) == bytes)
    }

    @Test("read back what they wrote")
    func roundTrip() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let bytes = random.bytes(atMost: 100)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test("refuse malformed hexadecimal", arguments: ["a", "abc", "0g", "0x", " 00", "+1", "é"])
    func malformedHex(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test(
        "refuse base 64 that is malformed or not the only form of its value",
        arguments: [
            "A", "AA", "AAA", "A===", "====", "AA=A", "AB==", "AAB=", "AA==AAAA", "AA-_", "AAAA\n", "AA A", "é===",
        ])
    func malformedBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
