import Document
import KubeModel

/// Tells whether applying an object again would change anything, from the live object alone.
///
/// The API server records which fields a field manager applied (`metadata.managedFields`): a field that is recorded as
/// ours still has the value that we applied, or somebody would have taken it over. So an apply is needless when we own
/// exactly the fields that we want, and the live object holds our values in them. What others added, and what the API
/// server defaulted, does not count.
///
/// - Guarantees: an apply that is needed is never missed.
/// - Caveats: a needless one may be asked for, where the API server keeps a value in another form than it was sent and we
///   do not know that form. `ObjectApplier` remembers what came out of it and does not repeat it.
///
/// Source: Kubernetes "Server-Side Apply"; `metav1.FieldsV1`.
struct AppliedFields {
    var fieldManager: String

    func isCurrent(_ desired: KubeObject, in live: KubeObject) -> Bool {
        let owned = live.managedFields.first {
            $0.manager == fieldManager && $0.operation == "Apply" && $0.subresource.isEmpty
        }
        // The fields of another version of the API may have other names.
        guard let owned, owned.apiVersion == desired.apiVersion else { return false }
        return Self.matches(Self.applied(desired), live.json, Ownership(owned.fields))
    }

    /// What of an object counts as applied: not what only says which object it is.
    private static func applied(_ desired: KubeObject) -> JSONValue {
        var json = desired.json
        for key in ["apiVersion", "kind", "status"] { json[key] = nil }
        var metadata = desired.metadata
        for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] { metadata[key] = nil }
        json["metadata"] = metadata
        return json
    }

    /// How much of a value we own.
    private enum Ownership {
        case nothing
        /// A plain value, or an object or list that changes as one.
        case whole
        /// Some members or elements of an object or a list, by their steps.
        case parts([(step: FieldStep, below: JSONValue)])

        init(_ fields: JSONValue?) {
            guard let members = fields?.objectValue else {
                self = .nothing
                return
            }
            self = members.isEmpty ? .whole : .parts(members.map { (FieldStep($0.key), $0.value) })
        }
    }

    private static func matches(_ desired: JSONValue, _ live: JSONValue?, _ owned: Ownership) -> Bool {
        switch (desired, owned) {
        case (.null, .nothing): true
        // An object or list without content is not always recorded.
        case (.object(let members), .nothing): members.allSatisfy { matches($0.value, live?[$0.key], .nothing) }
        case (.array(let elements), .nothing): elements.isEmpty
        case (_, .nothing): false
        case (_, .whole): FieldValue.holds(desired, live)
        case (.object(let members), .parts(let parts)): matches(members, live, parts)
        case (.array(let elements), .parts(let parts)): matches(elements, live?.arrayValue ?? [], parts)
        case (_, .parts): false
        }
    }

    private static func matches(
        _ desired: JSONObject, _ live: JSONValue?, _ parts: [(step: FieldStep, below: JSONValue)]
    ) -> Bool {
        var owned: [String: JSONValue] = [:]
        for (step, below) in parts {
            switch step {
            case .itself: continue
            case .field(let name):
                // Owned and no longer wanted.
                guard desired[name] != nil else { return false }
                owned[name] = below
            case .element, .value, .unknown: return false
            }
        }
        return desired.allSatisfy { member in
            if live?[member.key] == nil, FieldValue.isDropped(member.key) { return true }
            let isQuantity = FieldValue.isQuantity(member.key)
            if isQuantity, let below = owned[member.key] {
                return matchesQuantities(member.value, live?[member.key], Ownership(below))
            }
            return matches(member.value, live?[member.key], Ownership(owned[member.key]))
        }
    }

    /// `limits` and the like: a quantity, or an object of quantities.
    private static func matchesQuantities(_ desired: JSONValue, _ live: JSONValue?, _ owned: Ownership) -> Bool {
        guard case .object(let members) = desired, case .parts(let parts) = owned else {
            return FieldValue.holds(desired, live, asQuantity: true)
        }
        return parts.allSatisfy { step, _ in
            switch step {
            case .itself: true
            case .field(let name): desired[name] != nil
            default: false
            }
        }
            && members.allSatisfy { member in
                parts.contains { $0.step == .field(member.key) }
                    && FieldValue.holds(member.value, live?[member.key], asQuantity: true)
            }
    }

    /// A list whose elements have keys, or are a set.
    private static func matches(
        _ desired: [JSONValue], _ live: [JSONValue], _ parts: [(step: FieldStep, below: JSONValue)]
    ) -> Bool {
        var keyed: [(key: JSONObject, below: JSONValue)] = []
        for (step, below) in parts {
            switch step {
            case .itself: continue
            case .element(let key): keyed.append((key, below))
            case .value(let value):
                guard desired.contains(value) else { return false }
            case .field, .unknown: return false
            }
        }
        if keyed.isEmpty { return desired.allSatisfy(live.contains) }
        return matches(desired, live, keyed)
    }

    /// Every element of ours stands in the live list, in our order; elements of others may stand between them.
    private static func matches(
        _ desired: [JSONValue], _ live: [JSONValue], _ keyed: [(key: JSONObject, below: JSONValue)]
    ) -> Bool {
        guard desired.count == keyed.count else { return false }
        var left = keyed
        var last = -1
        // First those that spell their whole key: another may leave out what the server defaults (a port's protocol).
        let order = desired.indices.sorted { isSpelled(desired[$0], keyed) && !isSpelled(desired[$1], keyed) }
        var positions = [Int](repeating: 0, count: desired.count)
        for index in order {
            let element = desired[index]
            guard let found = left.firstIndex(where: { fits($0.key, element) }) else { return false }
            let (key, below) = left.remove(at: found)
            guard let position = live.firstIndex(where: { has($0, key) }),
                matches(element, live[position], Ownership(below))
            else { return false }
            positions[index] = position
        }
        for position in positions {
            guard position > last else { return false }
            last = position
        }
        return true
    }

    private static func isSpelled(_ element: JSONValue, _ keyed: [(key: JSONObject, below: JSONValue)]) -> Bool {
        keyed.contains { has(element, $0.key) }
    }

    private static func has(_ element: JSONValue, _ key: JSONObject) -> Bool {
        key.allSatisfy { element[$0.key] == $0.value }
    }

    private static func fits(_ key: JSONObject, _ element: JSONValue) -> Bool {
        key.allSatisfy { element[$0.key] == nil || element[$0.key] == $0.value }
    }
}
