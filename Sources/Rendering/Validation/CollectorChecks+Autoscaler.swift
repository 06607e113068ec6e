import Document
import KubeModel
import OperatorAPI

/// How many pods, and what the HorizontalPodAutoscaler goes by.
extension CollectorChecks {
    func replicaBounds() throws(CollectorRefusal) {
        let bounds = spec["autoscaler"]
        let minimum = bounds?["minReplicas"]?.intValue
        guard let maximum = bounds?["maxReplicas"]?.intValue else {
            if minimum != nil {
                throw CollectorRefusal(
                    "spec.maxReplica must be set when spec.minReplica is set", at: "spec.autoscaler.minReplicas")
            }
            return
        }
        if collector.spec.replicas > maximum && !areReplicasTheAutoscalers {
            throw Self.incorrect("replicas must not be greater than maxReplicas", at: "spec.replicas")
        }
        if minimum ?? collector.spec.replicas > maximum {
            throw Self.incorrect("minReplicas must not be greater than maxReplicas", at: "spec.autoscaler.minReplicas")
        }
    }

    /// Whether `replicas` may be what an autoscaler wrote, and who sends this update left it alone: then a lower maximum
    /// is no mistake, and the autoscaler will bring the replicas down to it.
    private var areReplicasTheAutoscalers: Bool {
        guard let old, old[path: "autoscaler", "maxReplicas"]?.intValue != nil else { return false }
        return old["replicas"]?.intValue == collector.spec.replicas
    }

    func autoscaler() throws(CollectorRefusal) {
        guard let autoscaler = collector.spec.autoscaler, autoscaler.maxReplicas != nil else { return }
        for direction in ["scaleDown", "scaleUp"] {
            guard let window = autoscaler.behavior?[path: direction, "stabilizationWindowSeconds"], !window.isNull
            else { continue }
            if !(window.intValue.map { (0...3600).contains($0) } ?? false) {
                throw Self.incorrect(
                    "\(direction).stabilizationWindowSeconds should be >=0 and <=3600",
                    at: "spec.autoscaler.behavior.\(direction).stabilizationWindowSeconds")
            }
        }
        for (index, metric) in autoscaler.metrics.enumerated() { try Self.check(metric, index) }
    }

    private static func check(_ metric: JSONValue, _ index: Int) throws(CollectorRefusal) {
        let path = "spec.autoscaler.metrics[\(index)]"
        guard metric["type"]?.stringValue == "Pods" else {
            throw incorrect("metric type unsupported. Expected metric of source type Pod", at: "\(path).type")
        }
        // The reference crashes on such a metric.
        guard let pods = metric["pods"], pods.objectValue != nil else {
            throw incorrect("\(path) is of type Pods and has no pods", at: path)
        }
        let target = pods["target"]
        switch target?["type"]?.stringValue {
        case "AverageValue":
            if !isPositiveInteger(target?["averageValue"]) {
                throw incorrect("average value should be greater than 0", at: "\(path).pods.target.averageValue")
            }
        case "Value":
            if !isPositiveInteger(target?["value"]) {
                throw incorrect("value should be greater than 0", at: "\(path).pods.target.value")
            }
        default: throw incorrect("invalid pods target type", at: "\(path).pods.target.type")
        }
    }

    /// Whether a quantity is there, whole, and at least 1.
    private static func isPositiveInteger(_ quantity: JSONValue?) -> Bool {
        let value: Double? =
            switch quantity {
            case .string(let text)?: Quantity(text)?.value
            case .number(let number)?: number.doubleValue
            default: nil
            }
        guard let value else { return false }
        return value >= 1 && value < 0x1p63 && value.rounded(.towardZero) == value
    }

    private static func incorrect(_ detail: String, at path: String) -> CollectorRefusal {
        CollectorRefusal("the OpenTelemetry Spec autoscale configuration is incorrect, \(detail)", at: path)
    }
}
