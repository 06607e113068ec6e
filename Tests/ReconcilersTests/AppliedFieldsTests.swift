import Document
import KubeModel
import Testing

@testable import Reconcilers

@Suite("Whether an apply would change anything")
struct AppliedFieldsTests {
    /// As applied to, and read from, an API server of version 1.20.
    private static let recordedDesired: JSONValue = [
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": [
            "name": "web-collector", "namespace": "default", "labels": ["app": "web"], "annotations": [:],
            "ownerReferences": [
                [
                    "apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "67b982e5", "controller": true,
                    "blockOwnerDeletion": true,
                ]
            ],
        ],
        "spec": [
            "replicas": 1, "selector": ["matchLabels": ["app": "web"]], "strategy": [:],
            "template": [
                "metadata": ["labels": ["app": "web"]],
                "spec": [
                    "securityContext": [:], "nodeSelector": [:], "tolerations": [], "hostNetwork": false,
                    "containers": [
                        [
                            "name": "otc-container", "image": "img:1", "args": ["--config=/conf/collector.yaml"],
                            "command": [],
                            "env": [
                                ["name": "POD_NAME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
                                ["name": "EMPTY", "value": ""],
                                [
                                    "name": "LIMIT",
                                    "valueFrom": [
                                        "resourceFieldRef": ["resource": "limits.memory", "divisor": "0"]
                                    ],
                                ],
                            ],
                            "ports": [
                                ["containerPort": 4317, "name": "otlp-grpc"],
                                ["containerPort": 53, "name": "dns", "protocol": "UDP"],
                            ],
                            "resources": [
                                "requests": ["cpu": "0.5", "memory": "1024Mi", "ephemeral-storage": "1.5Gi"],
                                "limits": ["cpu": "1000m", "memory": "1073741824"],
                            ],
                        ]
                    ],
                    "volumes": [
                        ["name": "e", "emptyDir": ["sizeLimit": "1024Mi"]],
                        [
                            "name": "p",
                            "projected": ["sources": [["serviceAccountToken": ["path": "t"]]]],
                        ],
                    ],
                ],
            ],
        ],
    ]

    private static let recordedLive: JSONValue = [
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": [
            "name": "web-collector", "namespace": "default", "uid": "113b66cb", "resourceVersion": "243",
            "generation": 1, "labels": ["app": "web"],
            "annotations": ["deployment.kubernetes.io/revision": "1"],
            "ownerReferences": [
                [
                    "apiVersion": "v1", "blockOwnerDeletion": true, "controller": true, "kind": "ConfigMap",
                    "name": "owner", "uid": "67b982e5",
                ]
            ],
            "managedFields": [
                [
                    "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "apps/v1",
                    "fieldsV1": [
                        "f:metadata": ["f:annotations": [".": [:], "f:deployment.kubernetes.io/revision": [:]]],
                        "f:status": ["f:replicas": [:]],
                    ],
                ],
                [
                    "manager": "opentelemetry-operator", "operation": "Apply", "apiVersion": "apps/v1",
                    "time": "2026-11-21T11:51:42Z", "fieldsType": "FieldsV1", "fieldsV1": recordedFields,
                ],
            ],
        ],
        "spec": [
            "progressDeadlineSeconds": 600, "replicas": 1, "revisionHistoryLimit": 10,
            "selector": ["matchLabels": ["app": "web"]],
            "strategy": ["rollingUpdate": ["maxSurge": "25%", "maxUnavailable": "25%"], "type": "RollingUpdate"],
            "template": [
                "metadata": ["creationTimestamp": .null, "labels": ["app": "web"]],
                "spec": [
                    "securityContext": [:], "dnsPolicy": "ClusterFirst", "restartPolicy": "Always",
                    "containers": [
                        [
                            "args": ["--config=/conf/collector.yaml"],
                            "env": [
                                [
                                    "name": "POD_NAME",
                                    "valueFrom": ["fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.name"]],
                                ],
                                ["name": "EMPTY"],
                                [
                                    "name": "LIMIT",
                                    "valueFrom": [
                                        "resourceFieldRef": ["divisor": "0", "resource": "limits.memory"]
                                    ],
                                ],
                            ],
                            "image": "img:1", "imagePullPolicy": "IfNotPresent", "name": "otc-container",
                            "ports": [
                                ["containerPort": 4317, "name": "otlp-grpc", "protocol": "TCP"],
                                ["containerPort": 53, "name": "dns", "protocol": "UDP"],
                            ],
                            "resources": [
                                "limits": ["cpu": "1", "memory": "1073741824"],
                                "requests": ["cpu": "500m", "ephemeral-storage": "1536Mi", "memory": "1Gi"],
                            ],
                            "terminationMessagePath": "/dev/termination-log",
                        ]
                    ],
                    "volumes": [
                        ["emptyDir": ["sizeLimit": "1Gi"], "name": "e"],
                        [
                            "name": "p",
                            "projected": [
                                "defaultMode": 420,
                                "sources": [["serviceAccountToken": ["expirationSeconds": 3600, "path": "t"]]],
                            ],
                        ],
                    ],
                ],
            ],
        ],
        "status": ["replicas": 1],
    ]

    private static let recordedFields: JSONValue = [
        "f:metadata": [
            "f:labels": ["f:app": [:]],
            "f:ownerReferences": [
                #"k:{"uid":"67b982e5"}"#: [
                    ".": [:], "f:apiVersion": [:], "f:blockOwnerDeletion": [:], "f:controller": [:], "f:kind": [:],
                    "f:name": [:], "f:uid": [:],
                ]
            ],
        ],
        "f:spec": [
            "f:replicas": [:], "f:selector": [:],
            "f:template": [
                "f:metadata": ["f:labels": ["f:app": [:]]],
                "f:spec": [
                    "f:tolerations": [:], "f:hostNetwork": [:],
                    "f:containers": [
                        #"k:{"name":"otc-container"}"#: [
                            ".": [:], "f:args": [:], "f:command": [:], "f:image": [:], "f:name": [:],
                            "f:env": [
                                #"k:{"name":"EMPTY"}"#: [".": [:], "f:name": [:], "f:value": [:]],
                                #"k:{"name":"LIMIT"}"#: [
                                    ".": [:], "f:name": [:],
                                    "f:valueFrom": ["f:resourceFieldRef": ["f:divisor": [:], "f:resource": [:]]],
                                ],
                                #"k:{"name":"POD_NAME"}"#: [
                                    ".": [:], "f:name": [:], "f:valueFrom": ["f:fieldRef": ["f:fieldPath": [:]]],
                                ],
                            ],
                            "f:ports": [
                                #"k:{"containerPort":53,"protocol":"UDP"}"#: [
                                    ".": [:], "f:containerPort": [:], "f:name": [:], "f:protocol": [:],
                                ],
                                #"k:{"containerPort":4317,"protocol":"TCP"}"#: [
                                    ".": [:], "f:containerPort": [:], "f:name": [:],
                                ],
                            ],
                            "f:resources": [
                                "f:limits": ["f:cpu": [:], "f:memory": [:]],
                                "f:requests": ["f:cpu": [:], "f:ephemeral-storage": [:], "f:memory": [:]],
                            ],
                        ]
                    ],
                    "f:volumes": [
                        #"k:{"name":"e"}"#: [".": [:], "f:name": [:], "f:emptyDir": ["f:sizeLimit": [:]]],
                        #"k:{"name":"p"}"#: [".": [:], "f:name": [:], "f:projected": ["f:sources": [:]]],
                    ],
                ],
            ],
        ],
    ]

    private func isCurrent(_ desired: JSONValue, _ live: JSONValue = recordedLive) -> Bool {
        AppliedFields(fieldManager: fieldManager).isCurrent(KubeObject(desired), in: KubeObject(live))
    }

    private func changed(_ change: (inout JSONValue) -> Void) -> JSONValue {
        var json = Self.recordedDesired
        change(&json)
        return json
    }

    private func changedContainer(_ change: (inout JSONValue) -> Void) -> JSONValue {
        var containers = Self.recordedDesired[path: "spec", "template", "spec", "containers"]?.arrayValue ?? []
        change(&containers[0])
        return changed { $0["spec"]?["template"]?["spec"]?["containers"] = .array(containers) }
    }

    @Test("what a 1.20 API server recorded after an apply is current")
    func recorded() { #expect(isCurrent(Self.recordedDesired)) }

    @Test("another value of any kind is not")
    func otherValues() {
        #expect(!isCurrent(changed { $0["spec"]?["replicas"] = 2 }))
        #expect(!isCurrent(changed { $0["metadata"]?["labels"] = ["app": "shop"] }))
        #expect(!isCurrent(changedContainer { $0["image"] = "img:2" }))
        #expect(!isCurrent(changedContainer { $0["args"] = ["--other"] }))
        #expect(!isCurrent(changedContainer { $0["resources"]?["limits"]?["cpu"] = "1001m" }))
        #expect(!isCurrent(changedContainer { $0["command"] = ["/bin/sh"] }))
        #expect(!isCurrent(changed { $0["spec"]?["template"]?["spec"]?["hostNetwork"] = true }))
        #expect(!isCurrent(changed { $0["spec"]?["template"]?["spec"]?["tolerations"] = [["operator": "Exists"]] }))
    }

    @Test("a quantity in another form is the same, and a text that only looks like one is not")
    func quantities() {
        #expect(isCurrent(changedContainer { $0["resources"]?["limits"]?["cpu"] = 1 }))
        #expect(isCurrent(changedContainer { $0["resources"]?["limits"]?["memory"] = "1Gi" }))
        #expect(!isCurrent(changed { $0["metadata"]?["labels"] = ["app": "1000m"] }))
    }

    @Test("a number and the same digits as a text are two things")
    func numbersAndTexts() {
        #expect(!isCurrent(changed { $0["spec"]?["replicas"] = "1" }))
        #expect(isCurrent(changed { $0["spec"]?["replicas"] = .number(JSONNumber(validText: "1.0")) }))
    }

    @Test("a field more or less is not current")
    func moreOrLess() {
        #expect(!isCurrent(changed { $0["spec"]?["replicas"] = nil }))
        #expect(!isCurrent(changed { $0["spec"]?["minReadySeconds"] = 5 }))
        #expect(!isCurrent(changed { $0["metadata"]?["annotations"] = ["a": "b"] }))
        #expect(!isCurrent(changed { $0["metadata"]?["labels"] = [:] }))
        #expect(!isCurrent(changedContainer { $0["resources"]?["limits"]?["memory"] = nil }))
        #expect(!isCurrent(changedContainer { $0["resources"]?["limits"] = [:] }))
        #expect(!isCurrent(changedContainer { $0["env"] = [["name": "EMPTY", "value": ""]] }))
        // The server's default, but now ours to keep.
        #expect(!isCurrent(changedContainer { $0["imagePullPolicy"] = "IfNotPresent" }))
    }

    @Test("elements are found by their keys, also where the server filled a key in")
    func keyedElements() {
        let ports: JSONValue = [
            ["containerPort": 53, "name": "dns", "protocol": "UDP"], ["containerPort": 4317, "name": "otlp-grpc"],
        ]
        // Order says which environment variable may refer to which: it counts.
        #expect(!isCurrent(changedContainer { $0["ports"] = ports }))
        #expect(
            isCurrent(
                changedContainer {
                    $0["ports"] = [
                        ["containerPort": 4317, "name": "otlp-grpc"],
                        ["containerPort": 53, "name": "dns", "protocol": "UDP"],
                    ]
                }))
        #expect(!isCurrent(changedContainer { $0["ports"] = [["containerPort": 4317, "name": "otlp-grpc"]] }))
        #expect(
            !isCurrent(
                changedContainer {
                    $0["ports"] = [
                        ["containerPort": 4317, "name": "other"],
                        ["containerPort": 53, "name": "dns", "protocol": "UDP"],
                    ]
                }))
    }

    @Test("one port with two protocols keeps its elements apart")
    func sharedPort() {
        let desired: JSONValue = [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s"],
            "spec": ["ports": [["name": "t", "port": 53], ["name": "u", "port": 53, "protocol": "UDP"]]],
        ]
        let live = ApplyModel.live(
            KubeObject(desired), manager: fieldManager, uid: "u", resourceVersion: "1", generation: 0)
        #expect(isCurrent(desired, live.json))
        var swapped = desired
        swapped["spec"]?["ports"] = [["name": "u", "port": 53], ["name": "t", "port": 53, "protocol": "UDP"]]
        #expect(!isCurrent(swapped, live.json))
    }

    @Test("a member that leaves an object in an atomic list is noticed; one that the server filled in is not")
    func atomicLists() {
        let desired: JSONValue = [
            "apiVersion": "v1", "kind": "X", "metadata": ["name": "s"],
            "spec": ["tolerations": [["key": "a", "operator": "Exists", "effect": "NoSchedule"]]],
        ]
        let live = ApplyModel.live(
            KubeObject(desired), manager: fieldManager, uid: "u", resourceVersion: "1", generation: 0)
        #expect(isCurrent(desired, live.json))
        var less = desired
        less["spec"]?["tolerations"] = [["key": "a", "operator": "Exists"]]
        #expect(!isCurrent(less, live.json))
        #expect(isCurrent(Self.recordedDesired))  // expirationSeconds of the projected token
    }

    @Test("a claim template and a route's backend are current with what the server adds to them, and nothing else")
    func filledIn() {
        /// - Parameter live: the value of `spec.KEY`, which changes as one.
        func isCurrent(_ key: String, _ desired: JSONValue, _ live: JSONValue) -> Bool {
            let object: JSONValue = [
                "apiVersion": "v1", "kind": "X", "metadata": ["name": "s"], "spec": [key: desired],
            ]
            var stored = object
            stored["spec"] = [key: live]
            stored["metadata"]?["managedFields"] = [
                [
                    "manager": .string(fieldManager), "operation": "Apply", "apiVersion": "v1",
                    "fieldsV1": ["f:spec": ["f:\(key)": [:]]],
                ]
            ]
            return self.isCurrent(object, stored)
        }
        let claim: JSONValue = [
            "metadata": ["name": "wal"],
            "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1024Mi"]]],
        ]
        var stored: JSONValue = [
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": ["name": "wal", "creationTimestamp": .null],
            "spec": [
                "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]],
                "volumeMode": "Filesystem",
            ],
            "status": ["phase": "Pending"],
        ]
        for status in [nil, [:]] as [JSONValue?] {
            var desired = claim
            desired["status"] = status
            #expect(isCurrent("volumeClaimTemplates", [desired], [stored]))
        }
        stored["spec"]?["volumeMode"] = "Block"
        #expect(!isCurrent("volumeClaimTemplates", [claim], [stored]))

        let backend: JSONValue = ["name": "web-collector", "port": 4318]
        var filled = backend
        filled["group"] = ""
        filled["kind"] = "Service"
        filled["weight"] = 1
        #expect(isCurrent("rules", [["backendRefs": [backend]]], [["backendRefs": [filled]]]))
        filled["weight"] = 2
        #expect(!isCurrent("rules", [["backendRefs": [backend]]], [["backendRefs": [filled]]]))
    }

    @Test("a policy for claims that a server without it drops is not asked for again; one that it shows counts")
    func droppedMembers() {
        let key = "persistentVolumeClaimRetentionPolicy"
        let desired: JSONValue = [
            "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": "s"],
            "spec": [key: ["whenDeleted": "Delete"]],
        ]
        var live = ApplyModel.live(
            KubeObject(desired), manager: fieldManager, uid: "u", resourceVersion: "1", generation: 0
        ).json
        live["spec"] = [:]
        #expect(isCurrent(desired, live))
        live["spec"] = [key: ["whenDeleted": "Retain", "whenScaled": "Retain"]]
        #expect(!isCurrent(desired, live))
    }

    @Test("a set keeps its values in any order, with those of others")
    func sets() {
        let desired: JSONValue = [
            "apiVersion": "v1", "kind": "X", "metadata": ["name": "s", "finalizers": ["a", "b"]],
        ]
        var live = ApplyModel.live(
            KubeObject(desired), manager: fieldManager, uid: "u", resourceVersion: "1", generation: 0
        ).json
        live["metadata"]?["finalizers"] = ["c", "b", "a"]
        #expect(isCurrent(desired, live))
        var less = desired
        less["metadata"]?["finalizers"] = ["a"]
        #expect(!isCurrent(less, live))
        var more = desired
        more["metadata"]?["finalizers"] = ["a", "b", "c"]
        live["metadata"]?["finalizers"] = ["a", "b"]
        #expect(!isCurrent(more, live))
    }

    @Test("fields that others added do not count")
    func othersFields() {
        var live = Self.recordedLive
        live["spec"]?["template"]?["metadata"]?["annotations"] = ["kubectl.kubernetes.io/restartedAt": "now"]
        live["metadata"]?["labels"]?["team"] = "shop"
        #expect(isCurrent(Self.recordedDesired, live))
    }

    @Test("what we never applied, applied in another version or lost to somebody else is not current")
    func ownership() {
        var live = Self.recordedLive
        live["metadata"]?["managedFields"] = nil
        #expect(!isCurrent(Self.recordedDesired, live))

        var entry = Self.recordedLive[path: "metadata", "managedFields"]?[1] ?? [:]
        entry["fieldsV1"]?["f:spec"]?["f:replicas"] = nil
        live["metadata"]?["managedFields"] = [entry]
        #expect(!isCurrent(Self.recordedDesired, live))

        entry["fieldsV1"] = Self.recordedFields
        live["metadata"]?["managedFields"] = [entry]
        #expect(isCurrent(Self.recordedDesired, live))
        for (key, value) in [("apiVersion", "apps/v1beta1"), ("operation", "Update"), ("subresource", "status")] {
            var other = entry
            other[key] = .string(value)
            live["metadata"]?["managedFields"] = [other]
            #expect(!isCurrent(Self.recordedDesired, live), "\(key)")
        }
    }

    @Test("a record that we do not understand asks for an apply", arguments: ["i:0", "k:not json", "v:{", "x", ""])
    func unknownSteps(step: String) {
        var live = Self.recordedLive
        var entry = live[path: "metadata", "managedFields"]?[1] ?? [:]
        entry["fieldsV1"]?[step] = [:]
        live["metadata"]?["managedFields"] = [entry]
        #expect(!isCurrent(Self.recordedDesired, live))
    }
}
