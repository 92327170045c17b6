import Digests
import StorageAPI

/// The parameters of a request. Their values need no escapes.
struct AdminQuery {
    private var values: [String: String] = [:]

    /// - Throws: when a parameter is not one of these, or is there twice.
    init(_ target: String, allowed: Set<String>) throws(AdminError) {
        let query = target.drop { $0 != "?" }.dropFirst()
        for pair in query.split(separator: "&") {
            let name = String(pair.prefix { $0 != "=" })
            guard allowed.contains(name) else {
                throw .invalidArgument("\"\(name)\" is no parameter of this operation.")
            }
            let value = String(pair.drop { $0 != "=" }.dropFirst())
            guard values.updateValue(value, forKey: name) == nil else {
                throw .invalidArgument("\"\(name)\" is there twice.")
            }
        }
    }

    func count(_ name: String, default fallback: Int, upTo limit: Int) throws(AdminError) -> Int {
        guard let text = values[name] else { return fallback }
        guard let count = Int(text), (1...limit).contains(count) else {
            throw .invalidArgument("\"\(name)\" must be a number from 1 to \(limit).")
        }
        return count
    }

    /// One that must be there.
    func number(_ name: String) throws(AdminError) -> Int {
        guard let number = values[name].flatMap({ Int($0) }), number >= 0 else {
            throw .invalidArgument("\"\(name)\" must be a number from 0.")
        }
        return number
    }

    func damagedObject(_ name: String) throws(AdminError) -> DamagedObject? {
        guard let text = values[name] else { return nil }
        guard let object = DamagedObject(token: text) else {
            throw .invalidArgument("\"\(name)\" must be what an earlier answer gave as next.")
        }
        return object
    }
}

extension DamagedObject {
    /// Names its place in the list: the bucket and the key, which may hold anything.
    var token: String { Hex.encode(Array(bucket.utf8) + [0] + key.bytes) }

    init?(token: String) {
        guard let bytes = Hex.decode(token), let end = bytes.firstIndex(of: 0),
            let bucket = String(validating: bytes[..<end], as: UTF8.self), !bucket.isEmpty,
            let key = try? ObjectKey(Array(bytes[(end + 1)...]))
        else { return nil }
        self.init(bucket: bucket, key: key, reason: "")
    }
}
