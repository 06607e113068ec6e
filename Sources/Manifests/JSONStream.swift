import Document

/// JSON texts one after the other, as `kubectl get -o json` run twice or `jq` write them.
enum JSONStream {
    /// Where each top-level object or list is. `nil` when the text is not made of such: it may be YAML.
    static func split(_ bytes: [UInt8]) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        var start = 0
        var depth = 0
        var isInString = false
        var isEscaped = false
        for (index, byte) in bytes.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == 0 { start = index }
                depth += 1
            case _ where depth == 0:
                if !isSpace(byte) { return nil }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { ranges.append(start..<index + 1) }
            case UInt8(ascii: "\""): isInString = true
            default: break
            }
        }
        // What is cut off is JSON all the same; its reader says where.
        if depth > 0 { ranges.append(start..<bytes.count) }
        return ranges.isEmpty ? nil : ranges
    }

    static func parse(_ ranges: [Range<Int>], of bytes: [UInt8]) throws(DocumentError) -> [JSONValue] {
        var documents: [JSONValue] = []
        for range in ranges {
            do throws(DocumentError) {
                documents.append(try JSONValue(parsing: bytes[range]))
            } catch {
                throw error.moved(behind: bytes[..<range.lowerBound])
            }
        }
        return documents
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}

extension DocumentError {
    /// With the position in the whole text instead of that in its part behind `before`.
    fileprivate func moved(behind before: ArraySlice<UInt8>) -> DocumentError {
        guard var position else { return self }
        let newLine = UInt8(ascii: "\n")
        if position.line == 1 {
            position.column += before.count - (before.lastIndex(of: newLine).map { $0 + 1 } ?? 0)
        }
        position.line += before.count { $0 == newLine }
        position.offset += before.count
        return DocumentError(message, at: position)
    }
}
