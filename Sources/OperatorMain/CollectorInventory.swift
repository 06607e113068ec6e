import Document
import KubeModel
import KubeRuntime
import OperatorAPI
import PrometheusExporter
import ServiceLifecycle
import Synchronization

/// Tells in metrics which collectors there are and what they are made of: `opentelemetry_collector_info` and one gauge for
/// each section of the configuration, always 1.
///
/// The reference counts in its webhook, and goes wrong with each answer that the API server does not act on. These
/// are read from the store, on the replica that leads, so that a sum over the replicas counts each collector once.
///
/// Source: opentelemetry-operator v0.158, `--enable-cr-metrics`.
final class CollectorInventory: Sendable {
    private let collectors: Reflector<KubeObject>
    private let isShown = Atomic(false)

    init(_ collectors: Reflector<KubeObject>) { self.collectors = collectors }

    var leading: LeadingWork {
        LeadingWork(
            prepare: collectors.waitUntilSettled,
            run: {
                self.isShown.store(true, ordering: .relaxed)
                defer { self.isShown.store(false, ordering: .relaxed) }
                try await gracefulShutdown()
            })
    }

    func samples() -> [PrometheusRegistry.Sample] {
        isShown.load(ordering: .relaxed) ? collectors.store.values.flatMap { Self.samples(of: $0) } : []
    }

    static func samples(of collector: KubeObject) -> [PrometheusRegistry.Sample] {
        func sample(_ name: String, _ help: String, type: String) -> PrometheusRegistry.Sample {
            PrometheusRegistry.Sample(
                "opentelemetry_collector_\(name)", help: help,
                labels: [
                    ("collector_name", collector.name), ("namespace", collector.namespace), ("type", type),
                ], value: 1)
        }
        let mode = collector["spec"]?["mode"]?.stringValue ?? "deployment"
        let config = collector["spec"]?["config"]
        return [sample("info", "Collectors, by mode", type: mode)]
            + ["receivers", "exporters", "processors", "extensions", "connectors"].flatMap { section in
                let types = (config?[section]?.objectValue?.keys ?? []).map { ComponentID.type(of: $0) }
                return Set(types).sorted().map {
                    sample(section, "Types of \(section) that a collector's configuration has", type: $0)
                }
            }
    }
}
