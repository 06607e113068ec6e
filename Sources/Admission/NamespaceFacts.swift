public import KubeModel
import OperatorAPI

/// What is kept in memory of a Namespace: what we act on, nothing else.
public struct NamespaceFacts: Sendable, Equatable {
    /// Those that ask for injection.
    public var annotations: [String: String]
    /// The group that OpenShift assigns to the volumes of its pods.
    public var volumeGroup: Int?
    /// Whether the webhooks are asked about what is written here (``WebhookScope``).
    public var isSeenByWebhooks: Bool
    /// Whether only pods of the level `restricted` are admitted here (``PodSecurity``).
    public var enforcesRestrictedPods: Bool

    public init(_ namespace: KubeObject) {
        annotations = namespace.annotations.filter { AnnotationKey.isInherited($0.key) }
        volumeGroup = OpenShiftNamespace.volumeGroup(namespace.annotations)
        isSeenByWebhooks = WebhookScope.covers(namespaceLabels: namespace.labels)
        enforcesRestrictedPods = PodSecurity.enforcesRestricted(namespaceLabels: namespace.labels)
    }

    /// Whether collectors of the namespace are rendered alike with both.
    public static func areRenderedAlike(_ one: NamespaceFacts?, _ other: NamespaceFacts?) -> Bool {
        one?.volumeGroup == other?.volumeGroup && one?.isSeenByWebhooks == other?.isSeenByWebhooks
            && one?.enforcesRestrictedPods == other?.enforcesRestrictedPods
    }
}
