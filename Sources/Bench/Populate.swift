import ArgumentParser
import Document
import KubeClient
import KubeModel

/// Fills the cluster of `KUBECONFIG` with namespaces, collectors or pods, as fast as the API server takes them.
struct Populate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create namespaces, collectors or pods, and wait until what follows from them is there.")

    @Argument(help: "namespaces, collectors or pods")
    var what: String
    @Argument(help: "How many.")
    var count: Int
    @Option(help: "Namespaces that the collectors and pods are spread over.")
    var namespaces = 1_000
    @Option(help: "Requests in flight.")
    var concurrency = 16

    func run() async throws {
        let cluster = try BenchCluster(concurrency: concurrency)
        try await cluster.time("populate.\(what)") { try await populate(cluster) }
        await cluster.client.shutdown()
    }

    private func populate(_ cluster: BenchCluster) async throws {
        switch what {
        case "namespaces":
            try await create(.namespace, cluster) { KubeObject(.namespace, ObjectKey(name: Self.namespace($0))) }
            // A pod is refused until its namespace has this account.
            try await wait(for: .serviceAccount, ListOptions(fieldSelector: "metadata.name=default"), cluster.client)
        case "collectors":
            try await create(.openTelemetryCollector, cluster) { Self.collector(in: Self.namespace($0 % namespaces)) }
            try await wait(
                for: .deployment, ListOptions(labelSelector: "app.kubernetes.io/managed-by=opentelemetry-operator"),
                cluster.client)
        case "pods":
            try await create(.pod, cluster) { Self.pod($0, in: Self.namespace($0 % namespaces)) }
        default: throw ValidationError("neither namespaces nor collectors nor pods: \(what)")
        }
    }

    private func create(
        _ type: ResourceType, _ cluster: BenchCluster, _ object: @escaping @Sendable (Int) -> KubeObject
    ) async throws {
        try await cluster.forEach(count) { _ = try await cluster.client.create(type, object($0)) }
    }

    private func wait(for type: ResourceType, _ options: ListOptions, _ client: Client) async throws {
        for _ in 0..<600 {
            if try await client.listAll(type, options: options, projection: .metadata).items.count >= count { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw BenchError("not all \(type) were there after two minutes")
    }

    private static func namespace(_ number: Int) -> String { "bench-\(number)" }

    private static func collector(in namespace: String) -> KubeObject {
        var collector = KubeObject(.openTelemetryCollector, ObjectKey(namespace: namespace, name: "gateway"))
        collector["spec"] = [
            "mode": "deployment",
            "config": [
                "receivers": [
                    "otlp": ["protocols": ["grpc": ["endpoint": "0.0.0.0:4317"], "http": ["endpoint": "0.0.0.0:4318"]]]
                ],
                "processors": ["batch": ["send_batch_size": 1024, "timeout": "5s"]],
                "exporters": ["prometheus": ["endpoint": "0.0.0.0:8889"]],
                "service": [
                    "pipelines": [
                        "metrics": ["receivers": ["otlp"], "processors": ["batch"], "exporters": ["prometheus"]]
                    ]
                ],
            ],
        ]
        return collector
    }

    /// The pod of the measured reviews, as whoever creates it would send it.
    private static func pod(_ number: Int, in namespace: String) -> KubeObject {
        var pod = KubeObject(
            .pod, ObjectKey(namespace: namespace, name: "checkout-\(number)"), labels: [("app", "checkout")])
        pod["spec"] = [
            "containers": [
                [
                    "name": "app", "image": "registry.example.com/shop/app:3.2.1",
                    "env": .array(
                        (0..<8).map {
                            ["name": "SETTING_\($0)", "value": "http://backend-\($0).shop.svc.cluster.local:8080"]
                        }),
                    "resources": ["requests": ["cpu": "100m", "memory": "128Mi"]],
                ]
            ]
        ]
        return pod
    }
}
