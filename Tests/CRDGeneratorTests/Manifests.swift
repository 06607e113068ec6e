import Document
import Testing

/// The objects of `manifests/install.yaml`.
struct Manifests {
    let objects: [JSONValue]

    init() throws {
        objects = try YAML.parseAll(Repository.text("manifests/install.yaml")).filter { !$0.isNull }
    }

    func all(_ kind: String) -> [JSONValue] { objects.filter { $0["kind"] == .string(kind) } }

    func one(_ kind: String, _ name: String) throws -> JSONValue {
        try #require(all(kind).first { $0[path: "metadata", "name"] == .string(name) }, "\(kind) \(name)")
    }

    var deployment: JSONValue {
        get throws { try one("Deployment", "opentelemetry-operator-controller-manager") }
    }

    /// The pod template of the operator.
    var podSpec: JSONValue {
        get throws { try #require(deployment[path: "spec", "template", "spec"]) }
    }

    var container: JSONValue {
        get throws { try #require(podSpec["containers"]?[0]) }
    }

    var webhooks: [JSONValue] {
        (all("MutatingWebhookConfiguration") + all("ValidatingWebhookConfiguration"))
            .flatMap { $0["webhooks"]?.arrayValue ?? [] }
    }
}

extension JSONValue {
    /// The texts of a list.
    var texts: [String] { (arrayValue ?? []).compactMap(\.stringValue) }
}
