import Admission
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Reconcilers
import Rendering
import ServiceLifecycle

/// What brings collectors to what their resources say; the leader runs it, and every replica follows the objects so that
/// it could take over at once.
struct CollectorSide {
    /// To be run by every replica.
    let reflectors: [any Service]
    let leading: LeadingWork
    /// What the webhook checks collectors by, as the cluster is now.
    let validation: @Sendable () -> CollectorValidation
    let gauges: [ObservedGauge]
    /// Whether collectors get ClusterRoles; the webhook looks at who asks for one.
    let access: AccessAvailability

    init(
        _ settings: Settings, _ environment: ProcessEnvironment, client: Client, stores: Stores,
        version: ClusterVersion, events: EventRecorder
    ) throws {
        let logger = Logger(label: "collectors")
        let storesLogger = Logger(label: "stores")
        let owned = OwnedObjects(Self.ownedTypes + ClusterObjects.types, api: client, logger: storesLogger)
        let apis = APIFollower(
            AvailableAPIs.optional + [.certManagerCertificate], api: client, logger: logger, storesLogger: storesLogger)
        let access = AccessAvailability(api: client, logger: logger)
        let settled = try settings.rendering(environment)
        /// - Parameter served: `nil` as long as nobody knows.
        let options: Options = { served, canGrantAccess in
            var options = settled
            if let served { options.availableAPIs = AvailableAPIs(served) }
            options.canGrantAccess = canGrantAccess
            options.kubernetesVersion = version.known
            return options
        }
        validation = Self.validation(
            settings, environment, apis: apis, access: access, options: options, logger: logger)

        let namespaces = stores.namespaces.store
        let reconciler = CollectorReconciler(
            api: client, collectors: stores.collectors.store, owned: owned,
            renderer: { name in
                let namespace = namespaces[ObjectKey(name: name)]
                var options = options(apis.usable, access.isGranted)
                options.isSeenByWebhooks = namespace?.isSeenByWebhooks
                options.enforcesRestrictedPods = namespace?.enforcesRestrictedPods ?? false
                return CollectorRenderer(options: options) { _ in namespace?.volumeGroup }
            },
            collectorVersion: Version.reference, events: events, logger: logger)
        // A reconcile mostly waits for the API server: one write after the other, each as long as etcd needs.
        let controller = Controller(
            name: "opentelemetrycollector", workers: 8, maximumDelay: CollectorReconciler.longestPause, logger: logger,
            reconcile: reconciler.reconcile)
        controller.watch(stores.collectors, where: Predicate(reconciler.isWorthReconciling))
        Self.follow(stores, owned, apis, access, with: controller)

        let reviews = Controller(name: "access", logger: logger) { _ in try await access.reconcile() }
        // Without the webhook nobody looks at who asks for rights, and so nobody gets any.
        if settings.isWebhookEnabled {
            reviews.queue.add(ObjectKey(name: "self"))
        } else {
            logger.warning("webhooks are off: collectors get no ClusterRoles, as nobody could say who may ask for them")
        }

        let clusterScoped = owned.reflectors.filter { !$0.type.isNamespaced }
        reflectors =
            owned.reflectors.filter(\.type.isNamespaced)
            + [SwitchedService(clusterScoped, while: access.granted)] + apis.services + [reviews]
        self.access = access
        gauges = controller.gauges + owned.reflectors.flatMap(\.gauges)
        leading = LeadingWork(
            prepare: {
                if settings.isWebhookEnabled { try await access.waitUntilKnown() }
                try await owned.waitUntilSettled(
                    optional: Set(AvailableAPIs.optional + ClusterObjects.types),
                    unfollowed: access.isGranted ? [] : Set(ClusterObjects.types))
                try await stores.collectors.waitUntilSettled()
                try await stores.namespaces.waitUntilSettled()
                try await version.waitUntilSettled()
                try await apis.waitUntilKnown()
            },
            run: controller.run)
    }

    /// How collectors are rendered as the cluster is now, where it serves these APIs and the operator may or may not make
    /// ClusterRoles.
    private typealias Options = @Sendable (_ served: Set<ResourceType>?, _ canGrantAccess: Bool) -> RenderingOptions

    private static func validation(
        _ settings: Settings, _ environment: ProcessEnvironment, apis: APIFollower, access: AccessAvailability,
        options: @escaping Options, logger: Logger
    ) -> @Sendable () -> CollectorValidation {
        let forbidden = environment.isFIPSDemanded ? settings.forbiddenComponents : .none
        if !settings.forbiddenComponents.isEmpty {
            logger.info(
                "components are forbidden where FIPS is demanded",
                metadata: ["isFIPSDemanded": "\(environment.isFIPSDemanded)"])
        }
        return {
            // Until there is an answer nobody is warned of an API that may well be served.
            let served = apis.known
            return CollectorValidation(
                options: options(served, access.mayBeGranted), forbidden: forbidden,
                isCertManagerAvailable: served?.contains(.certManagerCertificate) ?? true)
        }
    }

    /// Has collectors reconciled when something changes that they are rendered by, or an object of theirs.
    private static func follow(
        _ stores: Stores, _ owned: OwnedObjects, _ apis: APIFollower, _ access: AccessAvailability,
        with controller: Controller
    ) {
        let collectors = stores.collectors.store
        let reconcileAll: @Sendable () -> Void = {
            for key in collectors.keys { controller.queue.add(key) }
        }
        access.granted.onChange(reconcileAll)
        apis.onChange {
            for reflector in owned.reflectors { reflector.nudge() }
            reconcileAll()
        }
        apis.onDefinitionChange {
            for reflector in owned.reflectors { reflector.nudge() }
            stores.collectors.nudge()
            stores.instrumentations.nudge()
        }
        // OpenShift annotates a namespace a moment after it was made; labels may come to keep the webhooks away or to enforce
        // a Pod Security level.
        controller.watch(stores.namespaces) { change in
            if NamespaceFacts.areRenderedAlike(change.old, change.new) { return [] }
            return collectors.keys.filter { $0.namespace == change.key.name }
        }
        for reflector in owned.reflectors {
            controller.watch(reflector, ownedBy: .openTelemetryCollector) { $0.owner }
            controller.watch(reflector) { change in Set([change.old, change.new].compactMap { $0?.collector }).sorted()
            }
        }
    }

    /// Everything that a collector may own.
    static let ownedTypes: [ResourceType] =
        [.configMap, .serviceAccount, .service, .deployment, .statefulSet, .daemonSet] + AvailableAPIs.optional
}

extension ResourceType {
    /// Served where cert-manager is installed.
    fileprivate static let certManagerCertificate = ResourceType(
        group: "cert-manager.io", version: "v1", kind: "Certificate", plural: "certificates")
}
