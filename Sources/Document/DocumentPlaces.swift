/// Where the parts of a document stand in its text: the line of each member's key, of each element, and of the document.
///
/// It serves messages to people, and so it never fails: of a text that cannot be read it knows nothing.
public struct DocumentPlaces: Sendable {
    /// Counted from 1.
    public private(set) var line: Int
    /// Members by key, elements by index.
    private var parts: [String: DocumentPlaces] = [:]

    init(line: Int) { self.line = line }

    /// The places of each document of a YAML text, documents without content included. Aliases are not followed: what
    /// they stand for is where it was written.
    public static func all(_ bytes: [UInt8]) -> [DocumentPlaces] {
        bytes.withUnsafeBufferPointer { (try? PlacesReader.documents(of: $0)) ?? [] }
    }

    /// The line of what a path names, as far as it can be followed: `spec.config.receivers.otlp/2.protocols[0]`. Text
    /// behind the path is not looked at, so that a message that begins with a path will do.
    ///
    /// - Returns: `nil` when not even the first step is known.
    public func line(of path: some StringProtocol) -> Int? { place(of: path)?.line }

    /// The same, with the number of steps that could be followed.
    public func place(of path: some StringProtocol) -> (line: Int, steps: Int)? {
        var place: (line: Int, steps: Int)?
        var part = self
        var rest = Substring(path)
        while let (next, remaining) = part.step(into: rest) {
            (part, rest) = (next, remaining)
            place = (part.line, (place?.steps ?? 0) + 1)
        }
        return place
    }

    /// The part that is reached by keys and indexes.
    public func part(_ keys: String...) -> DocumentPlaces? {
        var part = self
        for key in keys {
            guard let next = part.parts[key] else { return nil }
            part = next
        }
        return part
    }

    /// The part that the path begins with, the longest one: keys may hold dots themselves.
    private func step(into path: some StringProtocol) -> (DocumentPlaces, Substring)? {
        var rest = Substring(path)
        if rest.first == "[", let end = rest.firstIndex(of: "]") {
            let index = rest[rest.index(after: rest.startIndex)..<end]
            return parts[String(index)].map { ($0, rest[rest.index(after: end)...]) }
        }
        if rest.first == "." { rest = rest.dropFirst() }
        let key = parts.keys.filter { !$0.isEmpty && rest.hasPrefix($0) && Self.isEnd(rest.dropFirst($0.count)) }
            .max { $0.utf8.count < $1.utf8.count }
        guard let key, let part = parts[key] else { return nil }
        return (part, rest.dropFirst(key.count))
    }

    private static func isEnd(_ rest: Substring) -> Bool {
        guard let next = rest.first else { return true }
        return ".[:,;\" ".contains(next)
    }

    fileprivate mutating func add(_ key: String, _ part: DocumentPlaces) { parts[key] = part }

    fileprivate func at(_ line: Int) -> DocumentPlaces {
        var moved = self
        moved.line = line
        return moved
    }
}

/// Follows libyaml's events. What is open is kept in a list, not on the stack.
private struct PlacesReader: ~Copyable {
    private struct Open {
        var places: DocumentPlaces
        var isMapping: Bool
        /// In a mapping: the key whose value comes next, and its line.
        var key: (text: String, line: Int)?
        var count = 0
    }

    private var events: YAMLEvents
    private var open: [Open] = []
    private var documents: [DocumentPlaces] = []

    private init(_ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError) { events = try YAMLEvents(bytes) }

    static func documents(of bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError) -> [DocumentPlaces] {
        var reader = try PlacesReader(bytes)
        while try reader.readNext() {}
        return reader.documents
    }

    /// - Returns: whether there may be more.
    private mutating func readNext() throws(DocumentError) -> Bool {
        let event = try events.next()
        let places = DocumentPlaces(line: event.position.line)
        switch event.kind {
        case .streamStart, .documentStart: break
        case .streamEnd: return false
        case .documentEnd: open = []
        case .mappingStart: open.append(Open(places: places, isMapping: true))
        case .sequenceStart: open.append(Open(places: places, isMapping: false))
        case .mappingEnd, .sequenceEnd:
            if let ended = open.popLast() { add(ended.places, text: "") }
        case .scalar(let text, _): add(places, text: text)
        case .alias: add(places, text: "")
        }
        return true
    }

    /// Adds what has been read to what is open around it.
    private mutating func add(_ part: DocumentPlaces, text: String) {
        guard var around = open.popLast() else {
            documents.append(part)
            return
        }
        if !around.isMapping {
            around.places.add(String(around.count), part)
            around.count += 1
        } else if let key = around.key {
            around.places.add(key.text, part.at(key.line))
            around.key = nil
        } else {
            around.key = (text, part.line)
        }
        open.append(around)
    }
}
