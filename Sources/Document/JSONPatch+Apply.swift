extension JSONPatch {
    /// How much applying a patch may do. A patch of a few hundred bytes can double a value with every copy.
    public struct Limits: Equatable, Sendable {
        /// 10,000 by default, as in kube-apiserver.
        public var maxOperations: Int
        /// The values that all copy operations together may add, each list, object and scalar counted.
        public var maxCopiedValues: Int

        public static let standard = Limits()

        public init(maxOperations: Int = 10_000, maxCopiedValues: Int = 1_000_000) {
            self.maxOperations = maxOperations
            self.maxCopiedValues = maxCopiedValues
        }
    }

    /// The value with all operations carried out in their order.
    ///
    /// - Throws: what keeps the first impossible operation from being done; then nothing has changed.
    public func applied(to value: JSONValue, limits: Limits = .standard) throws(DocumentError) -> JSONValue {
        guard operations.count <= limits.maxOperations else {
            throw DocumentError(
                "the JSON patch has \(operations.count) operations, more than the \(limits.maxOperations) allowed")
        }
        var application = Application(value: value, copyBudget: limits.maxCopiedValues)
        for (index, operation) in operations.enumerated() {
            do throws(DocumentError) {
                try application.perform(operation)
            } catch {
                throw DocumentError(
                    "could not \(operation.name) \(quotedForMessage(operation.path.description)) "
                        + "(operation \(index) of the JSON patch): \(error.message)")
            }
        }
        return application.value
    }
}

extension JSONValue {
    /// The value with the patch applied. See ``JSONPatch/applied(to:limits:)``.
    public func applying(_ patch: JSONPatch) throws(DocumentError) -> JSONValue { try patch.applied(to: self) }
}

/// A value in the middle of a patch.
private struct Application {
    var value: JSONValue
    var copyBudget: Int

    private enum Change {
        case add(JSONValue)
        case replace(JSONValue)
        case remove
    }

    mutating func perform(_ operation: JSONPatch.Operation) throws(DocumentError) {
        switch operation {
        case .add(let path, let new):
            try put(new, at: path)
        case .remove(let path):
            try change(path, .remove)
        case .replace(let path, let new):
            try checkDepth(of: new, at: path)
            try change(path, .replace(new))
        case .move(let from, let path):
            guard !from.isProperPrefix(of: path) else {
                throw DocumentError("a value cannot move into itself")
            }
            let moved = try existing(from)
            if from == path { return }
            try change(from, .remove)
            try put(moved, at: path)
        case .copy(let from, let path):
            let copied = try existing(from)
            copyBudget -= copied.countOfValues(atMost: copyBudget + 1)
            guard copyBudget >= 0 else { throw DocumentError("the patch copies more values than allowed") }
            try put(copied, at: path)
        case .test(let path, let expected):
            guard try existing(path) == expected else {
                // Which value is there is not said: it may be a secret.
                throw DocumentError("the value is not the expected one")
            }
        }
    }

    private func existing(_ path: JSONPointer) throws(DocumentError) -> JSONValue {
        guard let found = value[path] else {
            throw DocumentError("there is no value at \(quotedForMessage(path.description))")
        }
        return found
    }

    private mutating func put(_ new: JSONValue, at path: JSONPointer) throws(DocumentError) {
        try checkDepth(of: new, at: path)
        try change(path, .add(new))
    }

    /// Values nested deeper than the parser allows would take more stack than a thread may have.
    private func checkDepth(of new: JSONValue, at path: JSONPointer) throws(DocumentError) {
        guard path.tokens.count + new.depth <= JSONLimits.greatestDepth else {
            throw DocumentError("the value would be nested deeper than \(JSONLimits.greatestDepth) levels")
        }
    }

    private mutating func change(_ path: JSONPointer, _ change: Change) throws(DocumentError) {
        guard !path.tokens.isEmpty else {
            switch change {
            case .add(let new), .replace(let new): value = new
            case .remove: throw DocumentError("the whole document cannot be removed")
            }
            return
        }
        try Self.change(&value, path.tokens[...], change)
    }

    /// Goes down to the parent of the place and changes it there, without copying what nobody else holds.
    private static func change(
        _ value: inout JSONValue, _ tokens: ArraySlice<String>, _ change: Change
    ) throws(DocumentError) {
        // The callers end before the last token is used up.
        let token = tokens[tokens.startIndex]
        let rest = tokens.dropFirst()
        switch value {
        case .object(var object):
            value = .null
            if rest.isEmpty {
                try Self.change(&object, token, change)
            } else {
                guard var child = object[token] else { throw missing(token) }
                object[token] = .some(.null)
                try Self.change(&child, rest, change)
                object[token] = child
            }
            value = .object(object)
        case .array(var elements):
            value = .null
            if rest.isEmpty {
                try Self.change(&elements, token, change)
            } else {
                let index = try Self.index(token, below: elements.count)
                try Self.change(&elements[index], rest, change)
            }
            value = .array(elements)
        default:
            throw DocumentError("\(quotedForMessage(token)) would be inside of \(value.kindDescription)")
        }
    }

    private static func change(_ object: inout JSONObject, _ key: String, _ change: Change) throws(DocumentError) {
        switch change {
        case .add(let new): object[key] = new
        case .replace(let new):
            guard object[key] != nil else { throw missing(key) }
            object[key] = new
        case .remove:
            guard object[key] != nil else { throw missing(key) }
            object[key] = nil
        }
    }

    private static func change(_ elements: inout [JSONValue], _ token: String, _ change: Change) throws(DocumentError) {
        switch change {
        case .add(let new) where token == "-": elements.append(new)
        case .add(let new): elements.insert(new, at: try index(token, below: elements.count + 1))
        case .replace(let new): elements[try index(token, below: elements.count)] = new
        case .remove: elements.remove(at: try index(token, below: elements.count))
        }
    }

    private static func index(_ token: String, below end: Int) throws(DocumentError) -> Int {
        guard let index = JSONPointer.index(token) else {
            throw DocumentError("\(quotedForMessage(token)) is no index of a list")
        }
        guard index < end else { throw DocumentError("the index \(index) is behind the end of the list") }
        return index
    }

    private static func missing(_ key: String) -> DocumentError {
        DocumentError("there is no member \(quotedForMessage(key))")
    }
}

extension JSONValue {
    /// How many lists and objects are open at the deepest place.
    var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.lazy.map(\.depth).max() ?? 0)
        case .object(let object): 1 + (object.members.lazy.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }

    /// How many values this one holds with itself. Stops counting at `limit`, as shared parts may be many.
    func countOfValues(atMost limit: Int) -> Int {
        var count = 1
        switch self {
        case .array(let elements):
            for element in elements where count < limit { count += element.countOfValues(atMost: limit - count) }
        case .object(let object):
            for member in object.members where count < limit {
                count += member.value.countOfValues(atMost: limit - count)
            }
        default: break
        }
        return count
    }
}
