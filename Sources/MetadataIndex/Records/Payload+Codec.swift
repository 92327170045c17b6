extension Payload: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, .some(id))
        writer.write(2, size)
        switch layout {
        case .tiny(let slots):
            writer.writePacked(3, slots)
        case .inline(let dataShards, let parityShards, let rotation):
            precondition(dataShards > 0, "a layout without data shards")
            writer.write(4, UInt64(dataShards))
            writer.write(5, UInt64(parityShards))
            writer.write(6, UInt64(rotation))
        case .striped(let dataShards, let parityShards, let rotation, let unitByteCount):
            precondition(dataShards > 0 && unitByteCount > 0, "a layout without data shards or units")
            writer.write(4, UInt64(dataShards))
            writer.write(5, UInt64(parityShards))
            writer.write(6, UInt64(rotation))
            writer.write(7, UInt64(unitByteCount))
        }
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        var id: DataID?
        var size: UInt64 = 0
        var fields = LayoutFields()
        var unknown = UnknownFields()
        while let field = try reader.next() {
            switch field.number {
            case 1: id = try reader.dataID(field)
            case 2: size = try reader.byteCount(field)
            case 3: try reader.integers(field, into: &fields.slots, limit: RecordLimits.shardCount)
            case 4: fields.dataShards = Int(try reader.uint32(field))
            case 5: fields.parityShards = Int(try reader.uint32(field))
            case 6: fields.rotation = Int(try reader.uint32(field))
            case 7: fields.unitByteCount = Int(try reader.uint32(field))
            default: try reader.keep(field, in: &unknown)
            }
        }
        guard let id else { throw RecordError("a payload without an id") }
        self.init(id: id, size: size, layout: try fields.layout())
        self.unknown = unknown
    }
}

/// The layout as it is written: which fields are set says which layout it is.
private struct LayoutFields {
    var slots: [Int] = []
    var dataShards = 0
    var parityShards = 0
    var rotation = 0
    var unitByteCount = 0

    func layout() throws(RecordError) -> Payload.Layout {
        if dataShards == 0 {
            guard parityShards == 0, rotation == 0, unitByteCount == 0 else {
                throw RecordError("a layout without data")
            }
            return .tiny(slots: slots)
        }
        let shardCount = dataShards + parityShards
        guard slots.isEmpty, shardCount <= RecordLimits.shardCount, unitByteCount <= RecordLimits.unitByteCount else {
            throw RecordError("a layout of \(dataShards)+\(parityShards) with units of \(unitByteCount) bytes")
        }
        guard unitByteCount > 0 else {
            return .inline(dataShards: dataShards, parityShards: parityShards, rotation: rotation)
        }
        return .striped(
            dataShards: dataShards, parityShards: parityShards, rotation: rotation, unitByteCount: unitByteCount)
    }
}
