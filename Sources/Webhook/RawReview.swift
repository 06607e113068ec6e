import Document
import Glibc
public import NIOCore

/// An `AdmissionReview` as it came over the wire, with the few facts that say whether it needs to be parsed at all.
///
/// One pass over the bytes finds the members of the review and of its `request`; what is deeper is stepped over, so the
/// same names inside the object mean nothing.
public struct RawReview: Sendable {
    /// The whole body.
    public let bytes: ByteBuffer
    /// Empty when the review has none, or none that could be read.
    public private(set) var apiVersion = ""
    public private(set) var kind = ""
    public private(set) var uid = ""
    public private(set) var namespace = ""
    public private(set) var operation = ""
    /// The text is built like a review: an object with an object `request`, no member of the two twice, nothing after
    /// it. What is deeper was stepped over and may still be malformed. Without this, the other facts are what was found
    /// before the fault, and good only to answer an error with the right `uid`.
    public private(set) var isComplete = false
    /// Where the lists of managed fields stand, from the first byte's index.
    private let managedFields: [Range<Int>]

    public init(_ bytes: ByteBuffer) {
        self.bytes = bytes
        var found = ReviewScan()
        isComplete = bytes.withUnsafeReadableBytes { found.scan($0) }
        apiVersion = found.apiVersion ?? ""
        kind = found.kind ?? ""
        uid = found.uid ?? ""
        namespace = found.namespace ?? ""
        operation = found.operation ?? ""
        managedFields = found.managedFields
    }

    /// Reads the review, with `metadata.managedFields` empty in `object` and `oldObject`.
    ///
    /// They are half of a pod's text, nobody here reads them, and a patch says only what changes; so they are not worth
    /// the time to parse them.
    func parsed() throws(DocumentError) -> JSONValue {
        try bytes.withUnsafeReadableBytes { all in
            let text = all.bindMemory(to: UInt8.self)
            return Result { () throws(DocumentError) in try JSONValue(parsing: text, omitting: managedFields) }
        }.get()
    }

    /// Whether the review's strings may hold this text.
    ///
    /// `false` is certain. JSON lets a sender write any character as an escape; kube-apiserver does so only for `<`,
    /// `>`, `&` and control characters, but when there is an escape that could hide the text, the answer is `true`.
    ///
    /// - Parameter text: printable ASCII without `"`, `\`, `<`, `>` and `&`, such as an annotation's key.
    public func contains(_ text: TextPattern) -> Bool { contains(any: [text]) }

    /// Whether the review's strings may hold one of these texts. See ``contains(_:)``.
    public func contains(any texts: [TextPattern]) -> Bool {
        bytes.withUnsafeReadableBytes { all in
            guard let start = all.baseAddress else { return false }
            return texts.contains { $0.occurs(in: all) } || RawReview.mayHideText(start, all.count)
        }
    }

    /// Looks for `\u00XX` of a printable character other than `<`, `>`, `&`, and for `\/`.
    private static func mayHideText(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
        var rest = start
        let end = start + count
        while let found = memchr(rest, Int32(UInt8(ascii: "\\")), end - rest) {
            let escape = UnsafeRawPointer(found)
            guard end - escape >= 2 else { return false }
            switch escape.load(fromByteOffset: 1, as: UInt8.self) {
            case UInt8(ascii: "/"): return true
            case UInt8(ascii: "u"):
                guard end - escape >= 6 else { return false }
                let code = UnsafeRawBufferPointer(start: escape + 2, count: 4)
                if let value = hexadecimal(code), (0x20..<0x7f).contains(value), value != 0x3c, value != 0x3e,
                    value != 0x26
                {
                    return true
                }
            default: break
            }
            rest = UnsafeRawPointer(escape + 2)
        }
        return false
    }
}

private func hexadecimal(_ digits: UnsafeRawBufferPointer) -> Int? {
    var value = 0
    for digit in digits {
        guard let next = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
        value = value * 16 + next
    }
    return value
}

/// The members found, and the steps through the text.
private struct ReviewScan {
    var apiVersion: String?
    var kind: String?
    var uid: String?
    var namespace: String?
    var operation: String?
    /// In rising order.
    var managedFields: [Range<Int>] = []
    private var hasRequest = false

    mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var cursor = JSONCursor(bytes)
        guard scanReview(&cursor) else { return false }
        cursor.skipSpace()
        return cursor.isAtEnd && hasRequest
    }

    private mutating func scanReview(_ cursor: inout JSONCursor) -> Bool {
        cursor.members { key, cursor in
            switch key {
            case "apiVersion": cursor.string(into: &apiVersion)
            case "kind": cursor.string(into: &kind)
            case "request":
                if hasRequest { false } else { scanRequest(&cursor) }
            default: cursor.skipValue()
            }
        }
    }

    private mutating func scanRequest(_ cursor: inout JSONCursor) -> Bool {
        hasRequest = true
        return cursor.members { key, cursor in
            switch key {
            case "uid": cursor.string(into: &uid)
            case "namespace": cursor.string(into: &namespace)
            case "operation": cursor.string(into: &operation)
            case "object", "oldObject": scanObject(&cursor)
            default: cursor.skipValue()
            }
        }
    }

    private mutating func scanObject(_ cursor: inout JSONCursor) -> Bool {
        guard cursor.isAtObject else { return cursor.skipValue() }
        return cursor.members { key, cursor in
            switch key {
            case "metadata" where cursor.isAtObject: scanMetadata(&cursor)
            default: cursor.skipValue()
            }
        }
    }

    private mutating func scanMetadata(_ cursor: inout JSONCursor) -> Bool {
        cursor.members { key, cursor in
            let start = cursor.index
            guard cursor.skipValue() else { return false }
            if case "managedFields" = key { managedFields.append(start..<cursor.index) }
            return true
        }
    }
}
