import KubeModel

/// Which owned objects are no longer wanted.
///
/// ConfigMaps carry the hash of their configuration in their names, and some older ones stay for pods that still read
/// them: the newest `configVersions + 1`, as the reference keeps them.
///
/// An object that fails for good keeps nothing else from being pruned, with one exception: while what runs the pods, or
/// what they start with, could not be brought to what is wanted, the pods that run are older ones. What those may still
/// need then stays: their workload, ConfigMaps, ServiceAccount and rights.
///
/// Source: opentelemetry-operator v0.158, ConfigMap retention (`spec.configVersions`).
enum PrunePlan {
    /// - Parameter failed: what was wanted and could not be applied.
    static func unwanted(
        owned: [TypedKey: OwnedObject], wanted: Set<TypedKey>, failed: Set<TypedKey> = [], configVersions: Int
    ) -> [(reference: TypedKey, uid: String)] {
        let areOlderPodsRunning = failed.contains { isNeededByPods($0) }
        let configMaps = owned.filter { $0.key.type == .configMap }
            .sorted { ($0.value.creationTimestamp, $0.key) > ($1.value.creationTimestamp, $1.key) }
        // Any number may stand in the resource; more than these do not occur.
        let retained = min(max(configVersions, 1), configMaps.count) + 1
        let kept = Set(configMaps.prefix(retained).map(\.key))
        return owned.filter { !wanted.contains($0.key) && !kept.contains($0.key) }
            .filter { !areOlderPodsRunning || !isNeededByPods($0.key) }
            .map { ($0.key, $0.value.uid) }
            .sorted { $0.reference < $1.reference }
    }

    static func isNeededByPods(_ reference: TypedKey) -> Bool {
        let type = reference.type
        return ["apps", "rbac.authorization.k8s.io"].contains(type.group) || type == .configMap
            || type == .serviceAccount
    }
}
