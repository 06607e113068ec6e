public import Document
import OperatorAPI

extension Injector {
    /// What the key of every annotation that asks for something begins with. A review whose bytes hold none of them, in a
    /// namespace that asks for nothing, need not be read any further.
    public static let requestKeys = [AnnotationKey.injectPrefix, AnnotationKey.sidecar]

    /// Whether annotations of a namespace may ask for something.
    public static func mayRequest(_ annotations: [String: String]) -> Bool {
        annotations.keys.contains { key in requestKeys.contains { key.hasPrefix($0) } }
    }

    /// The one object to read before ``inject(_:namespace:namespaceAnnotations:instrumentations:sidecars:owners:)`` so
    /// that the pod's owners are complete; `nil` nearly always. It is the pod's ReplicaSet when a sidecar or an
    /// Instrumentation that asks for UIDs is wanted; its Job also when the Job's name does not tell whether a CronJob is
    /// behind it, as with `kubectl create job --from=cronjob/…`.
    public func ownerLookup(
        pod: JSONValue, namespace: String, namespaceAnnotations: [String: String],
        instrumentations: InstrumentationSource, sidecars: SidecarSource = .none
    ) -> OwnerLookup? {
        let annotations = EffectiveAnnotations(pod: pod, namespace: namespaceAnnotations)
        let sidecar = SidecarRequest(annotations, namespace: namespace)
        if sidecar.needsOwners(of: pod, namespace: namespace, from: sidecars) {
            return PodOwner.lookup(for: pod, namespace: namespace)
        }
        guard let lookup = PodOwner.lookup(for: pod, namespace: namespace) else { return nil }
        let isNameless = PodOwner.hasJobOfUnknownOrigin(pod)
        let isNeeded = Self.asked(annotations, namespace: namespace).contains { asked in
            guard settings.enabledLanguages.contains(asked.language) || asked.language == .sdk else { return false }
            let selected = try? instrumentations.select(asked.request, namespace: namespace).get()
            return selected.map { isNameless || $0.spec.resource.addsKubernetesUIDs } ?? false
        }
        return isNeeded ? lookup : nil
    }
}
