/// Reads and writes YAML as Kubernetes does: what cannot be said in JSON is an error.
///
/// The grammar is libyaml's. What a scalar means follows `sigs.k8s.io/yaml` 1.6, which is YAML 1.1 as go-yaml v2
/// reads it. In this order, for a plain scalar without a tag:
///
/// | text | value |
/// | --- | --- |
/// | empty, `~`, `null` `Null` `NULL` | null |
/// | `y` `yes` `true` `on`, each also `Xx` and `XX` | true |
/// | `n` `no` `false` `off`, each also `Xx` and `XX` | false |
/// | `.nan` `.NaN` `.NAN`, `.inf` `.Inf` `.INF`, also with a sign | an error: no JSON number (as a key: that text) |
/// | `<<` as a key | merges, see below |
/// | a date such as `2001-12-14` or a date and time | the string as it stands |
/// | digits without 0 in front, any sign, any `_` between: `+1_000` | an integer |
/// | `0x1F`, `0o17` and `0777`, `0b101`, upper case too, with sign and `_` | an integer: 31, 15 and 511, 5 |
/// | `1.5` `.5` `5.` `1e3` `1.5E-3`, also `08` and `09.5` | a number; larger than any double: a string |
/// | everything else, `1:30`, `1.2.3`, `0x`, `_1` too | a string |
///
/// - A quoted or block scalar is a string. `!!str` makes anything a string; `!!int`, `!!float`, `!!bool`, `!!null` and
///   `!!timestamp` read the text by the table, quoted or not, and fail when the table says otherwise (an integer is a
///   `!!float`, too); `!!binary` is base64 of UTF-8 text. A tag of one's own on a scalar leaves the text as a string,
///   other tags of lists and mappings say nothing.
/// - A number keeps its text as far as that is JSON: `1.50` stays `1.50`, `.5` becomes `0.5`, `+08` becomes `8`.
/// - Keys are strings: `1: a` and `0x1: a` have the key `"1"`, `yes: a` has `"true"`, `1.50: a` has `"1.5"`. Null, a
///   list or a mapping as a key is an error. So is a key that occurs twice in one mapping.
/// - `<<: *defaults` or a list of such adds the members that the mapping itself does not have, at the place of `<<`;
///   of several, the first that has a key counts.
///
/// Three things differ from the Go library, in which they lose or change what the user wrote: integers beyond 64 bits
/// keep their digits, `<<` behind a key of the mapping does not replace it, and keys equal only after they became
/// strings (`1` and `"1"`) are an error.
///
/// Source: `sigs.k8s.io/yaml` 1.6 and its `goyaml.v2`; YAML 1.1, <https://yaml.org/type/>.
public enum YAML {
    /// Reads the first document of a stream and leaves the others unread; null when there is none.
    public static func parseFirst(
        _ text: String, limits: YAMLLimits = .standard, schema: YAMLSchema = .kubernetes
    ) throws(DocumentError) -> JSONValue {
        try withBytes(Array(text.utf8), limits) { bytes throws(DocumentError) in
            var composer = try YAMLComposer(bytes, limits: limits, schema: schema)
            return try composer.nextDocument() ?? .null
        }
    }

    /// Reads a stream with one document; null when it has none.
    ///
    /// - Throws: with the position, also when the stream has a second document: use ``parseAll(_:limits:)`` for those.
    public static func parse(
        _ bytes: some Collection<UInt8>, limits: YAMLLimits = .standard
    ) throws(DocumentError) -> JSONValue {
        try withBytes(bytes, limits) { bytes throws(DocumentError) in
            var composer = try YAMLComposer(bytes, limits: limits, schema: .kubernetes)
            guard let document = try composer.nextDocument() else { return .null }
            try composer.expectEnd()
            return document
        }
    }

    public static func parse(_ text: String, limits: YAMLLimits = .standard) throws(DocumentError) -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }

    /// Reads all documents of a stream. A document without content (`---` twice) is null.
    public static func parseAll(
        _ bytes: some Collection<UInt8>, limits: YAMLLimits = .standard
    ) throws(DocumentError) -> [JSONValue] {
        try withBytes(bytes, limits) { bytes throws(DocumentError) in
            var composer = try YAMLComposer(bytes, limits: limits, schema: .kubernetes)
            var documents: [JSONValue] = []
            while let document = try composer.nextDocument() { documents.append(document) }
            return documents
        }
    }

    public static func parseAll(_ text: String, limits: YAMLLimits = .standard) throws(DocumentError) -> [JSONValue] {
        try parseAll(Array(text.utf8), limits: limits)
    }

    private static func withBytes<Value>(
        _ bytes: some Collection<UInt8>, _ limits: YAMLLimits,
        _ body: (UnsafeBufferPointer<UInt8>) throws(DocumentError) -> Value
    ) throws(DocumentError) -> Value {
        guard bytes.count <= limits.maxBytes else {
            throw DocumentError("the text has \(bytes.count) bytes, more than the \(limits.maxBytes) allowed")
        }
        let result = bytes.withContiguousStorageIfAvailable { bytes in
            Result { () throws(DocumentError) in
                try refuseManyDirectives(bytes)
                return try body(bytes)
            }
        }
        if let result { return try result.get() }
        return try withBytes(Array(bytes), limits, body)
    }
}

/// Refuses a text with more than a thousand lines that may be directives.
///
/// libyaml compares every `%TAG` with all before it: a megabyte of them would keep it busy for minutes.
private func refuseManyDirectives(_ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError) {
    var directives = 0
    var previous = UInt8(ascii: "\n")
    for byte in bytes {
        if byte == UInt8(ascii: "%") && (previous == UInt8(ascii: "\n") || previous == UInt8(ascii: "\r")) {
            directives += 1
            guard directives <= 1000 else { throw DocumentError("the text has more than 1000 directives") }
        }
        previous = byte
    }
}

/// What plain scalars mean.
public enum YAMLSchema: Equatable, Sendable {
    /// The table at ``YAML``: YAML 1.1 as Kubernetes reads it.
    case kubernetes
    /// YAML 1.2 as Go's readers of it understand it, and with them the OpenTelemetry Collector. It differs from
    /// ``kubernetes`` in three ways: `y`, `yes`, `on`, `n`, `no` and `off` are strings in every letter case; digits after
    /// a 0 that are no octal number (`08`) are a string; and a tag of one's own says nothing about a scalar, so that
    /// `!mine 5` is a number.
    ///
    /// Source: YAML 1.2.2, "Core Schema"; `gopkg.in/yaml.v3` and `goccy/go-yaml` for what they read beyond it.
    case core
}

/// How much a YAML text may ask of its reader.
public struct YAMLLimits: Equatable, Sendable {
    /// How many lists and mappings may be open at once, aliases followed. At most ``JSONLimits/greatestDepth``.
    public var maxDepth: Int
    /// The size of the text in bytes, and also of all scalars together after aliases are expanded. 64 MiB by default.
    public var maxBytes: Int
    /// All lists, mappings, keys and scalars of the stream, counted again wherever an alias repeats them. One million
    /// by default. The bound against a few lines of aliases to aliases that mean a billion values.
    public var maxNodes: Int

    public static let standard = YAMLLimits()

    public init(maxDepth: Int = JSONLimits.greatestDepth, maxBytes: Int = 64 << 20, maxNodes: Int = 1_000_000) {
        self.maxDepth = min(maxDepth, JSONLimits.greatestDepth)
        self.maxBytes = maxBytes
        self.maxNodes = maxNodes
    }
}
