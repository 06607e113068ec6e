import Document
import Foundation
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

@Suite("Access rules")
struct AccessTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var id: String
        var kind = Component.Kind.receiver
        var config: JSONValue = [:]
        /// `group/resource,resource: verb,verb`, the core group empty.
        var rules: [String]
        /// How many remarks.
        var remarks = 0
        var testDescription: String { "\(id) \(config.serializedString())" }
    }

    static func text(_ rule: AccessRule) -> String {
        "\(rule.apiGroups.joined(separator: "|"))/\(rule.resources.joined(separator: ",")): "
            + rule.verbs.joined(separator: ",")
    }

    static let read = "get,list,watch"
    static let cluster = [
        "/events,namespaces,namespaces/status,nodes,nodes/spec,persistentvolumeclaims,persistentvolumes,pods,"
            + "pods/status,replicationcontrollers,replicationcontrollers/status,resourcequotas,services: \(read)",
        "apps/daemonsets,deployments,replicasets,statefulsets: \(read)",
        "extensions/daemonsets,deployments,replicasets: \(read)", "batch/jobs,cronjobs: \(read)",
        "autoscaling/horizontalpodautoscalers: \(read)",
    ]
    static let pods = "/pods,namespaces: get,watch,list"
    static let replicaSets = "apps/replicasets: get,watch,list"
    static let nodes = "/nodes: get,watch,list"

    @Test(
        "each component that uses the Kubernetes API has its rules",
        arguments: [
            Row(id: "otlp", rules: []), Row(id: "debug", kind: .exporter, rules: []),
            Row(id: "batch", kind: .processor, rules: []), Row(id: "zpages", kind: .extension, rules: []),
            Row(id: "k8s_cluster", rules: cluster), Row(id: "k8s_cluster/a", config: .null, rules: cluster),
            Row(id: "k8s_cluster", config: ["distribution": "kubernetes"], rules: cluster),
            Row(
                id: "k8s_cluster", config: ["distribution": "openshift"],
                rules: cluster + ["quota.openshift.io/clusterresourcequotas: \(read)"]),
            Row(id: "k8s_cluster", config: ["distribution": "${env:DISTRIBUTION}"], rules: cluster, remarks: 1),
            Row(id: "k8s_events", config: ["namespaces": ["a"]], rules: ["/events: \(read)"]),

            Row(id: "k8s_objects", rules: []),
            Row(id: "k8s_objects", config: ["objects": [["name": "pods"]]], rules: ["/pods: list"]),
            Row(id: "k8sobjects", config: ["objects": [["name": "pods", "mode": "pull"]]], rules: ["/pods: list,get"]),
            Row(
                id: "k8s_objects",
                config: [
                    "objects": [
                        ["name": "events", "mode": "pull"], ["name": "events.k8s.io", "mode": "pull"],
                        ["name": "events", "mode": "watch", "group": "events.k8s.io"],
                    ]
                ], rules: ["/events: list", "/events.k8s.io: list", "events.k8s.io/events: list,watch"]),
            Row(
                id: "k8s_objects",
                config: ["objects": [["name": "${env:WHAT}"], ["name": "pods", "mode": "watch"]]],
                rules: ["/pods: list,watch"], remarks: 1),
            Row(id: "k8s_objects", config: ["objects": "${file:/objects.yaml}"], rules: [], remarks: 1),
            Row(id: "k8s_objects", config: "${file:/receiver.yaml}", rules: [], remarks: 1),

            Row(id: "kubelet_stats", rules: ["/nodes/stats: get"]),
            Row(
                id: "kubeletstats/x", config: ["extra_metadata_labels": ["container.id"]],
                rules: ["/nodes/stats: get", "/nodes/proxy: get"]),
            Row(id: "kubeletstats", config: ["extra_metadata_labels": []], rules: ["/nodes/stats: get"]),
            Row(
                id: "kubelet_stats", config: ["metrics": ["k8s.pod.cpu_limit_utilization": ["enabled": true]]],
                rules: ["/nodes/stats: get", "/nodes/proxy: get"]),
            Row(
                id: "kubelet_stats",
                config: ["metrics": ["k8s.container.memory_request_utilization": ["enabled": true]]],
                rules: ["/nodes/stats: get", "/nodes/proxy: get"]),
            Row(
                id: "kubelet_stats",
                config: [
                    "metrics": [
                        "k8s.pod.cpu_limit_utilization": ["enabled": false], "k8s.pod.cpu.usage": ["enabled": true],
                    ]
                ], rules: ["/nodes/stats: get"]),

            Row(id: "k8s_attributes", kind: .processor, rules: [pods, replicaSets]),
            Row(id: "k8sattributes", kind: .processor, config: .null, rules: [pods, replicaSets]),
            Row(
                id: "k8sattributes", kind: .processor, config: ["extract": ["metadata": []]],
                rules: [pods, replicaSets]),
            Row(
                id: "k8sattributes", kind: .processor, config: ["extract": ["metadata": ["k8s.pod.name"]]],
                rules: [pods]),
            Row(
                id: "k8sattributes", kind: .processor,
                config: ["extract": ["metadata": ["k8s.node.name", "service.name", "k8s.deployment.name"]]],
                rules: [pods, nodes, replicaSets]),
            Row(
                id: "k8s_attributes", kind: .processor,
                config: ["extract": ["metadata": ["k8s.deployment.uid", "k8s.node.uid"]]],
                rules: [pods, replicaSets, nodes]),
            Row(
                id: "k8s_attributes", kind: .processor, config: ["extract": ["metadata": "${env:METADATA}"]],
                rules: [pods], remarks: 1),

            Row(id: "resource_detection", kind: .processor, rules: []),
            Row(
                id: "resourcedetection/x", kind: .processor,
                config: ["detectors": ["env", "k8snode", "openshift", "aks"]],
                rules: [
                    "/nodes: get,list", "config.openshift.io/infrastructures,infrastructures/status: get,watch,list",
                ]),

            Row(
                id: "k8s_leader_elector", kind: .extension,
                rules: ["coordination.k8s.io/leases: get,list,watch,create,update,patch,delete"]),
            Row(id: "k8s_observer", kind: .extension, rules: [], remarks: 1),
            Row(id: "k8s_observer", kind: .extension, config: ["observe_pods": false], rules: []),
            Row(
                id: "k8s_observer", kind: .extension,
                config: ["observe_pods": true, "observe_services": true, "observe_nodes": true],
                rules: ["/pods: list,watch", "/services: list,watch", "/nodes: list,watch"]),
            Row(
                id: "k8s_observer/n", kind: .extension, config: ["observe_nodes": true], rules: ["/nodes: list,watch"],
                remarks: 1),
        ])
    func component(_ row: Row) throws {
        let access = try ComponentAccess.of(Component(kind: row.kind, id: row.id, config: row.config))
        var rules: [String] = []
        for rule in access.rules.map(Self.text) where !rules.contains(rule) { rules.append(rule) }
        #expect(rules == row.rules)
        #expect(access.remarks.count == row.remarks)
    }

    @Test(
        "a part of another type is named",
        arguments: [
            (.receiver, "k8s_objects", ["objects": "pods"], "spec.config.receivers.k8s_objects.objects"),
            (.receiver, "k8s_objects", ["objects": [[:]]], "spec.config.receivers.k8s_objects.objects[0].name"),
            (
                .receiver, "k8sobjects", ["objects": [["name": "a", "mode": 1]]],
                "spec.config.receivers.k8sobjects.objects[0].mode"
            ), (.receiver, "k8s_cluster", ["distribution": 1], "spec.config.receivers.k8s_cluster.distribution"),
            (.receiver, "kubeletstats", ["metrics": []], "spec.config.receivers.kubeletstats.metrics"),
            (
                .processor, "k8sattributes", ["extract": ["metadata": "k8s.pod.name"]],
                "spec.config.processors.k8sattributes.extract.metadata"
            ),
            (
                .processor, "resourcedetection", ["detectors": [1]],
                "spec.config.processors.resourcedetection.detectors[0]"
            ),
            (.extension, "k8s_observer", ["observe_pods": "yes"], "spec.config.extensions.k8s_observer.observe_pods"),
        ] as [(Component.Kind, String, JSONValue, String)])
    func invalid(_ kind: Component.Kind, _ id: String, _ config: JSONValue, _ path: String) throws {
        let error = #expect(throws: FieldError.self) {
            try ComponentAccess.of(Component(kind: kind, id: id, config: config))
        }
        #expect(error?.path == path)
    }

    static let busy: JSONValue = [
        "receivers": ["k8s_events": [:], "k8s_cluster/unused": [:], "k8sobjects": ["objects": [["name": "nodes"]]]],
        "processors": [
            "resourcedetection/b": ["detectors": ["k8snode"]], "resourcedetection/a": ["detectors": ["k8snode"]],
            "k8sattributes": ["extract": ["metadata": ["k8s.node.name", "k8s.node.uid"]]],
        ],
        "exporters": ["debug": [:]], "extensions": ["k8s_leader_elector": [:]],
        "service": [
            "extensions": ["k8s_leader_elector"],
            "pipelines": [
                "logs": [
                    "receivers": ["k8sobjects", "k8s_events"],
                    "processors": ["resourcedetection/b", "k8sattributes", "resourcedetection/a"],
                    "exporters": ["debug"],
                ]
            ],
        ],
    ]

    @Test("a collector has each rule of its components in use once, in a fixed order")
    func collector() throws {
        let expected = [
            "/events: get,list,watch", "/nodes: list", Self.pods, Self.nodes, "/nodes: get,list",
            "coordination.k8s.io/leases: get,list,watch,create,update,patch,delete",
        ]
        #expect(try config(Self.busy).accessRules().map(Self.text) == expected)
        #expect(try config(Self.busy.reversed).accessRules().map(Self.text) == expected)
    }

    @Test("what is missing is told by resource and path, sorted, in single lines")
    func missing() {
        let rules = [
            AccessRule(apiGroups: ["", "apps"], resources: ["nodes/stats"], verbs: ["watch", "get"]),
            AccessRule(apiGroups: [""], resources: ["nodes/stats"], verbs: ["list", "get"]),
            AccessRule(nonResourceURLs: ["/metrics"], verbs: ["get"]),
        ]
        #expect(
            AccessRule.missing(rules, for: "alice") == [
                "missing the following rules for alice - apps/nodes/stats: [get,watch]",
                "missing the following rules for alice - nodes/stats: [get,list,watch]",
                "missing the following rules for alice - nonResourceURL: /metrics: [get]",
            ])
        #expect(AccessRule.missing([], for: "alice") == [])
    }

    @Test("a rule in JSON has what a ClusterRole has")
    func json() {
        let rule = AccessRule(apiGroups: [""], resources: ["pods"], verbs: ["get"])
        #expect(rule.json == ["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]])
        let path = AccessRule(nonResourceURLs: ["/x"], verbs: ["get"])
        #expect(path.json == ["nonResourceURLs": ["/x"], "verbs": ["get"]])
        #expect([rule, path].sorted() == [path, rule])
    }
}

@Suite("What the operator may hand out")
struct GrantedAccessTests {
    /// Every component with all that its configuration can ask for, but for the receiver that reads any resource.
    static let everything: JSONValue = [
        "receivers": [
            "k8s_cluster": ["distribution": "openshift"], "k8s_events": [:],
            "kubelet_stats": ["extra_metadata_labels": ["container.id"]],
        ],
        "processors": [
            "k8s_attributes": ["extract": ["metadata": ["service.name", "k8s.node.name"]]],
            "resource_detection": ["detectors": ["k8snode", "openshift"]],
        ],
        "extensions": [
            "k8s_leader_elector": [:],
            "k8s_observer": ["observe_pods": true, "observe_services": true, "observe_nodes": true],
        ],
        "service": [
            "extensions": ["k8s_leader_elector", "k8s_observer"],
            "pipelines": [
                "metrics": [
                    "receivers": ["k8s_cluster", "k8s_events", "kubelet_stats"],
                    "processors": ["k8s_attributes", "resource_detection"],
                ]
            ],
        ],
    ]

    @Test("is what the components can need, no more and no less")
    func manifest() throws {
        let file = packageRoot().appending(path: "manifests/automatic-rbac.yaml")
        let role = try #require(try YAML.parseAll(String(contentsOf: file, encoding: .utf8)).first)
        let rules = (role["rules"]?.arrayValue ?? []).map { rule in
            func texts(_ key: String) -> [String] { (rule[key]?.arrayValue ?? []).compactMap(\.stringValue) }
            return AccessRule(apiGroups: texts("apiGroups"), resources: texts("resources"), verbs: texts("verbs"))
        }.filter { $0.apiGroups != ["rbac.authorization.k8s.io"] }
        let granted = Set(rules.flatMap(\.single))
        let needed = Set(try config(Self.everything).accessRules().flatMap(\.single))
        #expect(granted.subtracting(needed) == [])
        #expect(needed.subtracting(granted) == [])
    }

    @Test("the table has no component that this test leaves out")
    func complete() throws {
        let enabled = try config(Self.everything).componentAccess()
        let types = Set(enabled.map(\.component.type))
        let known = Set(ReceiverAccess.table.keys).union(ProcessorAccess.table.keys).union(ExtensionAccess.table.keys)
        let olderNames: Set = ["k8sobjects", "kubeletstats", "k8sattributes", "resourcedetection"]
        #expect(types == known.subtracting(olderNames).subtracting(["k8s_objects"]))
    }
}
