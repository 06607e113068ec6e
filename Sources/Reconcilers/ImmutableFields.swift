import Document
import KubeModel

/// Fields that the API server does not let anybody change, so that only a new object can have another value.
///
/// Source: Kubernetes API reference; the validation of updates in apps/v1, core/v1 and rbac.authorization.k8s.io/v1.
enum ImmutableFields {
    /// The immutable field that differs.
    static func difference(_ type: ResourceType, _ desired: KubeObject, _ live: KubeObject) -> String? {
        switch type.group {
        case "apps": workloadDifference(type, desired["spec"], live["spec"])
        case "rbac.authorization.k8s.io":
            desired["roleRef"] == nil || desired["roleRef"] == live["roleRef"] ? nil : "roleRef"
        default: nil
        }
    }

    private static func workloadDifference(
        _ type: ResourceType, _ wanted: JSONValue?, _ present: JSONValue?
    ) -> String? {
        if wanted?["selector"] != present?["selector"] { return "spec.selector" }
        guard type == .statefulSet else { return nil }
        for field in ["serviceName", "podManagementPolicy"] where wanted?[field] != present?[field] {
            return "spec.\(field)"
        }
        let claims = (
            wanted?["volumeClaimTemplates"]?.arrayValue ?? [], present?["volumeClaimTemplates"]?.arrayValue ?? []
        )
        let areSame = claims.0.count == claims.1.count && zip(claims.0, claims.1).allSatisfy(isSameClaim)
        return areSame ? nil : "spec.volumeClaimTemplates"
    }

    /// The server adds to a claim: its kind, its status, the mode of the volume.
    private static func isSameClaim(_ wanted: JSONValue, _ present: JSONValue) -> Bool {
        func fields(_ claim: JSONValue) -> JSONValue {
            var metadata = claim["metadata"] ?? [:]
            metadata["creationTimestamp"] = nil
            var spec = claim["spec"] ?? [:]
            if wanted["spec"]?["volumeMode"] == nil { spec["volumeMode"] = nil }
            return ["metadata": metadata, "spec": spec]
        }
        return FieldValue.holds(fields(wanted), fields(present))
    }

    /// Whether the volume claims of a workload outlive it. Those of a StatefulSet do unless it owns them: then what it owns
    /// must be let go first, or the collectors' queues would be deleted with it.
    static func keepsClaims(deleting live: KubeObject) -> Bool {
        live.json[path: "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"]?.stringValue != "Delete"
    }
}
