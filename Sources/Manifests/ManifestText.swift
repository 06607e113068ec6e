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
    ///   - message: as what it begins with is often a path, its line is looked for; without one, that of the object.
    public func place(ofObject object: Int = 0, for message: String = "") -> String {
        guard let places = text.places else { return source }
        let isList = document["kind"]?.stringValue?.hasSuffix("List") == true
        let around = (isList ? places.part("items", String(object)) : nil) ?? places
        for word in message.split(separator: " ") where word.contains(".") {
            // As the messages of the API, of the collector and of its components spell them.
            for part in [around, around.part("spec"), around.part("spec", "config")] {
                if let line = part?.line(of: word) { return "\(source):\(line)" }
            }
        }
        return "\(source):\(around.line)"
    }
}
