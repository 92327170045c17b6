/// How values of one kind are written in a setting, and read from it.
struct Form<Value>: Sendable {
    /// Stands for a value in help: `host:port`.
    let name: String
    let parse: @Sendable (String) throws(SettingProblem) -> Value
    let text: @Sendable (Value) -> String
}

/// Why a text is no value of a setting; reads on from the name of the setting.
struct SettingProblem: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Form where Value == String {
    /// Any text but an empty one.
    static func text(_ name: String) -> Self {
        Self(
            name: name,
            parse: { (text) throws(SettingProblem) in
                guard !text.isEmpty else { throw SettingProblem("is empty") }
                return text
            }, text: { $0 })
    }
}

extension Form where Value == Int {
    static func number(_ name: String, in range: ClosedRange<Int>) -> Self {
        Self(
            name: name,
            parse: { (text) throws(SettingProblem) in
                guard let number = Int(text), range.contains(number) else {
                    throw SettingProblem(
                        "is \"\(text)\" and must be a number from \(range.lowerBound) to \(range.upperBound)")
                }
                return number
            }, text: { "\($0)" })
    }
}

extension Form {
    /// One of a few words.
    static func choice(_ name: String, _ choices: [(word: String, value: Value)]) -> Self
    where Value: Equatable & Sendable {
        Self(
            name: name,
            parse: { (text) throws(SettingProblem) in
                guard let found = choices.first(where: { $0.word == text }) else {
                    let words = choices.map(\.word).joined(separator: ", ")
                    throw SettingProblem("is \"\(text)\" and must be one of \(words)")
                }
                return found.value
            },
            text: { value in choices.first { $0.value == value }?.word ?? "" })
    }
}
