import Document
import KubeModel
import Testing

@testable import Rendering

/// Whether the image that an example names has what its configuration uses.
@Suite("Components of the examples")
struct ExampleComponentTests {
    /// The component types that the examples use, with the distributions that have them.
    ///
    /// Source: opentelemetry-collector-releases, `distributions/otelcol-contrib/manifest.yaml` and
    /// `distributions/otelcol-k8s/manifest.yaml`. `otlp_grpc` and `otlp_http` are `otlp` and `otlphttp` since 0.144.
    static let distributions: [String: [String: Set<String>]] = [
        "receivers": ["otlp": ["contrib", "k8s"], "filelog": ["contrib", "k8s"]],
        "processors": [
            "batch": ["contrib", "k8s"], "memory_limiter": ["contrib", "k8s"], "k8sattributes": ["contrib", "k8s"],
            "resourcedetection": ["contrib", "k8s"], "tail_sampling": ["contrib", "k8s"],
        ],
        "exporters": [
            "prometheus": ["contrib"], "otlp_grpc": ["contrib", "k8s"], "otlp_http": ["contrib", "k8s"],
            "loadbalancing": ["contrib", "k8s"], "azuremonitor": ["contrib"],
        ],
        "extensions": ["health_check": ["contrib", "k8s"], "file_storage": ["contrib", "k8s"]],
        "connectors": [:],
    ]

    @Test("every component is in the distribution whose image the example names, and in a pipeline")
    func components() throws {
        for (file, object) in try Examples.collectors() {
            let image = try #require(object[path: "spec", "image"]?.stringValue)
            let distribution = try #require(
                ["contrib", "k8s"].first { image.contains("collector-\($0):") }, "\(file): \(image)")
            let config = try #require(object[path: "spec", "config"])
            let service = try #require(config["service"])
            let pipelines = service["pipelines"]?.objectValue?.members.map(\.value) ?? []
            for (kind, known) in Self.distributions {
                let ids = config[kind]?.objectValue?.keys ?? []
                for id in ids {
                    let type = String(id.prefix { $0 != "/" })
                    #expect(known[type]?.contains(distribution) == true, "\(file): \(kind) \(id) in \(distribution)")
                }
                let used =
                    kind == "extensions"
                    ? service["extensions"]?.arrayValue ?? [] : pipelines.flatMap { $0[kind]?.arrayValue ?? [] }
                #expect(Set(used.compactMap(\.stringValue)) == Set(ids), "\(file): \(kind)")
            }
            // It protects what comes after it.
            for pipeline in pipelines where config["processors"]?["memory_limiter"] != nil {
                #expect(pipeline["processors"]?[0] == "memory_limiter", "\(file)")
            }
        }
    }

    @Test("the images of one example carry one version of the collector, and no mirror's name but the README's")
    func images() throws {
        for (file, object) in try Examples.collectors() {
            let image = try #require(object[path: "spec", "image"]?.stringValue)
            let isMirrored = file.hasPrefix("aks-closed-network/") || file.hasPrefix("azure-monitor/")
            #expect(image.hasPrefix(isMirrored ? "myregistry.azurecr.io/" : "ghcr.io/open-telemetry/"), "\(file)")
            #expect(image.hasSuffix(isMirrored ? ":0.146.0" : ":0.158.0"), "\(file)")
        }
    }
}
