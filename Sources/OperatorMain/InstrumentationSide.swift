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
        leading = [
            LeadingWork(
                prepare: instrumentations.waitUntilSettled,
                run: {
                    for key in instrumentations.store.keys.sorted() { upgrade.queue.add(key) }
                    try await upgrade.run()
                })
        ]
        gauges = upgrade.gauges
    }
}
