extension JSONValue {
    /// Reads one JSON text, strictly by RFC 8259: UTF-8 without a byte order mark, nothing after the value.
    ///
    /// Members keep their order and numbers their text. An escape that is half of a surrogate pair is an error: it
    /// names no character, a Swift string cannot hold it, and replacing it would change what the user wrote.
    public init(parsing bytes: some Collection<UInt8>, limits: JSONLimits = .standard) throws(DocumentError) {
        let read = bytes.withContiguousStorageIfAvailable { bytes in
            Result { () throws(DocumentError) in try JSONValue(parsing: bytes, limits: limits, omitting: []) }
        }
        if let read {
            self = try read.get()
        } else {
            self = try JSONValue(parsing: Array(bytes), limits: limits)
        }
    }

    /// Reads one JSON text but for some of its values, in place of which there is an empty list.
    ///
    /// - Parameter omitted: where each of these values begins and ends, counted from the first byte, in rising order and
    ///   apart. Somebody else has looked for them: what is between is not read at all.
    public init(
        parsing bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .standard, omitting omitted: [Range<Int>]
    ) throws(DocumentError) {
        self = try JSONParser.read(bytes, limits: limits, omitting: omitted)
    }

    /// Reads one JSON text. See ``init(parsing:limits:)``.
    public init(parsing text: String, limits: JSONLimits = .standard) throws(DocumentError) {
        var text = text
        let read = text.withUTF8 { bytes in
            Result { () throws(DocumentError) in try JSONParser.read(bytes, limits: limits) }
        }
        self = try read.get()
    }

    /// Writes compact JSON: the members in their order, numbers with their text, only `"`, `\` and control characters
    /// escaped.
    public func serialized() -> [UInt8] {
        var writer = JSONWriter(expecting: 1024)
        writer.write(self)
        return writer.bytes()
    }

    /// Appends compact JSON to a buffer that the caller keeps for the next value.
    public func serialize(into buffer: inout [UInt8]) {
        var writer = JSONWriter(expecting: 1024)
        writer.write(self)
        writer.append(to: &buffer)
    }

    /// Compact JSON as text.
    public func serializedString() -> String {
        var writer = JSONWriter(expecting: 1024)
        writer.write(self)
        return writer.string()
    }

    /// Writes JSON indented by two spaces, without a line feed at the end.
    public func serializedPretty() -> String {
        var writer = JSONWriter(expecting: 2048)
        writer.writePretty(self, indent: 0)
        return writer.string()
    }
}
