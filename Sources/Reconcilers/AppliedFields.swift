import Document
import KubeModel

/// Tells whether applying an object again would change anything, from the live object alone.
///
/// The API server records which fields a field manager applied (`metadata.managedFields`). An apply is needless when the
/// live object holds every value that we want, and we own no field that we no longer want. What others added, and what
/// the API server defaulted, does not count.
///
/// - Caveats: a needless apply may be missed (an extra write, no harm); an apply that is needed is never missed, except
///   for elements that others add to a list of objects, which stay theirs.
///
/// Source: Kubernetes "Server-Side Apply", `metav1.FieldsV1`.
struct AppliedFields {
    var fieldManager: String

    func isCurrent(_ desired: KubeObject, in live: KubeObject) -> Bool {
        guard let owned = ownedFields(of: live) else { return false }
        return Self.covers(live.json, desired.json, isQuantity: false) && Self.wants(desired.json, owned)
    }

    /// The fields that our last apply set, `nil` when we never applied this object.
    private func ownedFields(of live: KubeObject) -> JSONValue? {
        let entries = live.metadata["managedFields"]?.arrayValue ?? []
        return entries.first {
            $0["manager"]?.stringValue == fieldManager && $0["operation"]?.stringValue == "Apply"
                && $0["subresource"]?.stringValue ?? "" == ""
        }?["fieldsV1"]
    }

    // MARK: - Values

    /// Whether `live` has all that `desired` says.
    private static func covers(_ live: JSONValue?, _ desired: JSONValue, isQuantity: Bool) -> Bool {
        switch desired {
        case .object(let members):
            // The server drops empty objects and lists; where it keeps them they are there.
            members.allSatisfy {
                covers(live?[$0.key], $0.value, isQuantity: isQuantity || quantityKeys.contains($0.key))
            }
        case .array(let elements) where elements.allSatisfy(\.isObject):
            coversInOrder(live?.arrayValue ?? [], elements)
        case .array: live == desired
        case .null: live == nil || live == .null
        case .string, .number:
            live == desired || isQuantity && quantity(live) != nil && quantity(live) == quantity(desired)
        case .bool: live == desired
        }
    }

    /// Elements of others may stand between ours.
    private static func coversInOrder(_ live: [JSONValue], _ desired: [JSONValue]) -> Bool {
        var rest = live[...]
        return desired.allSatisfy { element in
            guard let index = rest.firstIndex(where: { covers($0, element, isQuantity: false) }) else { return false }
            rest = rest[(index + 1)...]
            return true
        }
    }

    /// Members below which the server writes quantities in their canonical form.
    private static let quantityKeys: Set<String> = ["limits", "requests", "sizeLimit", "divisor", "capacity"]

    private static func quantity(_ value: JSONValue?) -> Quantity? {
        switch value {
        case .string(let text): Quantity(text)
        case .number(let number): Quantity(number.text)
        default: nil
        }
    }

    // MARK: - Ownership

    /// Whether `desired` still has every field of a FieldsV1 tree.
    private static func wants(_ desired: JSONValue, _ fields: JSONValue) -> Bool {
        (fields.objectValue ?? [:]).allSatisfy { member in
            switch Step(member.key) {
            case .itself: return true
            case .field(let name):
                guard let value = desired[name] else { return false }
                return wants(value, member.value)
            case .element(let key):
                let element = desired.arrayValue?.first { element in
                    // A key that the server defaulted (a port's protocol) is missing from what we sent.
                    key.allSatisfy { element[$0.key] == nil || element[$0.key] == $0.value }
                }
                return element.map { wants($0, member.value) } ?? false
            case .value(let value): return desired.arrayValue?.contains(value) ?? false
            case .unknown: return false
            }
        }
    }

    /// One step of a FieldsV1 path.
    private enum Step {
        case itself
        case field(String)
        case element(JSONObject)
        case value(JSONValue)
        case unknown

        init(_ text: String) {
            let rest = text.dropFirst(2)
            switch text.prefix(2) {
            case ".": self = .itself
            case "f:": self = .field(String(rest))
            case "k:":
                guard case .object(let key)? = try? JSONValue(parsing: Array(rest.utf8)) else { fallthrough }
                self = .element(key)
            case "v:":
                if let value = try? JSONValue(parsing: Array(rest.utf8)) {
                    self = .value(value)
                } else {
                    self = .unknown
                }
            default: self = .unknown
            }
        }
    }
}

extension JSONValue {
    fileprivate var isObject: Bool {
        if case .object = self { true } else { false }
    }
}
