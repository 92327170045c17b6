import Digests
import NIOCore
import SeededRandom
import Testing

@Suite("Message digests")
struct MessageDigestTests {
    @Test(
        "have the values that RFC 1321 and FIPS 180 publish",
        arguments: [
            (DigestAlgorithm.md5, "", "d41d8cd98f00b204e9800998ecf8427e"),
            (.md5, "abc", "900150983cd24fb0d6963f7d28e17f72"),
            (.md5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (.md5, "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            (.sha1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            (.sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                .sha1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
            (.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                .sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func published(algorithm: DigestAlgorithm, message: String, digest: String) {
        #expect(Hex.encode(algorithm.digest(of: Array(message.utf8))) == digest)
        #expect(Hex.encode(algorithm.digest(of: ByteBuffer(string: message))) == digest)
        #expect(digest.utf8.count == 2 * algorithm.byteCount)
    }

    @Test("do not depend on how the bytes arrive", arguments: DigestAlgorithm.allCases)
    func splits(algorithm: DigestAlgorithm) {
        var random = SeededGenerator(seed: 1)
        var digest = MessageDigest(algorithm)
        for _ in 0..<200 {
            let message = random.bytes(atMost: 1000)
            for piece in random.pieces(of: message) { digest.update(piece) }
            #expect(digest.finish() == algorithm.digest(of: message))
        }
        #expect(digest.finish() == algorithm.digest(of: [UInt8]()))
    }

    @Test(
        "give the authentication codes of RFC 4231",
        arguments: [
            (
                Array(repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                Array(repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ] as [([UInt8], String, String)])
    func authenticationCodes(key: [UInt8], message: String, code: String) {
        #expect(Hex.encode(HMACSHA256.code(for: Array(message.utf8), key: key)) == code)
    }
}
