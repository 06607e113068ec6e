import CYAML

/// What libyaml finds in a text, one thing after the other.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd, sequenceStart, sequenceEnd, mappingStart, mappingEnd
        case alias
        /// `isPlain`: may be more than a string by its text alone.
        case scalar(String, isPlain: Bool)
    }

    var kind: Kind
    /// Of an alias the name it refers to, of another node its own.
    var anchor: String?
    /// In the long form, `tag:yaml.org,2002:str`.
    var tag: String?
    /// Of a scalar: written without quotes and not as a block, whatever its tag.
    var hasPlainStyle = false
    var position: DocumentError.Position
}

/// libyaml's parser over bytes that outlive it.
struct YAMLEvents: ~Copyable {
    // On the heap, since libyaml keeps pointers into it.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>
    private var offsets: ScalarOffsets

    init(_ input: UnsafeBufferPointer<UInt8>) throws(DocumentError) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw DocumentError("there is no memory to read YAML")
        }
        self.parser = parser
        self.input = input
        offsets = ScalarOffsets(input)
        // Without this libyaml guesses the encoding, and UTF-16 has no place in Kubernetes.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        // A byte order mark would count as the first column of its line.
        let text = UnsafeBufferPointer(rebasing: input[offsets.start...])
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    mutating func next() throws(DocumentError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let position = position(of: event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, position: position)
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, position: position)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, position: position)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, position: position)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, position: position)
        case YAML_ALIAS_EVENT:
            return YAMLEvent(kind: .alias, anchor: text(event.data.alias.anchor), position: position)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return YAMLEvent(
                kind: .sequenceStart, anchor: text(start.anchor), tag: text(start.tag), position: position)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return YAMLEvent(kind: .mappingStart, anchor: text(start.anchor), tag: text(start.tag), position: position)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let value = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return YAMLEvent(
                kind: .scalar(value, isPlain: scalar.plain_implicit != 0), anchor: text(scalar.anchor),
                tag: text(scalar.tag), hasPlainStyle: scalar.style == YAML_PLAIN_SCALAR_STYLE, position: position)
        default:  // YAML_STREAM_END_EVENT, and YAML_NO_EVENT when asked on behind it
            return YAMLEvent(kind: .streamEnd, position: position)
        }
    }

    private func text(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? { bytes.map { String(cString: $0) } }

    // MARK: - Positions and failures

    private mutating func position(of mark: yaml_mark_t) -> DocumentError.Position {
        DocumentError.Position(
            line: Int(mark.line) + 1, column: Int(mark.column) + 1,
            offset: offsets.byteOffset(ofScalar: Int(mark.index)))
    }

    private mutating func failure() -> DocumentError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text is not valid YAML"
        switch parser.pointee.error {
        case YAML_READER_ERROR:
            return DocumentError(
                problem, at: .init(offset: offsets.start + Int(parser.pointee.problem_offset), in: input))
        case YAML_MEMORY_ERROR:
            return DocumentError("there is no memory to read YAML")
        default:
            let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
            return DocumentError(problem + context, at: position(of: parser.pointee.problem_mark))
        }
    }
}

/// Turns libyaml's counts of characters into offsets of bytes, for ever larger counts in one pass.
private struct ScalarOffsets {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Where the text starts: behind the byte order mark, if it has one.
    let start: Int
    private var scalar = 0
    private var byte: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        byte = start
    }

    mutating func byteOffset(ofScalar wanted: Int) -> Int {
        if wanted < scalar { (scalar, byte) = (0, start) }
        while scalar < wanted && byte < bytes.count {
            byte += 1
            while byte < bytes.count && bytes[byte] & 0xC0 == 0x80 { byte += 1 }
            scalar += 1
        }
        return byte
    }
}
