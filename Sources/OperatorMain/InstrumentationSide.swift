import Admission
import Injection
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import OperatorAPI
import Reconcilers

/// What the leader does about Instrumentations: upgrades them once, and keeps their statuses.
struct InstrumentationSide {
    let leading: [LeadingWork]
    let gauges: [ObservedGauge]

    init(_ settings: Settings, client: Client, stores: Stores, events: EventRecorder) throws {
        guard settings.areInstrumentationCRDsEnabled else {
            leading = []
            gauges = []
            return
        }
        let logger = Logger(label: "instrumentations")
        let injection = try settings.injection()
        let instrumentations = stores.instrumentations
        let upgrader = InstrumentationUpgrader(
            api: client, images: injection.defaultImages, enabledLanguages: injection.enabledLanguages,
            events: events, logger: logger)
        let upgrade = Controller(name: "instrumentation-upgrade", logger: logger, reconcile: upgrader.reconcile)

        let namespaces = stores.namespaces.store
        let reporter = InstrumentationStatusReporter(
            api: client, injector: Injector(settings: injection), instrumentations: instrumentations.store,
            namespaceAnnotations: { namespaces[ObjectKey(name: $0)]?.annotations ?? [:] },
            enforcesRestrictedPods: { namespaces[ObjectKey(name: $0)]?.enforcesRestrictedPods ?? false },
            logger: logger)
        let status = Controller(name: "instrumentation-status", logger: logger) { _ in try await reporter.reconcile() }
        reporter.follow(instrumentations, with: status.queue)

        leading = [
            LeadingWork(
                prepare: instrumentations.waitUntilSettled,
                run: {
                    for key in instrumentations.store.keys.sorted() { upgrade.queue.add(key) }
                    try await upgrade.run()
                }),
            LeadingWork(
                prepare: {
                    try await stores.namespaces.waitUntilSettled()
                    try await instrumentations.waitUntilSettled()
                },
                run: {
                    defer { reporter.reset() }
                    status.queue.add(InstrumentationStatusReporter.key)
                    try await status.run()
                }),
        ]
        gauges = upgrade.gauges + status.gauges + reporter.gauges
    }
}
