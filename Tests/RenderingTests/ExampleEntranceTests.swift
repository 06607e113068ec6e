import Document
import KubeModel
import Testing

@testable import Rendering

/// How the collectors of the examples are reached: by load balancer, Ingress, and one another.
@Suite("Ways into the examples")
struct ExampleEntranceTests {
    @Test("the load balancer of lgtm-gateway selects the collector's pods and names the Service's ports")
    func loadBalancer() throws {
        let service = try #require(try Examples.objects("lgtm-gateway/loadbalancer/3-service.yaml").first)
        let collector = try #require(try Examples.objects("lgtm-gateway/2-collector.yaml").first)
        let rendered = CollectorRenderer().render(collector)
        let own = try #require(rendered["Service", "otel-gateway-collector"])
        #expect(service[path: "spec", "selector"] == own["spec"]?["selector"])
        #expect(service[path: "spec", "type"] == "LoadBalancer")
        #expect(Self.ports(service) == Self.ports(own))
        #expect(Self.ports(own).count == 3)
    }

    /// A Service's ports, by name.
    private static func ports(_ service: JSONValue) -> [String: Int] {
        (service[path: "spec", "ports"]?.arrayValue ?? []).reduce(into: [:]) { result, port in
            result[port["name"]?.stringValue ?? ""] = port["port"]?.intValue
        }
    }

    @Test("the Ingress of lgtm-gateway leads to each of the three ports, and its gRPC twin to a port that there is")
    func ingress() throws {
        let collector = try #require(try Examples.objects("lgtm-gateway/ingress/2-collector.yaml").first)
        let rendered = CollectorRenderer().render(collector)
        let ingress = try #require(rendered.objects.first { $0.type.kind == "Ingress" }?.object.json)
        let hosts = (ingress[path: "spec", "rules"]?.arrayValue ?? []).compactMap { $0["host"]?.stringValue }
        #expect(
            hosts.sorted() == [
                "otlp-grpc.otel.example.com", "otlp-http.otel.example.com", "prometheus.otel.example.com",
            ])
        let service = try #require(rendered["Service", "otel-gateway-collector"])
        let names = Set((service["spec"]?["ports"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
        let twin = try #require(try Examples.objects("lgtm-gateway/ingress/3-grpc.yaml").first)
        let backend = twin[path: "spec", "rules"]?[0]?[path: "http", "paths"]?[0]?[path: "backend", "service"]
        #expect(backend?["name"] == "otel-gateway-collector")
        #expect(names.contains(backend?[path: "port", "name"]?.stringValue ?? ""))
        // But for the Ingress and the port that goes into it, both variants are the same collector.
        var plain = try #require(try Examples.objects("lgtm-gateway/2-collector.yaml").first)
        plain["spec"]?["ingress"] = collector[path: "spec", "ingress"]
        plain["spec"]?["ports"] = collector[path: "spec", "ports"]
        #expect(plain == collector)
    }

    @Test("the router of statefulset-gateway sends to the gateway's headless Service")
    func router() throws {
        let gateway = try #require(try Examples.objects("statefulset-gateway/2-gateway.yaml").first)
        let router = try #require(try Examples.objects("statefulset-gateway/3-router.yaml").first)
        let resolver = router[path: "spec", "config", "exporters", "loadbalancing", "resolver", "dns"]
        let service = try #require(CollectorRenderer().render(gateway)["Service", "gateway-collector-headless"])
        #expect(resolver?["hostname"] == "gateway-collector-headless.observability.svc.cluster.local")
        let ports = (service["spec"]?["ports"]?.arrayValue ?? []).compactMap { $0["port"]?.intValue }
        #expect(ports.map(String.init).contains(resolver?["port"]?.stringValue ?? ""))
    }
}
