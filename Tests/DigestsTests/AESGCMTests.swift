import Testing

@testable import Digests

@Suite("Sealed secrets")
struct AESGCMTests {
    private let key = [UInt8](repeating: 7, count: 32)

    @Test("match a published vector (McGrew and Viega, test case 16)")
    func published() throws {
        let sealed = AESGCM.seal(
            try #require(
                Hex.decode(
                    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")),
            key: try #require(Hex.decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")),
            context: try #require(Hex.decode("feedfacedeadbeeffeedfacedeadbeefabaddad2")),
            nonce: try #require(Hex.decode("cafebabefacedbaddecaf888")))
        #expect(
            Hex.encode(Array(sealed.dropFirst(12)))
                == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b")
    }

    @Test("open to what was sealed", arguments: [0, 1, 16, 1000])
    func roundTrip(count: Int) {
        let plaintext = SecureRandom.bytes(count)
        let sealed = AESGCM.seal(plaintext, key: key, context: [1, 2])
        #expect(sealed.count == count + AESGCM.overheadByteCount)
        #expect(AESGCM.open(sealed, key: key, context: [1, 2]) == plaintext)
        #expect(AESGCM.seal(plaintext, key: key, context: [1, 2]) != sealed, "a nonce was used twice")
    }

    @Test("stay shut when any bit was changed")
    func tampered() {
        let sealed = AESGCM.seal([1, 2, 3], key: key, context: [])
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(AESGCM.open(changed, key: key, context: []) == nil)
            #expect(AESGCM.open(Array(sealed.prefix(index)), key: key, context: []) == nil)
        }
    }

    @Test("stay shut to another key and in another context")
    func misplaced() {
        let sealed = AESGCM.seal([1, 2, 3], key: key, context: [1])
        #expect(AESGCM.open(sealed, key: [UInt8](repeating: 8, count: 32), context: [1]) == nil)
        #expect(AESGCM.open(sealed, key: key, context: [2]) == nil)
        #expect(AESGCM.open(sealed, key: key, context: []) == nil)
    }
}

@Suite("Comparison in constant time")
struct ConstantTimeTests {
    @Test("finds equality and every difference")
    func comparison() {
        #expect(ConstantTime.areEqual([], []))
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
        #expect(!ConstantTime.areEqual([], [0]))
    }
}
