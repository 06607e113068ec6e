import Document
import OperatorAPI
import Testing

@testable import Rendering

/// A resource and what is said of it. The defaults are written first, as the API server has it done.
struct ValidationRow: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var spec: JSONValue
    /// `nil` for what is admitted.
    var denial: String?

    init(_ description: String, _ spec: JSONValue, denied denial: String? = nil) {
        testDescription = description
        self.spec = spec
        self.denial = denial
    }

    func verdict(_ validation: CollectorValidation = CollectorValidation(options: RenderingOptions())) throws
        -> CollectorVerdict
    {
        validation.verdict(on: try defaulted(spec))
    }
}

func defaulted(_ spec: JSONValue) throws -> JSONValue {
    var spec = spec
    if spec["config"] == nil { spec["config"] = plainConfig }
    return try CollectorDefaulting().defaulted(collector(spec)).resource
}

let plainConfig = config(receivers: ["otlp": ["protocols": ["grpc": [:]]]])

@Suite("What a collector is denied for")
struct ValidationRowsTests {
    static func unsupported(_ mode: String, _ attribute: String) -> String {
        "the OpenTelemetry Collector mode is set to \(mode), which does not support the attribute '\(attribute)'"
    }

    static let modes: [ValidationRow] = [
        ValidationRow("a collector as most are", [:]),
        ValidationRow("claims of a StatefulSet", ["mode": "statefulset", "volumeClaimTemplates": [["spec": [:]]]]),
        ValidationRow(
            "claims of a Deployment", ["volumeClaimTemplates": [["spec": [:]]]],
            denied: unsupported("deployment", "volumeClaimTemplates")),
        ValidationRow(
            "retention of a DaemonSet's claims, be it empty",
            ["mode": "daemonset", "persistentVolumeClaimRetentionPolicy": [:]],
            denied: unsupported("daemonset", "persistentVolumeClaimRetentionPolicy")),
        ValidationRow("no retention", ["mode": "daemonset", "persistentVolumeClaimRetentionPolicy": .null]),
        ValidationRow(
            "a sidecar's tolerations", ["mode": "sidecar", "tolerations": [["operator": "Exists"]]],
            denied: unsupported("sidecar", "tolerations")),
        ValidationRow("a sidecar without tolerations", ["mode": "sidecar", "tolerations": []]),
        ValidationRow(
            "a sidecar's priority", ["mode": "sidecar", "priorityClassName": "high"],
            denied: unsupported("sidecar", "priorityClassName")),
        ValidationRow(
            "a sidecar's affinity", ["mode": "sidecar", "affinity": [:]], denied: unsupported("sidecar", "affinity")),
        ValidationRow(
            "a sidecar's containers", ["mode": "sidecar", "additionalContainers": [["name": "c"]]],
            denied: unsupported("sidecar", "AdditionalContainers")),
        ValidationRow(
            "all of these for a Deployment",
            [
                "tolerations": [["operator": "Exists"]], "priorityClassName": "high", "affinity": [:],
                "additionalContainers": [["name": "c"]],
            ]),
        ValidationRow(
            "an Ingress to a sidecar", ["mode": "sidecar", "ingress": ["type": "ingress"]],
            denied:
                "the OpenTelemetry Spec Ingress configuration is incorrect. Ingress can only be used in combination with the modes: deployment, daemonset, statefulset"
        ),
        ValidationRow("a Route to a sidecar", ["mode": "sidecar", "ingress": ["type": "route"]]),
        ValidationRow(
            "subdomains of nothing", ["ingress": ["type": "ingress", "ruleType": "subdomain"]],
            denied: "a valid Ingress hostname has to be defined for subdomain ruleType"),
        ValidationRow(
            "subdomains of everything", ["ingress": ["ruleType": "subdomain", "hostname": "*"]],
            denied: "a valid Ingress hostname has to be defined for subdomain ruleType"),
        ValidationRow(
            "subdomains of a host", ["ingress": ["type": "ingress", "ruleType": "subdomain", "hostname": "a.example"]]),
        ValidationRow(
            "a DaemonSet's strategy for a Deployment", ["daemonSetUpdateStrategy": ["type": "OnDelete"]],
            denied: unsupported("deployment", "updateStrategy")),
        ValidationRow("a strategy without a type", ["daemonSetUpdateStrategy": ["rollingUpdate": [:]]]),
        ValidationRow(
            "a Deployment's strategy for a StatefulSet",
            ["mode": "statefulset", "deploymentUpdateStrategy": ["type": "Recreate"]],
            denied: unsupported("statefulset", "deploymentUpdateStrategy")),
        ValidationRow(
            "each its own strategy", ["mode": "daemonset", "daemonSetUpdateStrategy": ["type": "OnDelete"]]),
    ]

    static let ports: [ValidationRow] = [
        ValidationRow("a named port", ["ports": [["name": "web-1", "port": 80]]]),
        ValidationRow(
            "a port without a name", ["ports": [["port": 80]]],
            denied:
                "the OpenTelemetry Spec Ports configuration is incorrect, port name '' errors: [must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-) must contain at least one letter (a-z)], num '80' errors: []"
        ),
        ValidationRow(
            "a long name and no port", ["ports": [["name": "sixteen-letters-", "port": 0]]],
            denied:
                "the OpenTelemetry Spec Ports configuration is incorrect, port name 'sixteen-letters-' errors: [must be no more than 15 bytes must not begin or end with a hyphen], num '0' errors: [must be between 1 and 65535, inclusive]"
        ),
        ValidationRow(
            "dashes in a row", ["ports": [["name": "a--b", "port": 65535]]],
            denied:
                "the OpenTelemetry Spec Ports configuration is incorrect, port name 'a--b' errors: [must not contain consecutive hyphens], num '65535' errors: []"
        ),
        ValidationRow(
            "a component's port beyond the last",
            ["config": config(receivers: ["zipkin": ["endpoint": "0.0.0.0:70000"]])],
            denied:
                "the OpenTelemetry config is incorrect. The port name 'zipkin' errors: [], num '70000' errors: [must be between 1 and 65535, inclusive]"
        ),
        ValidationRow(
            "a log receiver without an address", ["config": config(receivers: ["tcplog": ["operators": []]])],
            denied:
                "the OpenTelemetry config is incorrect. The port numbers are invalid: spec.config.receivers.tcplog.listen_address is null, expected an address with a port"
        ),
    ]

    private static func autoscaled(_ autoscaler: JSONValue, replicas: Int = 1, _ more: JSONValue = [:]) -> JSONValue {
        var spec = more
        spec["replicas"] = .int(replicas)
        spec["autoscaler"] = autoscaler
        return spec
    }

    private static func metric(_ target: JSONValue) -> JSONValue {
        autoscaled([
            "maxReplicas": 3, "metrics": [["type": "Pods", "pods": ["metric": ["name": "m"], "target": target]]],
        ])
    }

    private static func autoscale(_ detail: String) -> String {
        "the OpenTelemetry Spec autoscale configuration is incorrect, \(detail)"
    }

    static let autoscaler: [ValidationRow] = [
        ValidationRow("bounds", autoscaled(["minReplicas": 1, "maxReplicas": 3])),
        ValidationRow(
            "a minimum alone", autoscaled(["minReplicas": 1]),
            denied: "spec.maxReplica must be set when spec.minReplica is set"),
        ValidationRow("neither", autoscaled(["targetCPUUtilization": 50])),
        ValidationRow(
            "more replicas than the maximum", autoscaled(["minReplicas": 1, "maxReplicas": 3], replicas: 4),
            denied: autoscale("replicas must not be greater than maxReplicas")),
        ValidationRow(
            "a minimum above the maximum", autoscaled(["minReplicas": 5, "maxReplicas": 3]),
            denied: autoscale("minReplicas must not be greater than maxReplicas")),
        ValidationRow(
            "a window of an hour and a second",
            autoscaled(["maxReplicas": 3, "behavior": ["scaleDown": ["stabilizationWindowSeconds": 3601]]]),
            denied: autoscale("scaleDown.stabilizationWindowSeconds should be >=0 and <=3600")),
        ValidationRow(
            "a window before now",
            autoscaled(["maxReplicas": 3, "behavior": ["scaleUp": ["stabilizationWindowSeconds": -1]]]),
            denied: autoscale("scaleUp.stabilizationWindowSeconds should be >=0 and <=3600")),
        ValidationRow(
            "windows of an hour and of nothing",
            autoscaled([
                "maxReplicas": 3,
                "behavior": [
                    "scaleUp": ["stabilizationWindowSeconds": 3600], "scaleDown": ["stabilizationWindowSeconds": 0],
                ],
            ])),
        ValidationRow(
            "a metric of resources", autoscaled(["maxReplicas": 3, "metrics": [["type": "Resource"]]]),
            denied: autoscale("metric type unsupported. Expected metric of source type Pod")),
        ValidationRow(
            "a metric of pods without pods", autoscaled(["maxReplicas": 3, "metrics": [["type": "Pods"]]]),
            denied: autoscale("spec.autoscaler.metrics[0] is of type Pods and has no pods")),
        ValidationRow("an average", metric(["type": "AverageValue", "averageValue": "2"])),
        ValidationRow("an average in thousands", metric(["type": "AverageValue", "averageValue": "1k"])),
        ValidationRow(
            "half an average", metric(["type": "AverageValue", "averageValue": "500m"]),
            denied: autoscale("average value should be greater than 0")),
        ValidationRow(
            "no average", metric(["type": "AverageValue"]),
            denied: autoscale("average value should be greater than 0")),
        ValidationRow("a value as a number", metric(["type": "Value", "value": 7])),
        ValidationRow(
            "no value", metric(["type": "Value", "averageValue": "2"]),
            denied: autoscale("value should be greater than 0")),
        ValidationRow(
            "a value and a half", metric(["type": "Value", "value": "1500m"]),
            denied: autoscale("value should be greater than 0")),
        ValidationRow(
            "an utilization of pods", metric(["type": "Utilization", "averageUtilization": 50]),
            denied: autoscale("invalid pods target type")),
        ValidationRow("no target", metric(.null), denied: autoscale("invalid pods target type")),
        ValidationRow(
            "a maximum, and a wrong Ingress behind it",
            autoscaled(["maxReplicas": 3], ["ingress": ["type": "ingress", "ruleType": "subdomain"]]),
            denied: "a valid Ingress hostname has to be defined for subdomain ruleType"),
        ValidationRow(
            "a maximum, and a wrong strategy behind it",
            autoscaled(["maxReplicas": 3], ["daemonSetUpdateStrategy": ["type": "OnDelete"]]),
            denied: unsupported("deployment", "updateStrategy")),
    ]

    @Test("what goes with which mode", arguments: modes)
    func modeRows(row: ValidationRow) throws { #expect(try row.verdict().denial == row.denial) }

    @Test("ports that Kubernetes would refuse", arguments: ports)
    func portRows(row: ValidationRow) throws { #expect(try row.verdict().denial == row.denial) }

    @Test("bounds and metrics of the autoscaler, which keep nothing else from being checked", arguments: autoscaler)
    func autoscalerRows(row: ValidationRow) throws { #expect(try row.verdict().denial == row.denial) }

    @Test("the first thing in order is named")
    func order() throws {
        let row = ValidationRow(
            "",
            [
                "volumeClaimTemplates": [["spec": [:]]], "ports": [["port": 0]], "autoscaler": ["minReplicas": 1],
                "daemonSetUpdateStrategy": ["type": "OnDelete"],
            ])
        #expect(try row.verdict().denial == Self.unsupported("deployment", "volumeClaimTemplates"))
    }

    @Test("a field of a wrong type is named")
    func wrongType() {
        let validation = CollectorValidation(options: RenderingOptions())
        #expect(
            validation.verdict(on: collector(["config": plainConfig, "replicas": "three"])).denial
                == "spec.replicas is \"three\", expected an integer")
        #expect(validation.verdict(on: collector([:])).denial == nil, "no configuration is the schema's to refuse")
    }
}
