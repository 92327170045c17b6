package import StorageAPI

/// What somebody wants to do, in the terms of policies.
package struct AccessRequest: Sendable {
    package var principal: Principal
    package var action: Action
    /// Whose policy has a say; nil for the service itself.
    package let bucket: BucketName?
    /// In the form of policies.
    package let resource: AccessResource
    package var facts: any RequestFacts
    /// The account of everything here: 12 digits.
    package var account: String

    /// - Parameter key: nil for a bucket.
    package init(
        principal: Principal, action: Action, bucket: BucketName?, key: ObjectKey?, facts: any RequestFacts,
        account: String
    ) {
        self.principal = principal
        self.action = action
        self.bucket = bucket
        resource = bucket.map { AccessResource(bucket: $0, key: key) } ?? .service
        self.facts = facts
        self.account = account
    }

    /// Empty where the request has no such key.
    func values(of key: ConditionKey) -> [String] {
        let own = principal.values(of: key, account: account)
        return own.isEmpty ? facts.values(of: key) : own
    }

    /// A key with several values can not be a variable.
    func value(of key: ConditionKey) -> String? {
        let values = values(of: key)
        return values.count == 1 ? values[0] : nil
    }
}

/// What a request says about itself beside who sent it. Asked only for keys that a statement in question names.
package protocol RequestFacts: Sendable {
    /// Empty where the request has no such key. Never of keys that say who asks.
    func values(of key: ConditionKey) -> [String]
}

/// Facts that are none.
package struct NoFacts: RequestFacts {
    package init() {}

    package func values(of key: ConditionKey) -> [String] { [] }
}
