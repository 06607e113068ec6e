import Document
import KubeModel
import Testing

@testable import Rendering

/// What the pods of the examples may and may take.
@Suite("Pods of the examples")
struct ExamplePodTests {
    @Test("no pod runs as root, without limits, or with more than it needs")
    func pods() throws {
        // As small as their READMEs show them: what they must have for a first look, and nothing else.
        let bare = [
            "aks-closed-network/2-collector.yaml", "aks-closed-network/4-app.yaml", "azure-monitor/4-app.yaml",
        ]
        var count = 0
        for (file, object) in try Examples.manifests() where !bare.contains(file) {
            guard let (pod, containers) = try Self.pod(of: object) else { continue }
            count += 1
            for container in containers {
                let name = "\(file): \(container["name"]?.stringValue ?? "")"
                let context = container["securityContext"]
                let isNonRoot = context?["runAsNonRoot"] ?? pod[path: "securityContext", "runAsNonRoot"]
                #expect(isNonRoot == true, "\(name)")
                #expect(context?["allowPrivilegeEscalation"] == false, "\(name)")
                #expect(context?["readOnlyRootFilesystem"] == true, "\(name)")
                #expect(context?[path: "capabilities", "drop"] == ["ALL"], "\(name)")
                #expect(container[path: "resources", "limits", "memory"] != nil, "\(name)")
                #expect(container[path: "resources", "requests", "cpu"] != nil, "\(name)")
            }
        }
        #expect(count >= 13)
    }

    @Test("what an example deploys itself is probed")
    func probes() throws {
        for (file, object) in try Examples.manifests()
        where file.hasPrefix("self-hosted/") && object["kind"] == "Deployment" {
            for container in object[path: "spec", "template", "spec", "containers"]?.arrayValue ?? [] {
                #expect(container["readinessProbe"] != nil && container["livenessProbe"] != nil, "\(file)")
            }
        }
    }

    private static func pod(of object: JSONValue) throws -> (JSONValue, [JSONValue])? {
        if object["kind"] == "OpenTelemetryCollector" {
            let rendered = CollectorRenderer().render(object)
            let pod = rendered.objects.compactMap { $0.object.json[path: "spec", "template", "spec"] }.first ?? [:]
            return (pod, [try #require(try Examples.container(object, rendered))])
        }
        guard let pod = object[path: "spec", "template", "spec"] else { return nil }
        return (pod, pod["containers"]?.arrayValue ?? [])
    }

    @Test("nothing secret stands in a resource: passwords come from Secrets through the environment")
    func secrets() throws {
        #expect(try Examples.manifests().filter { $0.object["kind"] == "Secret" }.isEmpty)
        for (file, object) in try Examples.collectors() {
            let config = String(decoding: object[path: "spec", "config"]?.serialized() ?? [], as: UTF8.self)
            for word in ["InstrumentationKey=", "Basic ", "Bearer ", "password"] {
                #expect(!config.contains(word), "\(file)")
            }
            let declared = Set(
                (object[path: "spec", "env"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
            for match in config.matches(of: /\$\{env:([A-Z_]+)\}/) {
                #expect(declared.contains(String(match.output.1)), "\(file): \(match.output.1) is set nowhere")
            }
        }
    }
}
