public import Document
import OperatorAPI

extension Injector {
    /// Whether a pod cannot be asking for injection, told from the bytes of the admission review alone.
    ///
    /// JSON could spell the key with escapes; no Kubernetes serialiser does.
    public static func isSurelyNotRequested(
        review: UnsafeRawBufferPointer, namespaceAnnotations: [String: String]
    ) -> Bool {
        let asksInNamespace = namespaceAnnotations.keys.contains {
            $0.hasPrefix(AnnotationKey.injectPrefix) || $0 == AnnotationKey.sidecar
        }
        return !asksInNamespace && !requestSearches.contains { $0.isFound(in: review) }
    }

    private static let requestSearches = [ByteSearch(AnnotationKey.injectPrefix), ByteSearch(AnnotationKey.sidecar)]

    /// The one object to read before ``inject(_:namespace:namespaceAnnotations:instrumentations:owners:)`` so that the
    /// UIDs of the pod's owners are complete; `nil` nearly always: an Instrumentation has to ask for UIDs and the pod to
    /// belong to a ReplicaSet or a Job.
    public func ownerLookup(
        pod: JSONValue, namespace: String, namespaceAnnotations: [String: String],
        instrumentations: InstrumentationSource
    ) -> OwnerLookup? {
        let annotations = EffectiveAnnotations(pod: pod, namespace: namespaceAnnotations)
        let needsUIDs = Self.asked(annotations, namespace: namespace).contains { asked in
            guard settings.enabledLanguages.contains(asked.language) || asked.language == .sdk else { return false }
            let selected = try? instrumentations.select(asked.request, namespace: namespace).get()
            return selected?.spec.resource.addsKubernetesUIDs ?? false
        }
        return needsUIDs ? PodOwner.lookup(for: pod, namespace: namespace) : nil
    }
}
