import Document
import OperatorAPI

/// The review of a created pod, built like kube-apiserver writes it, in exactly the size that is asked for.
///
/// The pod is what a Deployment's pod looks like when it arrives: owner, managed fields, the projected token volume,
/// defaults filled in. Larger ones have more containers and variables, as large pods have.
struct PodReview {
    /// The cases that are measured.
    enum Case: Equatable {
        /// Neither the pod nor its namespace asks for anything.
        case skip
        case inject(Language)

        static let all = [skip] + Language.allCases.map(inject)
        /// Where each case costs minutes.
        static let main = [skip, inject(.python)]

        init?(name: String) {
            guard let known = Self.all.first(where: { $0.name == name }) else { return nil }
            self = known
        }

        /// In keys of figures and on the command line.
        var name: String {
            switch self {
            case .skip: "skip"
            case .inject(let language): language.rawValue
            }
        }

        var title: String {
            switch self {
            case .skip: "asks for nothing"
            case .inject(let language): "injects \(language.displayName)"
            }
        }
    }

    static let namespace = "shop"
    static let sizes: [(name: String, bytes: Int)] = [("5k", 5 * 1024), ("30k", 30 * 1024)]

    /// The whole body of the request.
    let body: [UInt8]

    /// - Parameter bytes: of the body; at least what the smallest pod needs.
    init(_ kind: Case, bytes: Int) {
        var shape = Shape(kind: kind)
        // Grow as long as it fits, then fill up the rest with one annotation.
        while Shape.size(of: shape.grown) <= bytes { shape = shape.grown }
        shape.filler = bytes - Shape.size(of: shape)
        body = shape.review.serialized()
        precondition(body.count == bytes, "a review of \(body.count) bytes was built in place of \(bytes)")
    }
}

/// How large a pod is, and the pod of that size.
private struct Shape {
    var kind: PodReview.Case
    var variables = 1
    /// Bytes of an annotation that carries nothing.
    var filler = 0

    private static let variablesOfContainer = 16

    var grown: Shape {
        var copy = self
        copy.variables += 1
        return copy
    }

    static func size(of shape: Shape) -> Int { shape.review.serialized().count }

    var review: JSONValue {
        let user: JSONValue = [
            "username": "system:serviceaccount:kube-system:replicaset-controller",
            "uid": "0b6dcf0a-5f4f-4c8e-a0be-6d1d8b6f7e55",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
        ]
        return [
            "kind": "AdmissionReview",
            "apiVersion": "admission.k8s.io/v1",
            "request": [
                "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
                "kind": ["group": "", "version": "v1", "kind": "Pod"],
                "resource": ["group": "", "version": "v1", "resource": "pods"],
                "requestKind": ["group": "", "version": "v1", "kind": "Pod"],
                "requestResource": ["group": "", "version": "v1", "resource": "pods"],
                "namespace": .string(PodReview.namespace),
                "operation": "CREATE",
                "userInfo": user,
                "object": pod,
                "oldObject": .null,
                "dryRun": false,
                "options": ["kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"],
            ],
        ]
    }

    private var pod: JSONValue {
        var metadata: JSONValue = [
            "generateName": "checkout-7d9c5b8f6d-",
            "namespace": .string(PodReview.namespace),
            "creationTimestamp": .null,
            "labels": [
                "app.kubernetes.io/name": "checkout", "app.kubernetes.io/part-of": "shop",
                "app.kubernetes.io/version": "3.2.1", "pod-template-hash": "7d9c5b8f6d",
            ],
            "annotations": annotations,
            "ownerReferences": [
                [
                    "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "checkout-7d9c5b8f6d",
                    "uid": "5b1a0f0e-9b5f-4f4c-8f0b-0d0a1b2c3d4e", "controller": true, "blockOwnerDeletion": true,
                ]
            ],
        ]
        let spec = spec
        let managed: JSONValue = [
            "f:metadata": [
                "f:generateName": .object([:]), "f:labels": ManagedFields.of(metadata["labels"] ?? .null),
                "f:ownerReferences": [".": .object([:])],
            ],
            "f:spec": ManagedFields.of(spec),
        ]
        metadata["managedFields"] = [
            [
                "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1",
                "time": "2026-03-02T08:15:42Z", "fieldsType": "FieldsV1", "fieldsV1": managed,
            ]
        ]
        return [
            "kind": "Pod", "apiVersion": "v1", "metadata": metadata, "spec": spec, "status": .object([:]),
        ]
    }

    private var annotations: JSONValue {
        var annotations: JSONValue = ["prometheus.io/scrape": "true", "prometheus.io/port": "8080"]
        if case .inject(let language) = kind { annotations[AnnotationKey.inject(language)] = "true" }
        if kind == .inject(.go) { annotations[AnnotationKey.goTargetExecutable] = "/app/checkout" }
        annotations["example.com/note"] = .string(String(repeating: "n", count: filler))
        return annotations
    }

    private var spec: JSONValue {
        let names = ["app", "proxy", "cache", "worker", "audit", "metrics", "sync", "reload"]
        var containers: [JSONValue] = []
        var left = variables
        while left > 0 {
            let count = min(left, Self.variablesOfContainer)
            containers.append(Self.container(names[containers.count % names.count], variables: count))
            left -= count
        }
        return [
            "volumes": [
                ["name": "config", "configMap": ["name": "checkout-config", "defaultMode": 420]],
                [
                    "name": "kube-api-access-x7v2p",
                    "projected": [
                        "sources": [
                            ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
                            [
                                "configMap": [
                                    "name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]],
                                ]
                            ],
                        ],
                        "defaultMode": 420,
                    ],
                ],
            ],
            "containers": .array(containers),
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            "serviceAccountName": "checkout",
            "serviceAccount": "checkout",
            "securityContext": ["runAsNonRoot": true, "fsGroup": 2000],
            "schedulerName": "default-scheduler",
            "tolerations": [
                [
                    "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute",
                    "tolerationSeconds": 300,
                ]
            ],
            "priority": 0,
            "enableServiceLinks": true,
            "preemptionPolicy": "PreemptLowerPriority",
        ]
    }

    private static func container(_ name: String, variables: Int) -> JSONValue {
        let environment: [JSONValue] = (0..<variables).map { index in
            switch index % 5 {
            case 3:
                [
                    "name": "POD_FIELD_\(index)",
                    "valueFrom": ["fieldRef": ["apiVersion": "v1", "fieldPath": "status.podIP"]],
                ]
            case 4:
                ["name": "DB_SECRET_\(index)", "valueFrom": ["secretKeyRef": ["name": "checkout", "key": "password"]]]
            default:
                ["name": "SETTING_\(index)", "value": .string("http://backend-\(index).shop.svc.cluster.local:8080")]
            }
        }
        return [
            "name": .string(name),
            "image": .string("registry.example.com/shop/\(name):3.2.1"),
            "ports": [["name": "http", "containerPort": 8080, "protocol": "TCP"]],
            "env": .array(environment),
            "resources": [
                "limits": ["cpu": "500m", "memory": "256Mi"], "requests": ["cpu": "100m", "memory": "128Mi"],
            ],
            "volumeMounts": [
                ["name": "config", "mountPath": "/etc/checkout"],
                [
                    "name": "kube-api-access-x7v2p", "readOnly": true,
                    "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                ],
            ],
            "readinessProbe": [
                "httpGet": ["path": "/healthz", "port": 8080, "scheme": "HTTP"], "timeoutSeconds": 1,
                "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3,
            ],
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
            "imagePullPolicy": "IfNotPresent",
            "securityContext": ["allowPrivilegeEscalation": false],
        ]
    }
}

/// The record of who set which field, as server-side apply keeps it.
///
/// Source: Kubernetes "Server-Side Apply", FieldsV1.
private enum ManagedFields {
    static func of(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            return .object(
                JSONObject(
                    members: [.init(key: ".", value: .object([:]))]
                        + object.map { .init(key: "f:\($0.key)", value: of($0.value)) }))
        case .array(let list) where list.contains { $0["name"] != nil }:
            return .object(
                JSONObject(
                    members: list.map { element in
                        let name: JSONValue = ["name": element["name"] ?? .null]
                        return .init(key: "k:\(name.serializedString())", value: of(element))
                    }))
        default: return .object([:])
        }
    }
}
