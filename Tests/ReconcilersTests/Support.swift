import Document
import KubeClient
import KubeModel
import Logging
import Synchronization

let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

extension KubeError {
    static func status(_ code: Int, _ reason: String) -> KubeError {
        .api(Status(code: code, reason: reason, message: "refused: \(reason)"))
    }
}

/// A value that a test changes while others read it.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    var current: Value {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}

let fieldManager = "opentelemetry-operator"

let owner: JSONValue = [
    "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector", "name": "web", "uid": "cr-1",
    "controller": true, "blockOwnerDeletion": true,
]

/// A ConfigMap that a collector owns.
func configMap(_ text: String = "a", owner: JSONValue = owner) -> KubeObject {
    KubeObject([
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": [
            "name": "web-config", "namespace": "ns",
            "labels": [
                "app.kubernetes.io/managed-by": "opentelemetry-operator", "app.kubernetes.io/instance": "ns.web",
            ],
            "ownerReferences": [owner],
        ],
        "data": ["collector.yaml": .string(text)],
    ])
}

/// A Deployment that a collector owns.
func deployment(selector: String = "web") -> KubeObject {
    KubeObject([
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": [
            "name": "web-collector", "namespace": "ns",
            "labels": ["app.kubernetes.io/managed-by": "opentelemetry-operator"], "ownerReferences": [owner],
        ],
        "spec": [
            "replicas": 1, "selector": ["matchLabels": ["app": .string(selector)]],
            "template": ["spec": ["containers": [["name": "otc-container", "image": "i:1"]]]],
        ],
    ])
}
