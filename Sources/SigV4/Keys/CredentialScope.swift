/// What a signing key is good for: one day, one region, one service.
package struct CredentialScope: Hashable, Sendable {
    /// `YYYYMMDD`, UTC.
    package let day: String
    package let region: String
    package let service: String

    package init(day: String, region: String, service: String = "s3") {
        self.day = day
        self.region = region
        self.service = service
    }

    static let terminator = "aws4_request"

    /// Appends `day/region/service/aws4_request`.
    func append(to text: inout [UInt8]) {
        text += day.utf8
        text.append(UInt8(ascii: "/"))
        text += region.utf8
        text.append(UInt8(ascii: "/"))
        text += service.utf8
        text.append(UInt8(ascii: "/"))
        text += Self.terminator.utf8
    }
}

extension CredentialScope: CustomStringConvertible {
    package var description: String {
        "\(day)/\(region)/\(service)/\(Self.terminator)"
    }
}
