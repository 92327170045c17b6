// The codec of what clients made: objects, uploads, buckets, documents.

extension HeadRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, modified)
        writer.write(2, size)
        writer.write(3, etag)
        writer.write(4, headers)
        writer.write(5, userMetadata)
        writer.write(6, checksums)
        writer.write(7, payload)
        writer.write(8, manifest)
        writer.write(9, partCount)
        writer.write(10, isShadow)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: modified = try reader.int64(field)
            case 2: size = try reader.byteCount(field)
            case 3: etag = try reader.string(field)
            case 4: headers.append(try reader.record(field))
            case 5: userMetadata.append(try reader.record(field))
            case 6: checksums.append(try reader.record(field))
            case 7: payload = try reader.record(field)
            case 8: manifest = try reader.dataID(field)
            case 9: partCount = try reader.uint32(field)
            case 10: isShadow = try reader.flag(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension PartRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, number)
        writer.write(2, size)
        writer.write(3, modified)
        writer.write(4, etag)
        writer.write(5, checksums)
        writer.write(6, payload)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: number = try reader.uint32(field)
            case 2: size = try reader.byteCount(field)
            case 3: modified = try reader.int64(field)
            case 4: etag = try reader.string(field)
            case 5: checksums.append(try reader.record(field))
            case 6: payload = try reader.record(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension ManifestRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, parts)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1:
                guard parts.count < RecordLimits.partCount else { throw reader.outOfRange(field) }
                parts.append(try reader.record(field))
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension UploadRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, initiated)
        writer.write(2, headers)
        writer.write(3, userMetadata)
        writer.write(4, checksumAlgorithm)
        writer.write(5, checksumType)
        writer.write(6, generation)
        writer.write(7, isShadow)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: initiated = try reader.int64(field)
            case 2: headers.append(try reader.record(field))
            case 3: userMetadata.append(try reader.record(field))
            case 4: checksumAlgorithm = try reader.uint8(field)
            case 5: checksumType = try reader.uint8(field)
            case 6: generation = try reader.uint64(field)
            case 7: isShadow = try reader.flag(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension CompletedUploadRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, completed)
        writer.write(2, modified)
        writer.write(3, size)
        writer.write(4, etag)
        writer.write(5, checksums)
        writer.write(6, partCount)
        writer.writeFixed(7, partsDigest)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: completed = try reader.int64(field)
            case 2: modified = try reader.int64(field)
            case 3: size = try reader.byteCount(field)
            case 4: etag = try reader.string(field)
            case 5: checksums.append(try reader.record(field))
            case 6: partCount = try reader.uint32(field)
            case 7: partsDigest = try reader.fixed64(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension BucketRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.writeFixed(1, id)
        writer.write(2, created)
        writer.write(3, region)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: id = try reader.fixed64(field)
            case 2: created = try reader.int64(field)
            case 3: region = try reader.string(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension DocumentRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, bytes)
        writer.write(2, revision)
        writer.write(unknown)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init()
        while let field = try reader.next() {
            switch field.number {
            case 1: bytes = try reader.bytes(field)
            case 2: revision = try reader.uint64(field)
            default: try reader.keep(field, in: &unknown)
            }
        }
    }
}

extension FieldRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, name)
        writer.write(2, value)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(name: "", value: "")
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try reader.string(field)
            case 2: value = try reader.string(field)
            default: throw reader.refuse(field)
            }
        }
    }
}

extension ChecksumRecord: IndexRecord {
    package func encode(into writer: inout RecordWriter) {
        writer.write(1, algorithm)
        writer.write(2, type)
        writer.write(3, bytes)
    }

    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(algorithm: 0, type: 0, bytes: [])
        while let field = try reader.next() {
            switch field.number {
            case 1: algorithm = try reader.uint8(field)
            case 2: type = try reader.uint8(field)
            case 3: bytes = try reader.bytes(field)
            default: throw reader.refuse(field)
            }
        }
    }
}
