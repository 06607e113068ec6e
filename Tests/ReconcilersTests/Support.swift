import Document
import KubeClient
import KubeModel
import Logging
import Synchronization

let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Random bits that are the same in every run: splitmix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

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
