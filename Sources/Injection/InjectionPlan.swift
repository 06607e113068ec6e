import Document
import KubeModel
import OperatorAPI

/// What a pod asks for, and which Instrumentations and collector are meant. Made by ``Injector/plan(_:namespace:namespaceAnnotations:enforcesRestrictedPods:instrumentations:sidecars:)``.
public struct InjectionPlan: Sendable {
    struct AskedLanguage: Sendable {
        var language: Language
        var request: InjectionRequest
        var selected: Result<Instrumentation, SelectionFailure>
    }

    let pod: JSONValue
    let namespace: String
    let annotations: EffectiveAnnotations
    let languages: [AskedLanguage]
    let sidecar: SidecarPlan
    let isRestricted: Bool
    private let injector: Injector

    /// The one object to read so that the pod's owners are complete; `nil` nearly always. It is the pod's ReplicaSet when a
    /// sidecar or an Instrumentation that asks for UIDs is wanted; its Job also when the Job's name does not tell whether a
    /// CronJob is behind it, as with `kubectl create job --from=cronjob/…`.
    public let ownerLookup: OwnerLookup?

    init(
        _ pod: JSONValue, namespace: String, annotations: EffectiveAnnotations, languages: [AskedLanguage],
        sidecar: SidecarPlan, isRestricted: Bool, injector: Injector
    ) {
        self.pod = pod
        self.namespace = namespace
        self.annotations = annotations
        self.languages = languages
        self.sidecar = sidecar
        self.isRestricted = isRestricted
        self.injector = injector
        ownerLookup = Self.ownerLookup(pod, namespace, languages, sidecar, injector.settings)
    }

    /// Puts in what is asked for.
    ///
    /// - Parameter owners: the answer to ``ownerLookup``; without it the attributes that need it are left out.
    public func result(owners: OwnerFacts? = nil) -> InjectionResult { injector.carryOut(self, owners: owners) }

    private static func ownerLookup(
        _ pod: JSONValue, _ namespace: String, _ languages: [AskedLanguage], _ sidecar: SidecarPlan,
        _ settings: InjectionSettings
    ) -> OwnerLookup? {
        if languages.isEmpty, !sidecar.isAddition { return nil }
        let owners = PodOwner.references(of: pod)
        let isNameless = PodOwner.isJobOfUnknownOrigin(among: owners)
        let isNeeded = languages.contains { asked in
            guard settings.allows(asked.language), case .success(let instrumentation) = asked.selected else {
                return false
            }
            return isNameless || instrumentation.spec.resource.addsKubernetesUIDs
        }
        guard isNeeded || sidecar.isAddition, let lookup = PodOwner.lookup(owners, namespace: namespace) else {
            return nil
        }
        return isNeeded || lookup.type == .replicaSet ? lookup : nil
    }
}

extension InjectionSettings {
    /// The SDK has no switch.
    func allows(_ language: Language) -> Bool { language == .sdk || enabledLanguages.contains(language) }
}
