import Document
import KubeModel

/// Hands the fields that the reference wrote over to us, once, when we take an object over.
///
/// The reference updates objects, and the API server keeps that as ownership by `Update`. A field that two managers own
/// is not removed when only one of them drops it: without this, what a user takes out of a collector after the change of
/// operators would stay in its objects for ever.
///
/// Source: Kubernetes "Server-Side Apply", "Upgrading from client-side apply to server-side apply".
enum FieldHandover {
    /// The managers that the reference's client has had: the name of its program, and its own.
    private static let predecessors: Set<String> = ["manager", "opentelemetry-operator"]

    /// The operations that turn the reference's entry into one of ours; `nil` when there is nothing to hand over.
    static func patch(_ live: KubeObject, for desired: KubeObject, to fieldManager: String) -> [JSONValue]? {
        let entries = live.managedFields
        guard !entries.contains(where: { $0.manager == fieldManager && $0.operation == "Apply" }),
            let index = entries.firstIndex(where: {
                predecessors.contains($0.manager) && $0.operation == "Update" && $0.subresource.isEmpty
                    && $0.apiVersion == desired.apiVersion
            })
        else { return nil }
        var json = entries.map(\.json)
        json[index]["manager"] = .string(fieldManager)
        json[index]["operation"] = "Apply"
        json[index]["fieldsV1"] = withoutReplicas(entries[index].fields, unlessIn: desired)
        return [
            ["op": "test", "path": "/metadata/resourceVersion", "value": .string(live.resourceVersion)],
            ["op": "replace", "path": "/metadata/managedFields", "value": .array(json)],
        ]
    }

    /// An autoscaler's replicas are not ours to drop: the server would go back to one.
    private static func withoutReplicas(_ fields: JSONValue, unlessIn desired: KubeObject) -> JSONValue {
        guard desired.json[path: "spec", "replicas"] == nil, var spec = fields["f:spec"] else { return fields }
        spec["f:replicas"] = nil
        var fields = fields
        fields["f:spec"] = spec
        return fields
    }
}
