import Document
import Foundation
import Testing

@Suite("The example of a closed AKS network")
struct ExampleTests {
    private func example(_ name: String) throws -> JSONValue {
        try YAML.parse(Repository.text("examples/aks-closed-network/\(name)"))
    }

    @Test("files are applied in the order of their names: what others need comes first")
    func order() throws {
        let folder = Repository.root.appending(path: "examples/aks-closed-network")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".yaml") }
        let kinds = try files.sorted().map { try example($0)["kind"]?.stringValue }
        #expect(kinds == ["Namespace", "OpenTelemetryCollector", "Instrumentation", "Deployment"])
    }

    @Test("the application sends to the collector's Service, in the collector's namespace")
    func endpoint() throws {
        let collector = try example("2-collector.yaml")
        let name = try #require(collector[path: "metadata", "name"]?.stringValue)
        let namespace = try #require(collector[path: "metadata", "namespace"]?.stringValue)
        let endpoint = try example("3-instrumentation.yaml")[path: "spec", "exporter", "endpoint"]
        #expect(endpoint == .string("http://\(name)-collector.\(namespace).svc.cluster.local:4318"))
        let protocols = collector[path: "spec", "config", "receivers", "otlp", "protocols"]
        #expect(protocols?[path: "http", "endpoint"] == "0.0.0.0:4318")
    }

    @Test("the application asks for Python, in the namespace of the Instrumentation")
    func application() throws {
        let application = try example("4-app.yaml")
        let annotations = application[path: "spec", "template", "metadata", "annotations"]
        #expect(annotations?["instrumentation.opentelemetry.io/inject-python"] == "true")
        let instrumentation = try example("3-instrumentation.yaml")
        #expect(application[path: "metadata", "namespace"] == instrumentation[path: "metadata", "namespace"])
    }
}
