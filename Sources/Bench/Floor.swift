import ArgumentParser
import Document
import KubeClient
import KubeModel

/// Makes for each collector what the operator made for one, request by request, and thinks of nothing: what the API server
/// needs for that is the least that any operator needs.
struct Floor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the objects of a reconciled collector into other namespaces, without an operator's work.")

    @Argument(help: "How many collectors.")
    var count: Int
    @Option(help: "The namespace of the collector that is copied. The operator has made its objects.")
    var template: String
    @Option(help: "What the namespaces' names begin with; a number follows. They are there.")
    var prefix: String
    @Option(help: "Collectors at the same time.")
    var concurrency = 16

    func run() async throws {
        let cluster = try BenchCluster(concurrency: concurrency)
        let client = cluster.client
        let template = try await Template(of: template, client)
        try await cluster.time("floor.time") {
            try await cluster.forEach(count) { try await template.write(into: "\(prefix)-\($0)", client) }
        }
        await client.shutdown()
    }
}

/// A collector and all that was written for it.
private struct Template: Sendable {
    private let namespace: String
    private let collector: KubeObject
    private let objects: [(type: ResourceType, object: KubeObject)]
    private let events: [KubeObject]

    private static let types: [ResourceType] = [
        .serviceAccount, .configMap, .service, .deployment,
        ResourceType(group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies"),
    ]

    init(of namespace: String, _ client: Client) async throws {
        self.namespace = namespace
        let options = ListOptions(labelSelector: "app.kubernetes.io/managed-by=opentelemetry-operator")
        var objects: [(type: ResourceType, object: KubeObject)] = []
        for type in Self.types {
            let list = try await client.list(type, namespace: namespace, options: options, projection: .full)
            objects += list.items.map { (type, Self.desired($0, type)) }
        }
        let collectors = try await client.list(
            .openTelemetryCollector, namespace: namespace, options: ListOptions(), projection: .full)
        guard let collector = collectors.items.first, !objects.isEmpty else {
            throw BenchError("\(namespace) holds no collector with objects")
        }
        self.collector = collector
        self.objects = objects
        events = try await client.list(.event, namespace: namespace, options: ListOptions(), projection: .full)
            .items.filter { $0["reportingController"]?.stringValue == "opentelemetry-operator" }
    }

    /// As whoever made it could have sent it.
    private static func desired(_ live: KubeObject, _ type: ResourceType) -> KubeObject {
        var object = live
        var metadata: JSONObject = [:]
        for name in ["name", "namespace", "labels", "annotations", "ownerReferences"] {
            metadata[name] = live.metadata[name]
        }
        object["metadata"] = .object(metadata)
        object["metadata"]?["annotations"]?["deployment.kubernetes.io/revision"] = nil
        object["status"] = nil
        object["apiVersion"] = .string(type.apiVersion)
        object["kind"] = .string(type.kind)
        // Given by controllers and the API server.
        object["secrets"] = nil
        if let address = live["spec"]?["clusterIP"]?.stringValue, address != "None" {
            object["spec"]?["clusterIP"] = nil
            object["spec"]?["clusterIPs"] = nil
        }
        return object
    }

    func write(into namespace: String, _ client: Client) async throws {
        // Through the webhooks like any other; the operator leaves it alone.
        var copy = KubeObject(.openTelemetryCollector, ObjectKey(namespace: namespace, name: collector.name))
        copy["spec"] = collector["spec"]
        copy["spec"]?["managementState"] = "unmanaged"
        let owner = try await client.create(.openTelemetryCollector, copy)
        for (type, object) in objects {
            _ = try await client.apply(
                type, try moved(object, to: owner), fieldManager: "opentelemetry-operator", force: true,
                subresource: nil)
        }
        _ = try await client.patch(
            .openTelemetryCollector, owner.key, .merge(["status": collector["status"] ?? [:]]), subresource: "status")
        for event in events {
            var event = try moved(event, to: owner)
            event["metadata"] = ["name": .string(event.name), "namespace": .string(namespace)]
            _ = try await client.create(.event, event)
        }
    }

    /// The namespace's name stands in addresses, too.
    private func moved(_ object: KubeObject, to owner: KubeObject) throws -> KubeObject {
        let text = String(decoding: object.json.serialized(), as: UTF8.self)
            .replacing(namespace, with: owner.namespace).replacing(collector.uid, with: owner.uid)
        return KubeObject(try JSONValue(parsing: text))
    }
}
