import Document
import Synchronization

/// The text that a manifest was read from. It says where things are, and is no part of what the manifest is.
struct ManifestText: Sendable {
    /// Shared with the other documents of the file; `nil` for a manifest that was not read.
    var file: ManifestFile?
    /// Which document of the file it is, those without content counted, too.
    var index = 0

    var places: DocumentPlaces? {
        guard let places = file?.places, places.indices.contains(index) else { return nil }
        return places[index]
    }
}

/// A text with documents, read a second time for their places when somebody asks: most are never asked.
final class ManifestFile: Sendable {
    private let bytes: [UInt8]
    private let known = Mutex<[DocumentPlaces]?>(nil)

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Of each document.
    var places: [DocumentPlaces] {
        known.withLock { known in
            if let known { return known }
            let places = Self.places(in: bytes)
            known = places
            return places
        }
    }

    /// Whether the line ends with the mark behind which a text keeps its lines: `config: |`.
    ///
    /// Source: YAML 1.2, 8.1 "Block Scalar Styles".
    func isLiteral(_ line: Int) -> Bool {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return false }
        let text = String(decoding: lines[line - 1], as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace).prefix { !$0.hasPrefix("#") }
        guard let mark = words.last, words.count > 1, mark.first == "|" else { return false }
        return mark.dropFirst().allSatisfy { "+-123456789".contains($0) }
    }

    private static func places(in bytes: [UInt8]) -> [DocumentPlaces] {
        guard let ranges = JSONStream.split(bytes), ranges.count > 1 else { return DocumentPlaces.all(bytes) }
        // To YAML, several JSON texts are no stream. The lines before each one make its lines those of the file.
        var places: [DocumentPlaces] = []
        for range in ranges {
            let lines = bytes[..<range.lowerBound].count { $0 == UInt8(ascii: "\n") }
            let text = Array(repeating: UInt8(ascii: "\n"), count: lines) + bytes[range]
            guard let place = DocumentPlaces.all(text).first else { return [] }
            places.append(place)
        }
        return places
    }
}

extension Manifest {
    /// Where something is, as compilers write it: `collector.yaml:12`.
    ///
    /// - Parameters:
    ///   - object: which of the objects in the document, when that is a list.
    ///   - message: the line of the path in it is looked for; without one, that of the object.
    public func place(ofObject object: Int = 0, for message: String = "") -> String {
        guard let around = places(ofObject: object) else { return source }
        // As the messages of the API, of the collector and of its components spell them; the deepest is the nearest.
        let starts = [(around, 0), (around.part("spec"), 1), (around.part("spec", "config"), 2)]
        var best = (line: around.line, steps: 0)
        for word in message.split(separator: " ") where word.contains(".") {
            for (start, depth) in starts {
                guard let found = start?.place(of: word), found.steps + depth > best.steps else { continue }
                best = (found.line, found.steps + depth)
            }
        }
        return "\(source):\(best.line)"
    }

    /// Where a field is, as far as its path can be followed.
    ///
    /// - Parameter line: of the text that is the field's value, when something in it is meant. It counts where the text keeps
    ///   its lines in the file.
    public func place(ofObject object: Int = 0, field path: String, line: Int? = nil) -> String {
        guard let around = places(ofObject: object) else { return source }
        let place = around.line(of: path) ?? around.line
        guard let line, text.file?.isLiteral(place) == true else { return "\(source):\(place)" }
        return "\(source):\(place + line)"
    }

    private func places(ofObject object: Int) -> DocumentPlaces? {
        guard let places = text.places else { return nil }
        let isList = document["kind"]?.stringValue?.hasSuffix("List") == true
        return (isList ? places.part("items", String(object)) : nil) ?? places
    }
}
