import Admission
import Document
import Injection
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import OperatorAPI
import ServiceLifecycle

/// What every replica keeps in memory for the webhooks.
struct Stores: Sendable {
    let namespaces: Reflector<NamespaceFacts>
    let instrumentations: Reflector<InstrumentationSource.Lookup>
    let collectors: Reflector<KubeObject>

    init(api: any KubeAPI, logger: Logger) {
        namespaces = Reflector(.namespace, projection: .metadata, api: api, logger: logger) { NamespaceFacts($0) }
        instrumentations = Reflector(.instrumentation, api: api, logger: logger) { object in
            InstrumentationSource.Lookup { () throws(FieldError) in try Instrumentation(object.json) }
        }
        collectors = Reflector(.openTelemetryCollector, api: api, logger: logger) { $0.withoutManagedFields() }
    }

    var services: [any Service] { [namespaces, instrumentations, collectors] }
    var gauges: [ObservedGauge] { namespaces.gauges + instrumentations.gauges + collectors.gauges }

    /// Whether the webhooks can answer from what is there.
    ///
    /// A list of collectors that fails while the others do not is not waited for: where a collector is stored in an old
    /// version, the API server needs our own conversion webhook for that list, and finds it only when we are ready.
    var areSettled: Bool {
        namespaces.isSynced && instrumentations.isServed != nil
            && (collectors.isServed != nil || collectors.isFailing)
    }
}

extension KubeObject {
    /// Without the record of who set which field, which is often longer than the object.
    func withoutManagedFields() -> KubeObject {
        var copy = self
        var metadata = copy.metadata
        metadata["managedFields"] = nil
        copy["metadata"] = metadata
        return copy
    }
}
