// The codec of what a scrub keeps.

extension ScrubRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, started)
        writer.write(2, finished)
        writer.write(3, stopped)
        writer.write(4, scheduled)
        writer.write(5, family)
        writer.write(6, key)
        writer.write(7, part)
        writer.write(8, shards)
        writer.write(9, byteCount)
        writer.write(10, rows)
        writer.write(11, found)
        writer.write(12, repaired)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: started = try reader.int64(field)
            case 2: finished = try reader.int64(field)
            case 3: stopped = try reader.uint32(field)
            case 4: scheduled = try reader.int64(field)
            case 5: family = try reader.uint8(field)
            case 6: key = try reader.bytes(field)
            case 7: part = try reader.uint32(field)
            case 8: shards = try reader.uint64(field)
            case 9: byteCount = try reader.uint64(field)
            case 10: rows = try reader.uint64(field)
            case 11: found = try reader.uint64(field)
            case 12: repaired = try reader.uint64(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension DamagedRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, id)
        writer.write(2, reason)
        writer.write(3, found)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: id = try reader.dataID(field)
            case 2: reason = try reader.string(field)
            case 3: found = try reader.int64(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}
