public import Document

/// One document of a file.
public struct Manifest: Sendable, Equatable {
    /// The file as it was named, or ``standardInput``.
    public var source: String
    /// Always an object.
    public var document: JSONValue
    var text = ManifestText()

    public init(source: String, document: JSONValue) {
        self.source = source
        self.document = document
    }

    /// How a document that no file holds is named in messages.
    public static let standardInput = "standard input"

    /// Two of the same content are equal, wherever they stand in their files.
    public static func == (left: Manifest, right: Manifest) -> Bool {
        left.source == right.source && left.document == right.document
    }

    /// Reads all documents of a text: YAML, or JSON objects one after the other. They keep their order; those without
    /// content are left out.
    ///
    /// - Throws: for what is neither, and for a document that is no object.
    public static func parse(_ bytes: [UInt8], source: String) throws(ManifestError) -> [Manifest] {
        let documents: [JSONValue]
        do throws(DocumentError) {
            documents = try Self.documents(bytes, isJSON: source.hasSuffix(".json"))
        } catch {
            guard let position = error.position else {
                throw ManifestError(description: "could not read \(source): \(error)")
            }
            throw ManifestError(
                "could not be read: \(error.message) (column \(position.column))", at: "\(source):\(position.line)")
        }
        let file = ManifestFile(bytes)
        var result: [Manifest] = []
        for (index, document) in documents.enumerated() {
            switch document {
            case .null: continue
            case .object:
                var manifest = Manifest(source: source, document: document)
                manifest.text = ManifestText(file: file, index: index)
                result.append(manifest)
            default:
                let line = ManifestText(file: file, index: index).places?.line
                throw ManifestError(
                    "document \(index + 1) is \(document.kindDescription), expected an object",
                    at: line.map { "\(source):\($0)" } ?? source)
            }
        }
        return result
    }

    /// Larger than what the operator takes from the network: the user's own files, read once.
    private static let limits = YAMLLimits(maxBytes: 256 << 20, maxNodes: 20_000_000)

    /// JSON begins with a brace. So may YAML (`{a: b}`), hence the second try.
    private static func documents(_ bytes: [UInt8], isJSON: Bool) throws(DocumentError) -> [JSONValue] {
        guard let texts = JSONStream.split(bytes) else { return try YAML.parseAll(bytes, limits: limits) }
        do throws(DocumentError) {
            return try JSONStream.parse(texts, of: bytes)
        } catch {
            if !isJSON, let documents = try? YAML.parseAll(bytes, limits: limits) { return documents }
            throw error
        }
    }
}
