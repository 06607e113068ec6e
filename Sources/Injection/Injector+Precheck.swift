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
    /// that the UIDs of the pod's owners are complete; `nil` nearly always: a sidecar or an Instrumentation that asks for
    /// UIDs has to be wanted, and the pod to belong to a ReplicaSet or, for a language, a Job.
    public func ownerLookup(
        pod: JSONValue, namespace: String, namespaceAnnotations: [String: String],
        instrumentations: InstrumentationSource, sidecars: SidecarSource = .none
    ) -> OwnerLookup? {
        let annotations = EffectiveAnnotations(pod: pod, namespace: namespaceAnnotations)
        let sidecar = SidecarRequest(annotations, namespace: namespace)
        if sidecar.needsOwners(of: pod, namespace: namespace, from: sidecars) {
            return PodOwner.lookup(for: pod, namespace: namespace)
        }
        let needsUIDs = Self.asked(annotations, namespace: namespace).contains { asked in
            guard settings.enabledLanguages.contains(asked.language) || asked.language == .sdk else { return false }
            let selected = try? instrumentations.select(asked.request, namespace: namespace).get()
            return selected?.spec.resource.addsKubernetesUIDs ?? false
        }
        return needsUIDs ? PodOwner.lookup(for: pod, namespace: namespace) : nil
    }
}
