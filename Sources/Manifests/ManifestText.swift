import Document
import Synchronization

/// The text that a manifest was read from. It says where things are, and is no part of what the manifest is: two manifests
/// of the same content are equal, wherever they stand in their files.
struct ManifestText: Sendable, Equatable {
    /// Shared with the other documents of the file; `nil` for a manifest that was not read.
    var file: ManifestFile?
    /// Which document of the file it is, those without content counted, too.
    var index = 0

    static func == (left: ManifestText, right: ManifestText) -> Bool { true }

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
        guard let places = text.places else { return source }
        let isList = document["kind"]?.stringValue?.hasSuffix("List") == true
        let around = (isList ? places.part("items", String(object)) : nil) ?? places
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
}
