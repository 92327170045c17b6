import NIOCore
import SeededRandom
import StorageAPI
import Testing

@testable import S3Protocol

@Suite struct XMLTests {
    static func parse(_ text: String) throws(S3Error) -> XMLElement {
        try XMLReader.parse(ByteBuffer(string: text))
    }

    @Test func `Elements are read with and without namespaces, attributes, comments and declarations`() throws {
        let plain = try Self.parse("<a><b>1</b><c/></a>")
        for text in [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a xmlns=\"urn:s3\"><b>1</b><c/></a>",
            "<s:a xmlns:s=\"urn:x\"><s:b>1</s:b><s:c></s:c></s:a>",
            "\u{FEFF}<a><b x=\"y\">1</b><!-- c --><c/></a><!-- end -->\n",
            "<?xml version='1.0' encoding='utf-16'?><a><b>1</b><?pi x?><c/></a>",
        ] {
            #expect(try Self.parse(text) == plain, "\(text)")
        }
    }

    @Test func `Text is verbatim, whatever way it is written`() throws {
        let element = try Self.parse("<k> a&amp;&lt;&#65;&#x1F600;<![CDATA[<b>&]]>é\r\n&#13; </k>")
        #expect(String(decoding: element.text, as: UTF8.self) == " a&<A😀<b>&é\n\r ")
        #expect(try Self.parse("<k> 12\n</k>").number() == 12)
        #expect(try Self.parse("<k> True </k>").flag())
    }

    @Test(arguments: [
        "", " ", "x", "<a>", "<a></b>", "<a/><b/>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<a>&#1;</a>", "<a b=1/>",
        "<a b='1' b='2'/>", "<a>\u{0}</a>", "<a>\u{1}</a>", "<a>]]></a>", "<a>&", "<!-- only -->",
        "<?xml version=\"1.0\"?>", "<a/>trailing",
    ])
    func `What is not well-formed is malformed`(text: String) {
        #expect(failure { try Self.parse(text) }.code == .malformedXML)
    }

    @Test(arguments: [
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
        "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/dtd\"><a/>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/dtd\"> %p;]><a/>",
        "<!DOCTYPE a [<!ENTITY l0 \"lol\">"
            + (1...12).map { "<!ENTITY l\($0) \"" + String(repeating: "&l\($0 - 1);", count: 10) + "\">" }.joined()
            + "]><a>&l12;</a>",
    ])
    func `Document types, and so entities and bombs, are refused`(text: String) {
        #expect(failure { try Self.parse(text) }.code == .malformedXML)
    }

    @Test func `Depth, elements, attributes, tags and bytes have limits`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        _ = try Self.parse(nested(XMLLimits.depth))
        func flat(_ count: Int) -> String { "<r>" + String(repeating: "<a/>", count: count - 1) + "</r>" }
        #expect(try Self.parse(flat(XMLLimits.elements)).children.count == XMLLimits.elements - 1)
        func attributed(_ count: Int) -> String { "<a " + (0..<count).map { "x\($0)='' " }.joined() + "/>" }
        _ = try Self.parse(attributed(XMLLimits.attributes))
        for text in [
            nested(XMLLimits.depth + 1), nested(5_000), flat(XMLLimits.elements + 1),
            attributed(XMLLimits.attributes + 1), attributed(100_000),
            "<a>" + String(repeating: "x", count: XMLLimits.bytesWithoutTag + 100) + "</a>",
            "<a>" + String(repeating: "<b>0123456789</b>", count: BodyLimits.large / 16) + "</a>",
        ] {
            #expect(failure { try Self.parse(text) }.code == .malformedXML)
        }
    }

    @Test func `Other encodings are refused, not guessed`() {
        let text = "<?xml version=\"1.0\"?><a>x</a>"
        for bytes in [
            [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
            text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
            Array("<a>".utf8) + [0xE9] + Array("</a>".utf8),
        ] as [[UInt8]] {
            #expect(failure { try XMLReader.parse(ByteBuffer(bytes: bytes)) }.code == .malformedXML)
        }
    }

    @Test func `Random and damaged documents are read or refused`() {
        var random = SeededGenerator(seed: 1)
        let sound = Array(
            "<?xml version=\"1.0\"?><Delete xmlns=\"u\"><Quiet>true</Quiet><Object><Key>a&amp;b</Key></Object></Delete>"
                .utf8)
        for round in 0..<1_000 {
            var bytes = round % 4 == 0 ? random.bytes(Int.random(in: 0..<200, using: &random)) : sound
            for _ in 0..<Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch random.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                default: bytes.insert(contentsOf: bytes[index...].prefix(8), at: index)
                }
            }
            let buffer = ByteBuffer(bytes: bytes)
            _ = try? DeleteObjectsBody(buffer)
            _ = try? CompleteMultipartUploadBody(buffer)
            _ = try? CreateBucketBody(buffer)
            _ = try? AccessControlPolicyBody(buffer, owner: owner)
        }
    }

    @Test func `The writer escapes what would not come back`() throws {
        let text = "a&b<c>\"d'e\rf\ng\th é😀"
        let written = XMLWriter.document { $0.element("k", text) }
        #expect(written.documentText == "<k>a&amp;b&lt;c&gt;&quot;d'e&#xd;f\ng\th é😀</k>")
        #expect(try XMLReader.parse(written).text == Array(text.utf8))
        #expect(XMLWriter.document { $0.element("k", "\u{1}\u{7F}") }.documentText == "<k>&#x1;&#x7f;</k>")
    }
}
