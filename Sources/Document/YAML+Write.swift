import CYAML

extension YAML {
    /// Writes one document in block style, two spaces a level, the `- ` of a list below the key that holds it, as
    /// `kubectl get -o yaml` does. Members keep their order; sort the value first for a sorted text.
    ///
    /// Reading the text again gives an equal value, with this reader and with any of YAML 1.1 or 1.2: a string that one
    /// of them would take for something else is quoted. Text of several lines is a block scalar where it can be.
    public static func serialized(_ value: JSONValue) -> String {
        var emitter = YAMLEmitter()
        return emitter.document(value)
    }

    /// Writes documents with `---` between them.
    public static func serializedAll(_ values: some Sequence<JSONValue>) -> String {
        values.map(serialized).joined(separator: "---\n")
    }
}

/// libyaml's emitter decides how to say a scalar; this decides which strings must not be plain.
private struct YAMLEmitter: ~Copyable {
    // On the heap, since libyaml keeps pointers into both.
    private let emitter: UnsafeMutablePointer<yaml_emitter_t>
    private let output: UnsafeMutablePointer<[UInt8]>
    private var hasFailed = false

    init() {
        emitter = .allocate(capacity: 1)
        output = .allocate(capacity: 1)
        output.initialize(to: [])
        // It fails only without memory; then every call below fails as well.
        hasFailed = yaml_emitter_initialize(emitter) != 1
        yaml_emitter_set_unicode(emitter, 1)
        yaml_emitter_set_indent(emitter, 2)
        yaml_emitter_set_width(emitter, -1)  // never folds a line
        yaml_emitter_set_output(
            emitter,
            { output, bytes, count in
                guard let output, let bytes else { return 0 }
                output.assumingMemoryBound(to: [UInt8].self).pointee
                    .append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
                return 1
            }, output)
    }

    deinit {
        yaml_emitter_delete(emitter)
        emitter.deallocate()
        output.deinitialize(count: 1)
        output.deallocate()
    }

    mutating func document(_ value: JSONValue) -> String {
        emit { yaml_stream_start_event_initialize($0, YAML_UTF8_ENCODING) }
        emit { yaml_document_start_event_initialize($0, nil, nil, nil, 1) }
        if case .string(let text) = value, text.utf8.contains(UInt8(ascii: "\n")) {
            // libyaml would not indent a block at the top, where its lines could end the document.
            write(text, YAML_DOUBLE_QUOTED_SCALAR_STYLE)
        } else {
            write(value)
        }
        emit { yaml_document_end_event_initialize($0, 1) }
        emit { yaml_stream_end_event_initialize($0) }
        // libyaml refuses nothing that `write` asks for, so only missing memory gets here, and Swift ends without it.
        precondition(!hasFailed, "libyaml could not write a document")
        return String(decoding: output.pointee, as: UTF8.self)
    }

    private mutating func write(_ value: JSONValue) {
        switch value {
        case .null: write("null", YAML_PLAIN_SCALAR_STYLE)
        case .bool(let flag): write(flag ? "true" : "false", YAML_PLAIN_SCALAR_STYLE)
        case .number(let number): write(YAMLStyle.plainText(of: number), YAML_PLAIN_SCALAR_STYLE)
        case .string(let text): write(text, YAMLStyle.style(of: text))
        case .array(let elements):
            let style = elements.isEmpty ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE
            emit { yaml_sequence_start_event_initialize($0, nil, nil, 1, style) }
            for element in elements { write(element) }
            emit { yaml_sequence_end_event_initialize($0) }
        case .object(let object):
            let style = object.isEmpty ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE
            emit { yaml_mapping_start_event_initialize($0, nil, nil, 1, style) }
            for member in object.members {
                let isLong = member.key.utf8.contains(UInt8(ascii: "\n"))
                write(member.key, isLong ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAMLStyle.style(of: member.key))
                write(member.value)
            }
            emit { yaml_mapping_end_event_initialize($0) }
        }
    }

    private mutating func write(_ text: String, _ style: yaml_scalar_style_t) {
        var text = text
        text.withUTF8 { bytes in
            let start = bytes.baseAddress ?? ("" as StaticString).utf8Start  // libyaml wants an address
            emit { yaml_scalar_event_initialize($0, nil, nil, start, Int32(bytes.count), 1, 1, style) }
        }
    }

    private mutating func emit(_ prepare: (UnsafeMutablePointer<yaml_event_t>) -> Int32) {
        var event = yaml_event_t()
        guard !hasFailed else { return }
        // The emitter frees the event in any case.
        hasFailed = prepare(&event) != 1 || yaml_emitter_emit(emitter, &event) != 1
    }
}

/// How strings and numbers are written.
enum YAMLStyle {
    static func style(of text: String) -> yaml_scalar_style_t {
        if text.utf8.contains(UInt8(ascii: "\n")) {
            return isBlockSafe(text) ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE
        }
        // What is not fit to be plain by its characters libyaml quotes by itself.
        return isAmbiguous(text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE
    }

    /// A text that a literal block keeps as it is, without an indentation indicator and without "keep" at its end.
    private static func isBlockSafe(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, first != UInt8(ascii: " "), first != UInt8(ascii: "\n") else { return false }
        guard !text.hasSuffix("\n\n"), !text.hasSuffix(" "), !text.hasSuffix(" \n") else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || (scalar.value >= 0x20 && scalar.value < 0x7F)
                || (scalar.value >= 0xA0 && scalar.value != 0x2028 && scalar.value != 0x2029)
        }
    }

    /// Whether some reader of YAML 1.1 or 1.2 would take the plain text for anything but a string.
    ///
    /// Wider than ``YAMLScalar``: words count in any case, and anything that starts like a number and has only what
    /// numbers, times, versions and addresses consist of. `"1.2.3"` needs no quotes, but has them.
    static func isAmbiguous(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return true }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return text.utf8.allSatisfy(isOfNumbers) || isWord(text)
        case UInt8(ascii: "<"), UInt8(ascii: "="): return text == "<<" || text == "="
        default: return isWord(text)
        }
    }

    private static let words: Set<String> = [
        "~", "null", "y", "n", "yes", "no", "true", "false", "on", "off", ".nan", ".inf", "+.inf", "-.inf",
    ]

    private static func isWord(_ text: String) -> Bool { text.utf8.count <= 5 && words.contains(text.lowercased()) }

    private static func isOfNumbers(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "o"),
            UInt8(ascii: "O"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "z"), UInt8(ascii: "Z"),
            UInt8(ascii: " "):
            true
        default: false
        }
    }

    /// A number's text as every YAML reads it: 1.1 wants a point before an exponent and a sign in it, `1.0e+3`.
    ///
    /// A number larger than any double has no such text: Go reads it as a string.
    static func plainText(of number: JSONNumber) -> String {
        let parts = number.text.split { $0 == "e" || $0 == "E" }
        guard parts.count == 2, let first = parts[1].first else { return number.text }
        return parts[0] + (parts[0].contains(".") ? "" : ".0") + "e" + (first.isNumber ? "+" : "") + parts[1]
    }
}
