/// Makes values of libyaml's events, one document after the other.
struct YAMLComposer: ~Copyable {
    private var events: YAMLEvents
    private let limits: YAMLLimits
    private var anchors: [String: Anchor] = [:]
    private var depth = 0
    /// What the stream has come to so far, aliases expanded.
    private var total = Size()
    private var hasEnded = false

    /// What something costs once it is written out.
    private struct Size {
        var nodes = 0
        var bytes = 0
    }

    /// A named node.
    private struct Anchor {
        /// `nil` as long as the node has not ended: an alias to it would contain itself.
        var node: Node?
        var size = Size()
    }

    /// A node, and how it reads as a key.
    private enum Node {
        case scalar(YAMLScalar, text: String)
        case collection(JSONValue)
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: YAMLLimits) throws(DocumentError) {
        self.limits = limits
        events = try YAMLEvents(bytes)
    }

    /// The next document of the stream, `nil` behind the last.
    mutating func nextDocument() throws(DocumentError) -> JSONValue? {
        guard !hasEnded else { return nil }
        var event = try events.next()
        if case .streamStart = event.kind { event = try events.next() }
        guard case .documentStart = event.kind else {
            hasEnded = true
            return nil
        }
        anchors = [:]
        let value = try value(try events.next())
        _ = try events.next()  // the end of the document
        return value
    }

    /// - Throws: when there is another document.
    mutating func expectEnd() throws(DocumentError) {
        guard !hasEnded else { return }
        let event = try events.next()
        if case .documentStart = event.kind {
            throw DocumentError("expected one YAML document, found another", at: event.position)
        }
        hasEnded = true
    }

    // MARK: - Nodes

    private mutating func value(_ event: YAMLEvent) throws(DocumentError) -> JSONValue {
        switch try node(event) {
        case .collection(let value): return value
        case .scalar(let scalar, let text):
            return try located(event) { () throws(DocumentError) in try scalar.value(text) }
        }
    }

    private mutating func node(_ event: YAMLEvent) throws(DocumentError) -> Node {
        if case .alias = event.kind { return try aliased(event) }
        let before = total
        if let anchor = event.anchor { anchors[anchor] = Anchor(node: nil) }
        let node: Node
        switch event.kind {
        case .scalar(let text, let isPlain):
            try count(Size(nodes: 1, bytes: text.utf8.count), at: event)
            let (scalar, text) = try located(event) { () throws(DocumentError) in
                try YAMLScalar.resolve(text, tag: event.tag, isPlain: isPlain)
            }
            node = .scalar(scalar, text: text)
        case .sequenceStart:
            try enter(event)
            node = .collection(.array(try elements()))
            depth -= 1
        case .mappingStart:
            try enter(event)
            node = .collection(.object(try members()))
            depth -= 1
        default:
            // libyaml's grammar gives nothing else where a node must be.
            throw DocumentError("expected a YAML value", at: event.position)
        }
        if let anchor = event.anchor {
            let size = Size(nodes: total.nodes - before.nodes, bytes: total.bytes - before.bytes)
            anchors[anchor] = Anchor(node: node, size: size)
        }
        return node
    }

    private mutating func aliased(_ event: YAMLEvent) throws(DocumentError) -> Node {
        let name = event.anchor ?? ""
        guard let anchor = anchors[name] else {
            throw DocumentError("there is no anchor \(quotedForMessage(name)) before this alias", at: event.position)
        }
        guard let node = anchor.node else {
            throw DocumentError("the anchor \(quotedForMessage(name)) contains itself", at: event.position)
        }
        try count(anchor.size, at: event)
        if case .collection(let value) = node, depth + value.depth > limits.maxDepth { throw tooDeep(event) }
        return node
    }

    private mutating func elements() throws(DocumentError) -> [JSONValue] {
        var elements: [JSONValue] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { return elements }
            elements.append(try value(event))
        }
    }

    private mutating func members() throws(DocumentError) -> JSONObject {
        var builder = MappingBuilder()
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return builder.object }
            if isMerge(event) {
                try count(Size(nodes: 1, bytes: 2), at: event)
                let source = try events.next()
                let value = try value(source)
                try located(source) { () throws(DocumentError) in try builder.merge(value) }
            } else {
                guard case .scalar(let scalar, let text) = try node(event) else {
                    throw DocumentError("a key must not be a list or a mapping", at: event.position)
                }
                let key = try located(event) { () throws(DocumentError) in try scalar.key(text) }
                try located(event) { () throws(DocumentError) in try builder.start(key) }
                builder.finish(key, try value(try events.next()))
            }
        }
    }

    private func isMerge(_ event: YAMLEvent) -> Bool {
        guard case .scalar("<<", let isPlain) = event.kind else { return false }
        return isPlain || event.tag == "tag:yaml.org,2002:merge"
    }

    // MARK: - Limits and errors

    private mutating func enter(_ event: YAMLEvent) throws(DocumentError) {
        try count(Size(nodes: 1, bytes: 0), at: event)
        depth += 1
        guard depth <= limits.maxDepth else { throw tooDeep(event) }
    }

    private func tooDeep(_ event: YAMLEvent) -> DocumentError {
        DocumentError("lists and mappings are nested deeper than \(limits.maxDepth) levels", at: event.position)
    }

    private mutating func count(_ size: Size, at event: YAMLEvent) throws(DocumentError) {
        total.nodes += size.nodes
        total.bytes += size.bytes
        guard total.nodes <= limits.maxNodes else {
            throw DocumentError("the text means more than \(limits.maxNodes) values", at: event.position)
        }
        guard total.bytes <= limits.maxBytes else {
            throw DocumentError("the text means more than \(limits.maxBytes) bytes of scalars", at: event.position)
        }
    }

    private func located<Result>(
        _ event: YAMLEvent, _ body: () throws(DocumentError) -> Result
    ) throws(DocumentError) -> Result {
        do throws(DocumentError) {
            return try body()
        } catch {
            throw DocumentError(error.message, at: error.position ?? event.position)
        }
    }
}

/// The members of a mapping, its own and those merged into it.
private struct MappingBuilder {
    private var members: [JSONObject.Member] = []
    private var isMerged: [Bool] = []
    private var table = KeyTable(expecting: 16)

    var object: JSONObject { JSONObject(members: members) }

    /// A key of the mapping itself. The value comes with ``finish(_:_:)``, so that a repeated key is found where it is.
    mutating func start(_ key: String) throws(DocumentError) {
        if let index = insert(key, isMerged: false) {
            guard isMerged[index] else {
                throw DocumentError("the key \(quotedForMessage(key)) occurs twice in one mapping")
            }
            isMerged[index] = false
        }
    }

    mutating func finish(_ key: String, _ value: JSONValue) {
        if let index = table.find(key, keyAt: { members[$0].key }) { members[index].value = value }
    }

    /// Adds what is not there from a mapping or from each of a list of mappings.
    mutating func merge(_ value: JSONValue) throws(DocumentError) {
        switch value {
        case .object(let object): add(object)
        case .array(let sources):
            for source in sources {
                guard case .object(let object) = source else {
                    throw DocumentError("<< needs mappings in its list, found \(source.kindDescription)")
                }
                add(object)
            }
        default: throw DocumentError("<< needs a mapping or a list of mappings, found \(value.kindDescription)")
        }
    }

    private mutating func add(_ object: JSONObject) {
        for member in object.members where insert(member.key, isMerged: true) == nil {
            members[members.count - 1].value = member.value
        }
    }

    /// Appends the key with null when it is new; otherwise gives its index.
    private mutating func insert(_ key: String, isMerged merged: Bool) -> Int? {
        if let index = table.insert(key, index: members.count, keyAt: { [members] in members[$0].key }) { return index }
        members.append(.init(key: key, value: .null))
        isMerged.append(merged)
        return nil
    }
}
