import Document

/// The text that a manifest was read from. It says where things are, and is no part of what the manifest is: two manifests
/// of the same content are equal, wherever they stand in their files.
struct ManifestText: Sendable, Equatable {
    /// Shared with the other documents of the file.
    var bytes: [UInt8] = []
    /// Which document of the text it is, those without content counted, too.
    var index = 0

    static func == (left: ManifestText, right: ManifestText) -> Bool { true }

    /// Read anew each time: most manifests are never asked.
    var places: DocumentPlaces? {
        guard let ranges = JSONStream.split(bytes) else { return Self.element(DocumentPlaces.all(bytes), index) }
        if let range = Self.element(ranges, index) {
            // The lines before it, so that the lines are those of the file.
            let before = Array(repeating: UInt8(ascii: "\n"), count: bytes[..<range.lowerBound].count { $0 == 10 })
            if let places = DocumentPlaces.all(before + bytes[range]).first { return places }
        }
        return Self.element(DocumentPlaces.all(bytes), index)
    }

    private static func element<Element>(_ elements: [Element], _ index: Int) -> Element? {
        elements.indices.contains(index) ? elements[index] : nil
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
