import CRocksDB

/// Owns the database behind an index, its snapshots and its cursors; all of them keep it alive.
///
/// `@unchecked Sendable`: the pointer never changes, and the shim admits calls from any thread.
final class RocksDBHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        magstore_index_release(pointer)
    }

    /// - Parameter snapshot: Nil for the present state.
    func lookUp(
        _ family: Family, _ key: [UInt8], in snapshot: OpaquePointer?, cached: Bool
    ) throws(IndexError) -> CachedValue {
        var value: [UInt8] = []
        let result = try check { message in
            withUnsafeMutablePointer(to: &value) { value in
                key.withUnsafeBufferPointer { key in
                    magstore_index_get(
                        pointer, snapshot, family.rawValue, key.baseAddress, key.count, cached, keepBytes, value,
                        &message)
                }
            }
        }
        switch result {
        case .found: return .found(value)
        case .absent: return .absent
        case .unknown: return .unknown
        }
    }

    func value(_ family: Family, _ key: [UInt8], in snapshot: OpaquePointer?) throws(IndexError) -> [UInt8]? {
        switch try lookUp(family, key, in: snapshot, cached: false) {
        case .found(let value): value
        case .absent: nil
        case .unknown: throw IndexError(.inputOutput, "a lookup in \(family) gave up")
        }
    }
}

/// Takes what the shim hands out as an array.
let keepBytes: magstore_sink = { context, bytes, count in
    context?.assumingMemoryBound(to: [UInt8].self).pointee = Array(UnsafeBufferPointer(start: bytes, count: count))
}

enum CallResult {
    case found
    case absent
    case unknown
}

/// Makes a call of the shim, and its failure an error.
@discardableResult
func check(
    _ call: (inout UnsafeMutablePointer<CChar>?) -> magstore_result
) throws(IndexError) -> CallResult {
    var message: UnsafeMutablePointer<CChar>?
    let result = call(&message)
    switch result {
    case MAGSTORE_OK: return .found
    case MAGSTORE_ABSENT: return .absent
    case MAGSTORE_UNKNOWN: return .unknown
    default: throw IndexError(result, taking: message)
    }
}

extension IndexError {
    /// Frees the message.
    init(_ result: magstore_result, taking message: UnsafeMutablePointer<CChar>?) {
        let text = message.map { String(cString: $0) } ?? "no message"
        magstore_free_message(message)
        let code: Code =
            switch result {
            case MAGSTORE_CORRUPT: .corrupt
            case MAGSTORE_FULL: .full
            case MAGSTORE_CLOSED: .closed
            default: .inputOutput
            }
        self.init(code, text)
    }
}
