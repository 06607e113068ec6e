import Document
import NIOCore

/// The objects of a `ConversionReview` as they came over the wire, to be read one at a time.
struct RawObjectList {
    private let bytes: ByteBuffer
    /// Where `request.objects` stands, from the first byte's index.
    private let place: Range<Int>
    /// Where its elements stand.
    let objects: [Range<Int>]

    var byteCount: Int { bytes.readableBytes }

    /// - Returns: `nil` for what is not built like a review with one list of objects; a parser tells what is wrong with it.
    init?(_ bytes: ByteBuffer) {
        var scan = Scan()
        guard bytes.withUnsafeReadableBytes({ scan.scan($0) }), let place = scan.place else { return nil }
        self.bytes = bytes
        self.place = place
        objects = scan.objects
    }

    /// The review without its objects.
    func surroundings() throws(DocumentError) -> JSONValue {
        let all = bytes.readableBytesView
        let start = all.startIndex
        var text = Array(all[..<(start + place.lowerBound)])
        text += "[]".utf8
        text += all[(start + place.upperBound)...]
        return try JSONValue(parsing: text)
    }

    func object(at index: Int) throws(DocumentError) -> JSONValue {
        let all = bytes.readableBytesView
        let place = objects[index]
        return try JSONValue(parsing: all[(all.startIndex + place.lowerBound)..<(all.startIndex + place.upperBound)])
    }

    private struct Scan {
        var place: Range<Int>?
        var objects: [Range<Int>] = []
        private var hasRequest = false

        mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Bool {
            var cursor = JSONCursor(bytes)
            let isReview = cursor.members { key, cursor in
                guard case "request" = key else { return cursor.skipValue() }
                if hasRequest { return false }
                hasRequest = true
                return scanRequest(&cursor)
            }
            cursor.skipSpace()
            return isReview && cursor.isAtEnd
        }

        private mutating func scanRequest(_ cursor: inout JSONCursor) -> Bool {
            cursor.members { key, cursor in
                guard case "objects" = key else { return cursor.skipValue() }
                if place != nil { return false }
                let start = cursor.index
                let isList = cursor.elements { cursor in
                    let start = cursor.index
                    guard cursor.skipValue() else { return false }
                    objects.append(start..<cursor.index)
                    return true
                }
                place = start..<cursor.index
                return isList
            }
        }
    }
}
