import Document
import OperatorAPI

/// v1alpha1 as v1beta1, as far as one can say what the other says.
enum AlphaToBeta {
    /// `spec.minReplicas` and `spec.maxReplicas`, deprecated, and the member that took their place.
    static let replicaBounds = ["minReplicas", "maxReplicas", "autoscaler"].map { JSONPointer(tokens: ["spec", $0]) }

    struct Result {
        var resource: JSONValue
        /// What `spec.config` says; `nil` without a `spec`.
        var config: ConfigText.Content?
    }

    static func convert(_ alpha: JSONValue) throws(ConversionError) -> Result {
        var result = alpha
        result["apiVersion"] = .string("\(CollectorConversion.group)/\(CollectorConversion.v1beta1)")
        var read: ConfigText.Content?
        if case .object(var spec)? = alpha["spec"] {
            let config = try ConfigText.read(spec["config"])
            spec["config"] = config.value
            read = config
            spec["autoscaler"] = autoscaler(.object(spec))
            for key in ["minReplicas", "maxReplicas"] { spec[key] = nil }
            spec.rename("updateStrategy", to: "daemonSetUpdateStrategy")
            spec.change("observability", observability)
            spec.change("targetAllocator", targetAllocator)
            result["spec"] = .object(spec)
        }
        if case .object(var status)? = alpha["status"] {
            for key in ["messages", "replicas"] { status[key] = nil }
            result["status"] = status.isEmpty ? nil : .object(status)
        }
        return Result(resource: result, config: read)
    }

    /// `spec.autoscaler` of v1beta1: the deprecated bounds count where the member itself says nothing.
    static func autoscaler(_ spec: JSONValue) -> JSONValue? {
        var autoscaler = spec["autoscaler"]
        if case .null? = autoscaler { autoscaler = nil }
        for key in ["minReplicas", "maxReplicas"] {
            guard let bound = spec[key], !bound.isNull else { continue }
            if let present = autoscaler?[key], !present.isNull { continue }
            if case .object? = autoscaler { autoscaler?[key] = bound } else { autoscaler = [key: bound] }
        }
        return autoscaler
    }

    private static func observability(_ object: inout JSONObject) {
        object.change("metrics") { $0.rename("DisablePrometheusAnnotations", to: "disablePrometheusAnnotations") }
    }

    private static func targetAllocator(_ object: inout JSONObject) {
        object.change("observability", observability)
        // The schema of v1beta1 refuses other words, and with them every later write of the resource.
        if let strategy = object["filterStrategy"]?.stringValue, !["", "relabel-config"].contains(strategy) {
            object["filterStrategy"] = ""
        }
        object.change("prometheusCR") { resources in
            for key in ["podMonitorSelector", "serviceMonitorSelector"] {
                // Without labels v1alpha1 takes every monitor; in v1beta1 that is said by an empty selector.
                let labels = resources[key]
                if let labels, labels.objectValue == nil, !labels.isNull { continue }
                resources[key] = labels?.objectValue.map { $0.isEmpty ? [:] : ["matchLabels": .object($0)] } ?? [:]
            }
        }
    }
}
