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
    let gauges: [ObservedGauge]
    /// Whether collectors get ClusterRoles; the webhook looks at who asks for one.
    let access: AccessAvailability

    init(
        _ settings: Settings, _ environment: ProcessEnvironment, client: Client, stores: Stores, events: EventRecorder
    ) throws {
        let logger = Logger(label: "collectors")
        let options = try settings.rendering(environment)
        let owned = OwnedObjects(Self.ownedTypes + ClusterObjects.types, api: client, logger: Logger(label: "stores"))
        let collectors = stores.collectors.store

        let availability = APIAvailability(
            of: AvailableAPIs.optional, logger: logger,
            discover: { types in
                let discovery = try await client.discover(types)
                return Set(types.filter { discovery.serves($0) })
            })
        let access = AccessAvailability(api: client, logger: logger)
        let reconciler = CollectorReconciler(
            api: client, collectors: collectors, owned: owned,
            renderer: {
                var options = options
                options.availableAPIs = AvailableAPIs(availability.served)
                options.canGrantAccess = access.isGranted
                return CollectorRenderer(options: options)
            },
            collectorVersion: Version.reference, events: events, logger: logger)
        let controller = Controller(
            name: "opentelemetrycollector", workers: 4, logger: logger, reconcile: reconciler.reconcile)
        controller.watch(stores.collectors)
        availability.onChange {
            for key in collectors.keys { controller.queue.add(key) }
        }
        access.granted.onChange { _ in
            for key in collectors.keys { controller.queue.add(key) }
        }
        for reflector in owned.reflectors {
            controller.watch(reflector, ownedBy: .openTelemetryCollector) { $0.owner }
            controller.watch(reflector) { change in Set([change.old, change.new].compactMap { $0?.collector }).sorted()
            }
        }

        let definitions = Reflector(
            .customResourceDefinition, projection: .metadata, api: client, logger: Logger(label: "stores")
        ) { _ in true }
        let discovery = Controller(name: "discovery", logger: logger) { _ in try await availability.reconcile() }
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
                try await availability.waitUntilKnown()
            },
            run: controller.run)
    }

    private static let ownedTypes: [ResourceType] =
        [.configMap, .serviceAccount, .service, .deployment, .statefulSet, .daemonSet] + AvailableAPIs.optional
}
