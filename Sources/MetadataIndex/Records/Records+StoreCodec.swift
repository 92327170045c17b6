// The codec of what the store keeps for itself: payloads, references, batches.

extension PayloadRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, shard)
        writer.writeFixed(2, checksum)
        writer.write(3, bytes)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: shard = try reader.uint32(field)
            case 2: checksum = try reader.fixed32(field)
            case 3: bytes = try reader.bytes(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension ReferencesRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, count)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: count = try reader.uint64(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension MissingRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, payload)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: payload = try reader.record(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension TrashRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, payloads)
        writer.write(2, manifest)
        writer.write(3, batch)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: payloads.append(try reader.record(field))
            case 2: manifest = try reader.dataID(field)
            case 3: batch = try reader.batchID(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension UsageRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, objects)
        writer.write(2, bytes)
        writer.write(3, shadows)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: objects = try reader.uint64(field)
            case 2: bytes = try reader.byteCount(field)
            case 3: shadows = try reader.uint64(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension ChangeRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, id)
        writer.write(2, predecessor)
        writer.write(3, committed)
        writer.write(4, members)
        writer.write(5, touched)
        for id in trashed { writer.writeElement(6, id.bytes) }
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: id = try reader.batchID(field)
            case 2: predecessor = try reader.batchID(field)
            case 3: committed = try reader.batchID(field)
            case 4: members.append(try reader.record(field))
            case 5: touched.append(try reader.record(field))
            case 6: trashed.append(try reader.dataID(field))
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension ChangeRecord {
    /// Without what the batch touched and trashed, which is most of a log's bytes.
    package init(headerOf bytes: [UInt8]) throws(RecordError) {
        self.init()
        var reader = RecordReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: id = try reader.batchID(field)
            case 2: predecessor = try reader.batchID(field)
            case 3: committed = try reader.batchID(field)
            case 4: members.append(try reader.record(field))
            default: try reader.skip(field)
            }
        }
    }
}

extension LastRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, id)
        writer.write(2, committed)
        writer.write(3, members)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: id = try reader.batchID(field)
            case 2: committed = try reader.batchID(field)
            case 3: members.append(try reader.record(field))
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension SlotRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.writeElement(1, drive.bytes)
        writer.write(2, isMountPoint)
        writer.write(3, isUnlisted)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(drive: DriveUUID(high: 0, low: 0))
        while let field = try reader.next() {
            switch field.number {
            case 1: drive = try reader.driveUUID(field)
            case 2: isMountPoint = try reader.flag(field)
            case 3: isUnlisted = try reader.flag(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension MemberRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, slot)
        writer.writeElement(2, drive.bytes)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(slot: 0, drive: DriveUUID(high: 0, low: 0))
        while let field = try reader.next() {
            switch field.number {
            case 1: slot = try reader.uint32(field)
            case 2: drive = try reader.driveUUID(field)
            default: throw reader.refuse(field)
            }
        }
    }
}

extension TouchedRow: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, family)
        writer.write(2, key)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(family: 0, key: [])
        while let field = try reader.next() {
            switch field.number {
            case 1: family = try reader.uint8(field)
            case 2: key = try reader.bytes(field)
            default: throw reader.refuse(field)
            }
        }
    }
}
