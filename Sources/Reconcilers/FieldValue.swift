import Document
import KubeModel

/// Whether a live value is what was applied, in whatever form the API server keeps it.
enum FieldValue {
    /// For a value that was applied as a whole.
    static func holds(_ desired: JSONValue, _ live: JSONValue?, asQuantity: Bool = false) -> Bool {
        // The server does not store what is empty: `false`, `0`, `""`, `[]`.
        guard let live, live != .null else { return isEmpty(desired) }
        switch (desired, live) {
        case (.object(let members), .object(let others)):
            return members.allSatisfy { member in
                holds(member.value, others[member.key], asQuantity: asQuantity || isQuantity(member.key))
            }
                && others.allSatisfy { desired[$0.key] != nil || isDefault($0.key, $0.value) }
        case (.array(let elements), .array(let others)):
            return elements.count == others.count && zip(elements, others).allSatisfy { holds($0, $1) }
        case (.string, .string), (.number, .string):
            return desired == live || asQuantity && quantity(desired) != nil && quantity(desired) == quantity(live)
        default: return desired == live
        }
    }

    static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .null: true
        case .bool(let flag): !flag
        case .number(let number): number.doubleValue == 0
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let object): object.allSatisfy { isEmpty($0.value) }
        }
    }

    /// Members that the server adds inside of values that change as one: there to see, but not sent by us. With or without
    /// them the meaning is the same.
    private static func isDefault(_ key: String, _ value: JSONValue) -> Bool {
        isEmpty(value) || defaults[key]?.contains(value) == true
            || value.objectValue?.allSatisfy { isDefault($0.key, $0.value) } == true
    }

    private static let defaults: [String: [JSONValue]] = [
        "protocol": ["TCP"],  // of a NetworkPolicy's port
        "apiVersion": ["v1"],  // of a fieldRef, of a claim template
        "action": ["replace"],  // of a monitor's relabeling
        "expirationSeconds": [3600],  // of a projected token
        "kind": ["PersistentVolumeClaim", "Service"],  // of a claim template, of a route's backend
        "volumeMode": ["Filesystem"], "phase": ["Pending"],  // of a claim template
        "weight": [1],  // of a route's backend
    ]

    /// Whether a server without that feature drops the member, so that it can never be there; one with the feature always
    /// shows it, applied or not.
    static func isDropped(_ key: String) -> Bool { dropped.contains(key) }

    private static let dropped: Set<String> = [
        "ipFamilyPolicy", "ipFamilies",  // of a Service, before dual stack
        "persistentVolumeClaimRetentionPolicy",  // of a StatefulSet, while that was alpha
    ]

    // MARK: - Quantities

    /// Whether the values of that member are quantities, which the server writes in their canonical form.
    static func isQuantity(_ key: String) -> Bool { quantityKeys.contains(key) }

    private static let quantityKeys: Set<String> = [
        "limits", "requests", "sizeLimit", "divisor", "capacity", "averageValue",
    ]

    private static func quantity(_ value: JSONValue) -> Quantity? {
        switch value {
        case .string(let text): Quantity(text)
        case .number(let number): Quantity(number.text)
        default: nil
        }
    }
}
