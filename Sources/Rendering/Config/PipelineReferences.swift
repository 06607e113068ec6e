import Document
import OperatorAPI

extension CollectorDraft {
    /// What keeps the collector from starting: components that are used and configured nowhere, and pipelines for a signal
    /// that no collector knows.
    var brokenReferences: [Finding] {
        // Such arguments add to the configuration what we do not see.
        if spec.arguments["set"] != nil || (spec.mode == .sidecar && spec.arguments["config"] != nil) { return [] }
        return PipelineReferences(spec.config).problems.map { Finding(.warning, .invalidConfig, $0) }
    }
}

/// The names in `service`, and whether there is something of each name.
///
/// The API takes them all, and so does the reference; the collector checks them when it starts, and ends. With a change of a
/// running collector that is a rollout that never completes.
///
/// Source: OpenTelemetry Collector, "Configuration"; `otelcol` `Config.Validate` and `service/pipelines` of v0.158.
struct PipelineReferences {
    private let config: CollectorConfig

    init(_ config: CollectorConfig) { self.config = config }

    /// Sentences that begin with the path, in the order of the paths.
    var problems: [String] {
        let pipelines = (config.service.pipelines ?? [:])
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return extensionProblems + pipelines.flatMap { problems(ofPipeline: $0.key, $0.value) }
    }

    private var extensionProblems: [String] {
        let known = ids(config.extensions)
        return unknown(config.service.extensions, in: [known]).map {
            "spec.config.service.extensions names \"\($0)\", which spec.config.extensions does not have: "
                + Self.consequence
        }
    }

    private func problems(ofPipeline name: String, _ pipeline: CollectorConfig.Pipeline?) -> [String] {
        let path = "spec.config.service.pipelines.\(name)"
        var problems: [String] = []
        let signal = ComponentID.type(of: Self.normalized(name))
        if !Self.isVariable(name), !Self.signals.contains(signal) {
            problems.append(
                "\(path) is a pipeline for \"\(signal)\", expected \(Self.signals.joined(separator: ", ")), alone or with "
                    + "a name as in traces/2: \(Self.consequence)")
        }
        let connectors = ids(config.connectors)
        problems += unknown(pipeline?.receivers ?? [], in: [ids(config.receivers), connectors]).map {
            "\(path).receivers names \"\($0)\", which neither spec.config.receivers nor spec.config.connectors has: "
                + Self.consequence
        }
        problems += unknown(pipeline?.processors ?? [], in: [ids(config.processors)]).map {
            "\(path).processors names \"\($0)\", which spec.config.processors does not have: \(Self.consequence)"
        }
        problems += unknown(pipeline?.exporters ?? [], in: [ids(config.exporters), connectors]).map {
            "\(path).exporters names \"\($0)\", which neither spec.config.exporters nor spec.config.connectors has: "
                + Self.consequence
        }
        return problems
    }

    /// `profiles` is behind a feature gate of the collector.
    private static let signals = ["traces", "metrics", "logs", "profiles"]
    private static let consequence = "the collector will not start"

    private func ids(_ section: JSONObject?) -> Set<String> { Set((section?.keys ?? []).map(Self.normalized)) }

    /// Each once, in their order.
    private func unknown(_ used: [String], in known: [Set<String>]) -> [String] {
        var unknown: [String] = []
        for id in used.map(Self.normalized) where !Self.isVariable(id) {
            if !unknown.contains(id), !known.contains(where: { $0.contains(id) }) { unknown.append(id) }
        }
        return unknown
    }

    /// Whether the collector puts something else in its place: `${env:EXPORTER}`.
    private static func isVariable(_ id: String) -> Bool { id.contains("$") }

    /// Spaces around the type and around the name do not count for the collector.
    private static func normalized(_ id: String) -> String {
        id.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map { part in
            String(part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }.joined(separator: "/")
    }
}
