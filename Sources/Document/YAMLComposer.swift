/// Makes values of libyaml's events, one document after the other. What is open is kept in a list, not on the stack.
struct YAMLComposer: ~Copyable {
    private var events: YAMLEvents
    private let limits: YAMLLimits
    private let schema: YAMLSchema
    private var anchors: [String: Anchor] = [:]
    private var open: [Collection] = []
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

    private enum Node {
        case scalar(YAMLScalar, text: String)
        case collection(JSONValue)
    }

    /// A list or a mapping whose end is yet to come.
    private struct Collection {
        var start: YAMLEvent
        /// What the stream had come to before it.
        var before: Size
        var elements: [JSONValue] = []
        /// `nil` in a list.
        var mapping: MappingBuilder?
        var next = Next.key

        /// What the next node of a mapping is.
        enum Next {
            case key
            case value(of: String)
            case merged
        }
    }

    init(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: YAMLLimits, schema: YAMLSchema
    ) throws(DocumentError) {
        self.limits = limits
        self.schema = schema
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
        let value = try root()
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

    private mutating func root() throws(DocumentError) -> JSONValue {
        while true {
            let event = try events.next()
            switch event.kind {
            case .sequenceStart, .mappingStart:
                try enter(event)
                continue
            case .sequenceEnd, .mappingEnd:
                guard let ended = open.popLast() else { break }
                let value = ended.mapping.map { JSONValue.object($0.object) } ?? .array(ended.elements)
                let node = Node.collection(value)
                remember(node, event: ended.start, before: ended.before)
                if open.isEmpty { return value }
                try place(node, event: ended.start)
                continue
            case .scalar(let text, let isPlain):
                let node = try scalar(text, isPlain: isPlain, event)
                if open.isEmpty { return try value(node, event) }
                try place(node, event: event)
                continue
            case .alias:
                let node = try aliased(event)
                if open.isEmpty { return try value(node, event) }
                try place(node, event: event)
                continue
            case .streamStart, .streamEnd, .documentStart, .documentEnd: break
            }
            // libyaml's grammar gives nothing else where a node must be.
            throw DocumentError("expected a YAML value", at: event.position)
        }
    }

    private mutating func enter(_ event: YAMLEvent) throws(DocumentError) {
        let before = total
        try count(Size(nodes: 1, bytes: 0), at: event)
        if let anchor = event.anchor { anchors[anchor] = Anchor(node: nil) }
        var collection = Collection(start: event, before: before)
        if case .mappingStart = event.kind { collection.mapping = MappingBuilder() }
        open.append(collection)
        guard open.count <= limits.maxDepth else { throw tooDeep(event) }
    }

    private mutating func scalar(_ text: String, isPlain: Bool, _ event: YAMLEvent) throws(DocumentError) -> Node {
        let before = total
        try count(Size(nodes: 1, bytes: text.utf8.count), at: event)
        let (scalar, text) = try located(event) { () throws(DocumentError) in
            try YAMLScalar.resolve(text, event, isPlain: isPlain, schema: schema)
        }
        let node = Node.scalar(scalar, text: text)
        remember(node, event: event, before: before)
        return node
    }

    private mutating func remember(_ node: Node, event: YAMLEvent, before: Size) {
        guard let anchor = event.anchor else { return }
        let size = Size(nodes: total.nodes - before.nodes, bytes: total.bytes - before.bytes)
        anchors[anchor] = Anchor(node: node, size: size)
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
        if case .collection(let value) = node, open.count + value.depth > limits.maxDepth { throw tooDeep(event) }
        return node
    }

    /// Puts a node where it belongs in the innermost open list or mapping.
    private mutating func place(_ node: Node, event: YAMLEvent) throws(DocumentError) {
        let innermost = open.count - 1
        guard open[innermost].mapping != nil else {
            let element = try value(node, event)
            open[innermost].elements.append(element)
            return
        }
        switch open[innermost].next {
        case .key where isMerge(event):
            open[innermost].next = .merged
        case .key:
            guard case .scalar(let scalar, let text) = node else {
                throw DocumentError("a key must not be a list or a mapping", at: event.position)
            }
            let key = try located(event) { () throws(DocumentError) in
                let key = try scalar.key(text)
                try open[innermost].mapping?.start(key)
                return key
            }
            open[innermost].next = .value(of: key)
        case .value(let key):
            let value = try value(node, event)
            open[innermost].mapping?.finish(key, value)
            open[innermost].next = .key
        case .merged:
            let value = try value(node, event)
            try located(event) { () throws(DocumentError) in try open[innermost].mapping?.merge(value) }
            open[innermost].next = .key
        }
    }

    private func value(_ node: Node, _ event: YAMLEvent) throws(DocumentError) -> JSONValue {
        switch node {
        case .collection(let value): return value
        case .scalar(let scalar, let text):
            return try located(event) { () throws(DocumentError) in try scalar.value(text) }
        }
    }

    private func isMerge(_ event: YAMLEvent) -> Bool {
        guard case .scalar("<<", let isPlain) = event.kind else { return false }
        return isPlain || event.tag == "tag:yaml.org,2002:merge"
    }

    // MARK: - Limits and errors

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
}

/// Does something with a node; an error that has no position yet gets the node's.
private func located<Value>(
    _ event: YAMLEvent, _ body: () throws(DocumentError) -> Value
) throws(DocumentError) -> Value {
    do throws(DocumentError) {
        return try body()
    } catch {
        throw DocumentError(error.message, at: error.position ?? event.position)
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
