/// What the parser stumbled on. Small, so that the hot path carries little; the words are made outside of it.
struct JSONFailure: Error {
    enum Problem {
        case expected(StaticString)
        case invalid(StaticString)
        case duplicateKey(String)
        case tooDeep(Int)
    }

    var problem: Problem
    var offset: Int

    func documentError(in bytes: UnsafeBufferPointer<UInt8>) -> DocumentError {
        let message =
            switch problem {
            case .expected(let what): "expected \(what), found \(describeFound(at: offset, in: bytes))"
            case .invalid(let what): "\(what)"
            case .duplicateKey(let key): "the key \(quotedForMessage(key)) occurs twice in one object"
            case .tooDeep(let depth): "lists and objects are nested deeper than \(depth) levels"
            }
        return DocumentError(message, at: .init(offset: offset, in: bytes))
    }
}

/// The character at an offset in the words of a message: `'x'`, `byte 0xFF`, `the end of the text`.
func describeFound(at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> String {
    guard offset < bytes.count else { return "the end of the text" }
    var decoder = UTF8()
    var rest = bytes[offset...].makeIterator()
    if case .scalarValue(let scalar) = decoder.decode(&rest) {
        if scalar == "\u{FEFF}" { return "a byte order mark" }
        if scalar.value > 0x20 && scalar.value != 0x7F && scalar.properties.generalCategory != .control {
            return "'\(Character(scalar))'"
        }
        if scalar == " " { return "a space" }
        if scalar == "\n" { return "the end of the line" }
    }
    return "byte 0x\(hex(bytes[offset]))"
}

/// A key between quotes, with only what prints and not longer than a message bears.
func quotedForMessage(_ key: String) -> String {
    let shown = key.unicodeScalars.prefix(64).map { scalar in
        scalar.properties.generalCategory == .control ? "\u{FFFD}" : Character(scalar)
    }
    return "\"\(String(shown))\(key.unicodeScalars.count > 64 ? "…" : "")\""
}

private func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0\(digits)" : digits
}
