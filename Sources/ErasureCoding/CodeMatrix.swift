internal import CISAL
internal import NIOCore

/// Rows of k coefficients in GF(2⁸).
struct CodeMatrix {
    let columns: Int
    private(set) var rows: [[UInt8]]

    /// The format's matrix: identity above Cauchy, or ones only for k = 1.
    init(dataShards: Int, parityShards: Int) {
        columns = dataShards
        let count = dataShards + parityShards
        if dataShards == 1 {
            rows = Array(repeating: [1], count: count)
            return
        }
        var flat = [UInt8](repeating: 0, count: count * dataShards)
        flat.withUnsafeMutableBufferPointer {
            gf_gen_cauchy1_matrix($0.baseAddress, Int32(count), Int32(dataShards))
        }
        rows = (0..<count).map { Array(flat[$0 * dataShards..<($0 + 1) * dataShards]) }
    }

    private init(columns: Int, rows: [[UInt8]]) {
        self.columns = columns
        self.rows = rows
    }

    func selecting(rows indices: [Int]) -> CodeMatrix {
        CodeMatrix(columns: columns, rows: indices.map { rows[$0] })
    }

    /// The matrix that gives the `lost` units from the k `sources`.
    func decoding(from sources: [Int], to lost: [Int]) -> CodeMatrix {
        let inverse = selecting(rows: sources).inverted()
        let decoded = lost.map { index in
            let row = rows[index]
            return (0..<columns).map { column in
                (0..<columns).reduce(0 as UInt8) { $0 ^ gf_mul(row[$1], inverse.rows[$1][column]) }
            }
        }
        return CodeMatrix(columns: columns, rows: decoded)
    }

    private func inverted() -> CodeMatrix {
        var source = rows.flatMap { $0 }
        var inverse = [UInt8](repeating: 0, count: source.count)
        let failure = source.withUnsafeMutableBufferPointer { source in
            inverse.withUnsafeMutableBufferPointer { inverse in
                gf_invert_matrix(source.baseAddress, inverse.baseAddress, Int32(columns))
            }
        }
        precondition(failure == 0, "every choice of k rows can be inverted")
        return CodeMatrix(
            columns: columns, rows: (0..<columns).map { Array(inverse[$0 * columns..<($0 + 1) * columns]) })
    }
}

/// A matrix in the form that ISA-L multiplies by.
struct CodeTables: Sendable {
    private let columns: Int
    private let rows: Int
    private let bytes: [UInt8]

    init(_ matrix: CodeMatrix) {
        columns = matrix.columns
        rows = matrix.rows.count
        // Each coefficient becomes two tables of 16 bytes.
        var bytes = [UInt8](repeating: 0, count: 32 * columns * rows)
        var coefficients = matrix.rows.flatMap { $0 }
        if rows > 0 {
            bytes.withUnsafeMutableBufferPointer { bytes in
                coefficients.withUnsafeMutableBufferPointer { coefficients in
                    ec_init_tables(
                        Int32(matrix.columns), Int32(matrix.rows.count), coefficients.baseAddress, bytes.baseAddress)
                }
            }
        }
        self.bytes = bytes
    }

    /// One unit for each row. The results share one allocation.
    func apply(to units: [ByteBuffer]) -> [ByteBuffer] {
        precondition(units.count == columns, "one unit for each column")
        let length = units[0].readableBytes
        precondition(units.allSatisfy { $0.readableBytes == length }, "units of a stripe are equally long")
        if length == 0 { return Array(repeating: ByteBuffer(), count: rows) }

        var result = ByteBuffer()
        result.writeWithUnsafeMutableBytes(minimumWritableBytes: length * rows) { target in
            let base = target.baseAddress!.assumingMemoryBound(to: UInt8.self)
            var targets: [UnsafeMutablePointer<UInt8>?] = (0..<rows).map { base + $0 * length }
            withPointers(to: units[...], []) { multiply(length, $0, &targets) }
            return length * rows
        }
        return (0..<rows).map { _ in result.readSlice(length: length)! }
    }

    private func multiply(
        _ length: Int, _ sources: [UnsafeMutablePointer<UInt8>?], _ targets: inout [UnsafeMutablePointer<UInt8>?]
    ) {
        // ISA-L writes neither the tables nor the sources; its declarations only lack `const`.
        var sources = sources
        bytes.withUnsafeBufferPointer { tables in
            ec_encode_data(
                Int32(length), Int32(columns), Int32(rows), UnsafeMutablePointer(mutating: tables.baseAddress),
                &sources, &targets)
        }
    }

    /// Nests one access for each unit, so that all pointers are valid together.
    private func withPointers(
        to units: ArraySlice<ByteBuffer>, _ pointers: [UnsafeMutablePointer<UInt8>?],
        _ body: ([UnsafeMutablePointer<UInt8>?]) -> Void
    ) {
        guard let first = units.first else { return body(pointers) }
        first.withUnsafeReadableBytes { bytes in
            let pointer = UnsafeMutablePointer(mutating: bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
            withPointers(to: units.dropFirst(), pointers + [pointer], body)
        }
    }
}
