// The codec of what sets know of pools.

extension ShadowRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, finishes)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: finishes = try reader.flag(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension PoolRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, number)
        writer.write(2, phase)
        writer.write(3, objects)
        writer.write(4, bytes)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: number = try reader.uint32(field)
            case 2: phase = try reader.uint32(field)
            case 3: objects = try reader.uint64(field)
            case 4: bytes = try reader.uint64(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension PoolsRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, revision)
        writer.write(2, pools)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: revision = try reader.uint64(field)
            case 2: pools.append(try reader.record(field))
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension HomeRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, generation)
        writer.write(2, isLeaving)
        writer.write(3, precedingBatches)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: generation = try reader.uint64(field)
            case 2: isLeaving = try reader.flag(field)
            case 3: precedingBatches = try reader.uint64(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}
