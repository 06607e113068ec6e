public import Document

/// The namespaces in which the webhooks are asked about custom resources, by the labels of the namespace.
///
/// AKS keeps webhooks away from namespaces that it counts as its own, by adding these requirements to every webhook's
/// `namespaceSelector`; our manifests have them from the start. What is written in any other namespace was checked by
/// nobody, so nobody knows whether who wrote it has the rights that it asks for.
///
/// Source: AKS, "Can admission controller webhooks impact kube-system and internal AKS namespaces?" (Admissions Enforcer);
/// Kubernetes, `LabelSelectorRequirement`.
public enum WebhookScope {
    /// One line of a label selector's `matchExpressions`.
    public enum Requirement: Sendable, Equatable {
        case absent(String)
        /// A namespace without the label meets it, too.
        case notIn(String, [String])

        func isMet(by labels: [String: String]) -> Bool {
            switch self {
            case .absent(let key): labels[key] == nil
            case .notIn(let key, let values): labels[key].map { !values.contains($0) } ?? true
            }
        }

        /// As a manifest has it.
        public var json: JSONValue {
            switch self {
            case .absent(let key): ["key": .string(key), "operator": "DoesNotExist"]
            case .notIn(let key, let values): ["key": .string(key), "operator": "NotIn", "values": .strings(values)]
            }
        }
    }

    /// All of them must be met.
    public static let requirements: [Requirement] = [
        .absent("control-plane"), .notIn("control-plane", ["true"]), .notIn("kubernetes.azure.com/managedby", ["aks"]),
    ]

    /// Whether the webhooks see what is written in a namespace with these labels.
    public static func covers(namespaceLabels labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.isMet(by: labels) }
    }
}
