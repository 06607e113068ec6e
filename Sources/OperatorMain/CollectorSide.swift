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
        let options = try settings.rendering(environment)
        let owned = OwnedObjects(Self.ownedTypes + ClusterObjects.types, api: client, logger: Logger(label: "stores"))
        let collectors = stores.collectors.store
        let namespaces = stores.namespaces.store

        // Of each definition whether it is being deleted.
        let definitions = Reflector(
            .customResourceDefinition, projection: .metadata, api: client, logger: Logger(label: "stores")
        ) { $0.isBeingDeleted }
        let isLeaving: @Sendable (ResourceType) -> Bool = { type in
            definitions.store[ObjectKey(name: "\(type.plural).\(type.group)")] == true
        }

        let availability = APIAvailability(
            of: AvailableAPIs.optional + [.certManagerCertificate], logger: logger,
            discover: { types in
                let discovery = try await client.discover(types)
                return APIAvailability.Answer(
                    served: Set(types.filter { discovery.serves($0) }),
                    unknown: Set(types.filter { discovery.isUnknown($0) }))
            })
        let access = AccessAvailability(api: client, logger: logger)
        let reconciler = CollectorReconciler(
            api: client, collectors: collectors, owned: owned,
            renderer: { name in
                var options = options
                let namespace = namespaces[ObjectKey(name: name)]
                // What we make of a type whose definition is being deleted would keep it from going.
                options.availableAPIs = AvailableAPIs(availability.served.filter { !isLeaving($0) })
                options.canGrantAccess = access.isGranted
                options.isSeenByWebhooks = namespace?.isSeenByWebhooks
                options.kubernetesVersion = version.known
                return CollectorRenderer(options: options) { _ in namespace?.volumeGroup }
            },
            collectorVersion: Version.reference, events: events, logger: logger)
        // A reconcile mostly waits for the API server: one write after the other, each as long as etcd needs.
        let controller = Controller(
            name: "opentelemetrycollector", workers: 8, maximumDelay: CollectorReconciler.longestPause, logger: logger,
            reconcile: reconciler.reconcile)
        controller.watch(stores.collectors, where: Predicate(reconciler.isWorthReconciling))
        // OpenShift annotates a namespace a moment after it was made; labels may come to keep the webhooks away.
        controller.watch(stores.namespaces) { change in
            if NamespaceFacts.areRenderedAlike(change.old, change.new) { return [] }
            return collectors.keys.filter { $0.namespace == change.key.name }
        }
        availability.onChange {
            for reflector in owned.reflectors { reflector.nudge() }
            for key in collectors.keys { controller.queue.add(key) }
        }
        access.granted.onChange {
            for key in collectors.keys { controller.queue.add(key) }
        }
        for reflector in owned.reflectors {
            controller.watch(reflector, ownedBy: .openTelemetryCollector) { $0.owner }
            controller.watch(reflector) { change in Set([change.old, change.new].compactMap { $0?.collector }).sorted()
            }
        }

        let forbidden = environment.isFIPSDemanded ? settings.forbiddenComponents : .none
        if !settings.forbiddenComponents.isEmpty {
            logger.info(
                "components are forbidden where FIPS is demanded",
                metadata: ["isFIPSDemanded": "\(environment.isFIPSDemanded)"])
        }
        validation = {
            var options = options
            // Until there is an answer nobody is warned of an API that may well be served.
            let served = availability.known
            if let served { options.availableAPIs = AvailableAPIs(served) }
            options.canGrantAccess = access.mayBeGranted
            options.kubernetesVersion = version.known
            return CollectorValidation(
                options: options, forbidden: forbidden,
                isCertManagerAvailable: served?.contains(.certManagerCertificate) ?? true)
        }

        let discovery = Controller(name: "discovery", logger: logger) { _ in try await availability.reconcile() }
        // What was not served may be now: no need to wait for the next try.
        definitions.onChange { _ in
            availability.expectChange()
            for reflector in owned.reflectors { reflector.nudge() }
            stores.collectors.nudge()
            stores.instrumentations.nudge()
        }
        discovery.watch(definitions) { _ in [ObjectKey(name: "apis")] }

        // Without the webhook nobody looks at who asks for rights, and so nobody gets any.
        let reviews = Controller(name: "access", logger: logger) { _ in try await access.reconcile() }
        if settings.isWebhookEnabled {
            reviews.queue.add(ObjectKey(name: "self"))
        } else {
            logger.warning("webhooks are off: collectors get no ClusterRoles, as nobody could say who may ask for them")
        }

        let clusterScoped = owned.reflectors.filter { !$0.type.isNamespaced }
        reflectors =
            owned.reflectors.filter(\.type.isNamespaced)
            + [SwitchedService(clusterScoped, while: access.granted), definitions, discovery, reviews]
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
                try await availability.waitUntilKnown()
            },
            run: controller.run)
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
