import Testing

@testable import AccessControl

/// Operator, key, the policy's values, the request's values (`-`: none), and whether the condition holds. Values are
/// separated by `|`. The source is "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
@Suite struct ConditionTableTests {
    static let rows = (text + values + sets).split(separator: "\n").map(String.init)

    static let text = """
        StringEquals ; s3:prefix ; a ; a ; yes
        StringEquals ; s3:prefix ; a ; A ; no
        StringEquals ; s3:prefix ; a ; ab ; no
        StringEquals ; s3:prefix ; a|b ; b ; yes
        StringEquals ; s3:prefix ; a|b ; c ; no
        StringEquals ; s3:prefix ; a ; - ; no
        StringEquals ; s3:prefix ; ; ; yes
        StringEquals ; s3:prefix ; ; - ; no
        StringEquals ; s3:prefix ; a* ; ab ; no
        StringEquals ; s3:prefix ; a* ; a* ; yes
        StringEquals ; s3:prefix ; a? ; ab ; no
        StringEquals ; S3:PREFIX ; a ; a ; yes
        StringEquals ; s3:prefix ; caf\u{e9} ; cafe\u{301} ; no
        StringEqualsIfExists ; s3:prefix ; a ; a ; yes
        StringEqualsIfExists ; s3:prefix ; a ; b ; no
        StringEqualsIfExists ; s3:prefix ; a ; - ; yes
        StringNotEquals ; s3:prefix ; a ; b ; yes
        StringNotEquals ; s3:prefix ; a ; a ; no
        StringNotEquals ; s3:prefix ; a|b ; b ; no
        StringNotEquals ; s3:prefix ; a|b ; c ; yes
        StringNotEquals ; s3:prefix ; a ; A ; yes
        StringNotEquals ; s3:prefix ; a ; - ; yes
        StringNotEqualsIfExists ; s3:prefix ; a ; - ; yes
        StringNotEqualsIfExists ; s3:prefix ; a ; a ; no
        StringEqualsIgnoreCase ; s3:prefix ; abC ; ABc ; yes
        StringEqualsIgnoreCase ; s3:prefix ; abc ; abd ; no
        StringEqualsIgnoreCase ; s3:prefix ; \u{c4} ; \u{e4} ; yes
        StringEqualsIgnoreCase ; s3:prefix ; a ; - ; no
        StringNotEqualsIgnoreCase ; s3:prefix ; abC ; ABc ; no
        StringNotEqualsIgnoreCase ; s3:prefix ; abC ; x ; yes
        StringNotEqualsIgnoreCase ; s3:prefix ; abC ; - ; yes
        StringLike ; s3:prefix ; a* ; a ; yes
        StringLike ; s3:prefix ; a* ; abc ; yes
        StringLike ; s3:prefix ; a* ; ba ; no
        StringLike ; s3:prefix ; *c ; abc ; yes
        StringLike ; s3:prefix ; *b* ; abc ; yes
        StringLike ; s3:prefix ; a?c ; abc ; yes
        StringLike ; s3:prefix ; a?c ; ac ; no
        StringLike ; s3:prefix ; a?c ; a\u{e9}c ; yes
        StringLike ; s3:prefix ; * ; ; yes
        StringLike ; s3:prefix ; * ; - ; no
        StringLike ; s3:prefix ; a*b*c ; a-b-b-c ; yes
        StringLike ; s3:prefix ; a*b*c ; a-c-b ; no
        StringLike ; s3:prefix ; ab*ba ; aba ; no
        StringLike ; s3:prefix ; ab*ba ; abba ; yes
        StringLike ; s3:prefix ; *aab* ; aaaab ; yes
        StringLike ; s3:prefix ; *a?b* ; aaxb ; yes
        StringLike ; s3:prefix ; A* ; abc ; no
        StringLike ; s3:prefix ; x|a* ; abc ; yes
        StringLikeIfExists ; s3:prefix ; a* ; - ; yes
        StringLikeIfExists ; s3:prefix ; a* ; b ; no
        StringNotLike ; s3:prefix ; a* ; abc ; no
        StringNotLike ; s3:prefix ; a* ; b ; yes
        StringNotLike ; s3:prefix ; a* ; - ; yes
        StringNotLike ; s3:prefix ; a*|b* ; bc ; no
        ArnEquals ; aws:SourceArn ; arn:aws:s3:::a ; arn:aws:s3:::a ; yes
        ArnEquals ; aws:SourceArn ; arn:aws:s3:::a* ; arn:aws:s3:::ab ; yes
        ArnLike ; aws:SourceArn ; arn:aws:s3:::a ; arn:aws:s3:::b ; no
        ArnLike ; aws:SourceArn ; arn:aws:*:::a ; arn:aws:s3:::a ; yes
        ArnLike ; aws:SourceArn ; arn:aws:*:a ; arn:aws:s3:::a ; refused
        ArnLike ; aws:SourceArn ; arn:aws:sns:*:123:* ; arn:aws:sns:eu:123:x:y ; yes
        ArnLike ; aws:SourceArn ; arn:aws:sns:*:123:* ; arn:aws:sns:eu:124:123:y ; no
        ArnLike ; aws:SourceArn ; * ; arn:aws:s3:::a ; yes
        ArnLike ; aws:SourceArn ; arn:aws:s3:::a ; a ; no
        ArnLike ; aws:SourceArn ; arn:aws:s3:::a ; - ; no
        ArnLikeIfExists ; aws:SourceArn ; arn:aws:s3:::a ; - ; yes
        ArnNotEquals ; aws:SourceArn ; arn:aws:s3:::a ; arn:aws:s3:::b ; yes
        ArnNotLike ; aws:SourceArn ; arn:aws:s3:::a* ; arn:aws:s3:::ab ; no
        ArnNotLike ; aws:SourceArn ; arn:aws:s3:::a ; - ; yes
        ArnLike ; aws:SourceArn ; a ; a ; refused

        """

    static let values = """
        NumericEquals ; s3:max-keys ; 10 ; 10 ; yes
        NumericEquals ; s3:max-keys ; 10 ; 010 ; yes
        NumericEquals ; s3:max-keys ; 10 ; 10.0 ; yes
        NumericEquals ; s3:max-keys ; 10 ; 11 ; no
        NumericEquals ; s3:max-keys ; 9|10 ; 10 ; yes
        NumericEquals ; s3:max-keys ; 10 ; ten ; no
        NumericEquals ; s3:max-keys ; 10 ; - ; no
        NumericEquals ; s3:max-keys ; ten ; 10 ; refused
        NumericEquals ; s3:max-keys ; nan ; 10 ; refused
        NumericEquals ; s3:max-keys ; 0x10 ; 16 ; refused
        NumericNotEquals ; s3:max-keys ; 10 ; 11 ; yes
        NumericNotEquals ; s3:max-keys ; 10 ; 10 ; no
        NumericNotEquals ; s3:max-keys ; 10 ; ten ; no
        NumericNotEquals ; s3:max-keys ; 10 ; - ; yes
        NumericLessThan ; s3:max-keys ; 10 ; 9 ; yes
        NumericLessThan ; s3:max-keys ; 10 ; 10 ; no
        NumericLessThan ; s3:max-keys ; 10 ; -5 ; yes
        NumericLessThan ; s3:max-keys ; 10 ; - ; no
        NumericLessThanEquals ; s3:max-keys ; 10 ; 10 ; yes
        NumericLessThanEquals ; s3:max-keys ; 10 ; 11 ; no
        NumericLessThanEquals ; s3:max-keys ; 1.5 ; 1.25 ; yes
        NumericGreaterThan ; s3:max-keys ; 10 ; 11 ; yes
        NumericGreaterThan ; s3:max-keys ; 10 ; 10 ; no
        NumericGreaterThan ; s3:max-keys ; 10 ; 9 ; no
        NumericGreaterThanEquals ; s3:max-keys ; 10 ; 10 ; yes
        NumericGreaterThanEquals ; s3:max-keys ; 10 ; 9 ; no
        NumericGreaterThanEqualsIfExists ; s3:max-keys ; 10 ; - ; yes
        DateEquals ; aws:CurrentTime ; 2026-11-28T22:00:00Z ; 2026-11-28T22:00:00Z ; yes
        DateEquals ; aws:CurrentTime ; 2026-11-28T23:00:00+01:00 ; 2026-11-28T22:00:00Z ; yes
        DateEquals ; aws:CurrentTime ; 1795903200 ; 2026-11-29T00:40:00Z ; no
        DateEquals ; aws:CurrentTime ; 2026-11-28 ; 2026-11-28T00:00:00Z ; yes
        DateEquals ; aws:CurrentTime ; 2026 ; 2026-01-01T00:00:00Z ; yes
        DateEquals ; aws:EpochTime ; 1970-01-02T00:00:00Z ; 86400 ; yes
        DateEquals ; aws:CurrentTime ; 2026-11-31 ; 2026-12-01T00:00:00Z ; refused
        DateEquals ; aws:CurrentTime ; yesterday ; 2026-12-01T00:00:00Z ; refused
        DateEquals ; aws:CurrentTime ; 2026-11-28T22:00Z ; 2026-11-28T22:00:00Z ; yes
        DateEquals ; aws:CurrentTime ; 2026-11-28T22:00:00.500Z ; 2026-11-28T22:00:00Z ; no
        DateNotEquals ; aws:CurrentTime ; 2026-11-28 ; 2026-11-28T00:00:01Z ; yes
        DateNotEquals ; aws:CurrentTime ; 2026-11-28 ; - ; yes
        DateLessThan ; aws:CurrentTime ; 2026-11-28T22:00:00Z ; 2026-11-28T21:59:59Z ; yes
        DateLessThan ; aws:CurrentTime ; 2026-11-28T22:00:00Z ; 2026-11-28T22:00:00Z ; no
        DateLessThan ; aws:CurrentTime ; 2026-11-28T22:00:00Z ; - ; no
        DateLessThanEquals ; aws:CurrentTime ; 2026-11-28T22:00:00Z ; 2026-11-28T22:00:00Z ; yes
        DateGreaterThan ; aws:CurrentTime ; 2026-11-28T22:00:00Z ; 2026-11-28T22:00:01Z ; yes
        DateGreaterThan ; aws:CurrentTime ; 2026-11-28T22:00:00Z ; 2026-11-28T22:00:00Z ; no
        DateGreaterThanEquals ; aws:CurrentTime ; 2026-11-28T22:00:00Z ; 2026-11-28T22:00:00Z ; yes
        DateGreaterThanIfExists ; aws:TokenIssueTime ; 2026-11-28T22:00:00Z ; - ; yes
        NumericLessThan ; aws:EpochTime ; 1000 ; 999 ; yes
        Bool ; aws:SecureTransport ; true ; true ; yes
        Bool ; aws:SecureTransport ; true ; false ; no
        Bool ; aws:SecureTransport ; false ; false ; yes
        Bool ; aws:SecureTransport ; TRUE ; true ; yes
        Bool ; aws:SecureTransport ; true ; - ; no
        Bool ; aws:SecureTransport ; false ; - ; no
        Bool ; aws:SecureTransport ; yes ; true ; refused
        BoolIfExists ; aws:MultiFactorAuthPresent ; true ; - ; yes
        BoolIfExists ; aws:MultiFactorAuthPresent ; true ; false ; no
        BinaryEquals ; s3:x-amz-content-sha256 ; QmluYXJ5 ; QmluYXJ5 ; yes
        BinaryEquals ; s3:x-amz-content-sha256 ; QmluYXJ5 ; QmluYXJ6 ; no
        BinaryEquals ; s3:x-amz-content-sha256 ; QmluYXJ5 ; - ; no
        BinaryEquals ; s3:x-amz-content-sha256 ; not base64 ; QmluYXJ5 ; refused
        IpAddress ; aws:SourceIp ; 192.0.2.0/24 ; 192.0.2.255 ; yes
        IpAddress ; aws:SourceIp ; 192.0.2.0/24 ; 192.0.3.0 ; no
        IpAddress ; aws:SourceIp ; 192.0.2.7 ; 192.0.2.7 ; yes
        IpAddress ; aws:SourceIp ; 192.0.2.7 ; 192.0.2.8 ; no
        IpAddress ; aws:SourceIp ; 192.0.2.77/24 ; 192.0.2.1 ; yes
        IpAddress ; aws:SourceIp ; 192.0.2.0/25 ; 192.0.2.128 ; no
        IpAddress ; aws:SourceIp ; 192.0.2.0/25 ; 192.0.2.127 ; yes
        IpAddress ; aws:SourceIp ; 0.0.0.0/0 ; 198.51.100.1 ; yes
        IpAddress ; aws:SourceIp ; 0.0.0.0/0 ; 2001:db8::1 ; no
        IpAddress ; aws:SourceIp ; 10.0.0.0/8|192.0.2.0/24 ; 192.0.2.1 ; yes
        IpAddress ; aws:SourceIp ; 2001:db8::/32 ; 2001:db8:1::1 ; yes
        IpAddress ; aws:SourceIp ; 2001:db8::/32 ; 2001:db9::1 ; no
        IpAddress ; aws:SourceIp ; 2001:DB8::1 ; 2001:db8:0:0:0:0:0:1 ; yes
        IpAddress ; aws:SourceIp ; 192.0.2.0/24 ; ::ffff:192.0.2.1 ; yes
        IpAddress ; aws:SourceIp ; ::ffff:192.0.2.0/120 ; 192.0.2.1 ; yes
        IpAddress ; aws:SourceIp ; 192.0.2.0/24 ; - ; no
        IpAddress ; aws:SourceIp ; 192.0.2.0/24 ; unknown ; no
        IpAddress ; aws:SourceIp ; 192.0.2.0/33 ; 192.0.2.0 ; refused
        IpAddress ; aws:SourceIp ; 192.0.2 ; 192.0.2.0 ; refused
        IpAddress ; aws:SourceIp ; 192.0.2.256 ; 192.0.2.0 ; refused
        IpAddress ; aws:SourceIp ; 192.0.02.1 ; 192.0.2.1 ; refused
        NotIpAddress ; aws:SourceIp ; 192.0.2.0/24 ; 192.0.3.1 ; yes
        NotIpAddress ; aws:SourceIp ; 192.0.2.0/24 ; 192.0.2.1 ; no
        NotIpAddress ; aws:SourceIp ; 192.0.2.0/24 ; - ; yes
        NotIpAddress ; aws:SourceIp ; 192.0.2.0/24 ; unknown ; no
        NotIpAddress ; aws:SourceIp ; 192.0.2.0/24|10.0.0.0/8 ; 10.1.1.1 ; no
        Null ; s3:prefix ; true ; - ; yes
        Null ; s3:prefix ; true ; a ; no
        Null ; s3:prefix ; false ; a ; yes
        Null ; s3:prefix ; false ; - ; no
        Null ; s3:prefix ; maybe ; - ; refused
        Null ; s3:prefix ; true|false ; - ; refused

        """

    static let sets = """
        ForAnyValue:StringEquals ; s3:RequestObjectTagKeys ; a ; a ; yes
        ForAnyValue:StringEquals ; s3:RequestObjectTagKeys ; a ; a|b ; yes
        ForAnyValue:StringEquals ; s3:RequestObjectTagKeys ; a|c ; b|c ; yes
        ForAnyValue:StringEquals ; s3:RequestObjectTagKeys ; a ; b|c ; no
        ForAnyValue:StringEquals ; s3:RequestObjectTagKeys ; a ; - ; no
        ForAnyValue:StringEqualsIfExists ; s3:RequestObjectTagKeys ; a ; - ; yes
        ForAnyValue:StringNotEquals ; s3:RequestObjectTagKeys ; a ; a|b ; yes
        ForAnyValue:StringNotEquals ; s3:RequestObjectTagKeys ; a|b ; a|b ; no
        ForAnyValue:StringNotEquals ; s3:RequestObjectTagKeys ; a ; - ; no
        ForAnyValue:StringLike ; s3:RequestObjectTagKeys ; a* ; b|ab ; yes
        ForAnyValue:StringLike ; s3:RequestObjectTagKeys ; a* ; b|c ; no
        ForAnyValue:StringNotLike ; s3:RequestObjectTagKeys ; a* ; ab|ac ; no
        ForAnyValue:StringNotLike ; s3:RequestObjectTagKeys ; a* ; ab|b ; yes
        ForAllValues:StringEquals ; s3:RequestObjectTagKeys ; a|b ; a ; yes
        ForAllValues:StringEquals ; s3:RequestObjectTagKeys ; a|b ; a|b ; yes
        ForAllValues:StringEquals ; s3:RequestObjectTagKeys ; a|b ; a|c ; no
        ForAllValues:StringEquals ; s3:RequestObjectTagKeys ; a|b ; - ; yes
        ForAllValues:StringEqualsIfExists ; s3:RequestObjectTagKeys ; a ; - ; yes
        ForAllValues:StringNotEquals ; s3:RequestObjectTagKeys ; a|b ; c|d ; yes
        ForAllValues:StringNotEquals ; s3:RequestObjectTagKeys ; a|b ; c|a ; no
        ForAllValues:StringNotEquals ; s3:RequestObjectTagKeys ; a ; - ; yes
        ForAllValues:StringLike ; s3:RequestObjectTagKeys ; a* ; ab|ac ; yes
        ForAllValues:StringLike ; s3:RequestObjectTagKeys ; a* ; ab|b ; no
        ForAllValues:NumericLessThan ; s3:max-keys ; 10 ; 1|2 ; yes
        ForAllValues:NumericLessThan ; s3:max-keys ; 10 ; 1|20 ; no
        ForAnyValue:IpAddress ; aws:SourceIp ; 10.0.0.0/8 ; 192.0.2.1|10.0.0.1 ; yes
        ForAnyValue:Null ; s3:prefix ; true ; - ; refused
        ForSomeValues:StringEquals ; s3:prefix ; a ; a ; refused
        NullIfExists ; s3:prefix ; true ; - ; refused
        StringEqual ; s3:prefix ; a ; a ; refused
        stringEquals ; s3:prefix ; a ; a ; refused
        StringEquals ; s3:prefixx ; a ; a ; refused
        StringEquals ; prefix ; a ; a ; refused
        StringEquals ; s3:prefix/x ; a ; a ; refused
        StringEquals ; jwt:sub/x ; a ; a ; refused
        StringEquals ; jwt:aud ; a ; - ; no
        StringEquals ; aws:PrincipalTag/ ; a ; a ; refused
        StringEquals ; s3:ExistingObjectTag ; a ; a ; refused
        StringEquals ; s3:ExistingObjectTag/k ; a ; a ; yes
        StringEquals ; aws:PrincipalTag/other ; a ; - ; no
        """

    private static func holds(_ row: String, effect: Effect) throws -> String {
        let fields = row.components(separatedBy: ";")
        let values = fields[2].split(separator: "|", omittingEmptySubsequences: false)
        let list = values.map { "\"\($0)\"" }.joined(separator: ", ")
        let statement =
            #"{"Effect": "\#(effect.rawValue)", "Action": "s3:*", "Resource": "*", "#
            + #""Condition": {"\#(fields[0])": {"\#(fields[1])": [\#(list)]}}}"#
        let text = document([statement, #"{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}"#])
        guard let policy = try? PolicyDocument(text, kind: .identity) else { return "refused" }
        let given =
            fields[3] == "-" ? [] : fields[3].split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let action: Action = effect == .allow ? .getObject : .listBucket
        let request = try Sample.request(Sample.bob, action, "bucket/a", [fields[1]: given])
        let named = NamedPolicy(name: "identity", document: policy)
        let decision = PolicyEvaluation.decide(request, PolicySet(identity: [named]))
        return decision.isAllowed == (effect == .allow) ? "yes" : "no"
    }

    @Test(arguments: rows)
    func `A condition holds where AWS says so`(row: String) throws {
        let expected = row.components(separatedBy: ";")[4]
        #expect(try Self.holds(row, effect: .allow) == expected)
    }

    /// Where the request's value can not be compared, a grant does not apply and a denial may.
    @Test(arguments: rows)
    func `A denial applies wherever a grant would`(row: String) throws {
        let expected = row.components(separatedBy: ";")[4]
        let actual = try Self.holds(row, effect: .deny)
        if expected == "no", row.contains("Not"), row.contains("; ten ;") || row.contains("; unknown ;") {
            #expect(actual == "yes")
        } else {
            #expect(actual == expected)
        }
    }
}

extension String {
    fileprivate func components(separatedBy separator: Character) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map { field in
            let start = field.drop { $0 == " " }
            return start.lastIndex { $0 != " " }.map { String(start[...$0]) } ?? ""
        }
    }
}
