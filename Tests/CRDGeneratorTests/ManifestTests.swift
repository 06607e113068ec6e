import Document
import Testing

@testable import CRDGenerator

@Suite("Manifests")
struct ManifestTests {
    let manifests: Manifests
    let selector: JSONValue = [
        "app.kubernetes.io/name": "opentelemetry-operator", "control-plane": "controller-manager",
    ]

    init() throws { manifests = try Manifests() }

    @Test(
        "the namespace comes first, is not labelled control-plane and enforces the restricted level, by rules that stay"
    )
    func namespace() throws {
        let namespace = try #require(manifests.objects.first)
        #expect(namespace["kind"] == "Namespace")
        let labels = try #require(namespace[path: "metadata", "labels"]?.objectValue)
        #expect(labels["control-plane"] == nil)
        #expect(labels["pod-security.kubernetes.io/enforce"] == "restricted")
        #expect(labels["pod-security.kubernetes.io/enforce-version"] == "v1.25")
        #expect(labels["app.kubernetes.io/name"] == "opentelemetry-operator")
    }

    @Test("objects live in the operator's namespace, or in none")
    func namespaces() throws {
        let namespaced = [
            "ServiceAccount", "Role", "RoleBinding", "Service", "Deployment", "PodDisruptionBudget", "NetworkPolicy",
        ]
        for object in manifests.objects {
            let isNamespaced = namespaced.contains(object["kind"]?.stringValue ?? "")
            let namespace: JSONValue? = isNamespaced ? "opentelemetry-operator-system" : nil
            #expect(object[path: "metadata", "namespace"] == namespace)
            #expect(object[path: "metadata", "labels", "app.kubernetes.io/name"] == "opentelemetry-operator")
        }
    }

    @Test("no two objects have the same kind and name")
    func unique() {
        let names = manifests.objects.map {
            "\($0["kind"]?.stringValue ?? "") \($0[path: "metadata", "name"]?.stringValue ?? "")"
        }
        #expect(Set(names).count == names.count)
    }

    @Test("the Deployment can be applied over the Go operator's, whose selector is immutable")
    func selectorLabels() throws {
        #expect(try manifests.deployment[path: "spec", "selector", "matchLabels"] == selector)
        let labels = try #require(
            manifests.deployment[path: "spec", "template", "metadata", "labels"]?.objectValue)
        for label in try #require(selector.objectValue) { #expect(labels[label.key] == label.value) }
        for service in manifests.all("Service") { #expect(service[path: "spec", "selector"] == selector) }
        for budget in manifests.all("PodDisruptionBudget") {
            #expect(budget[path: "spec", "selector", "matchLabels"] == selector)
        }
    }

    @Test("the operator's pods pass the restricted pod security level")
    func restricted() throws {
        let pod = try #require(manifests.podSpec["securityContext"])
        #expect(pod["runAsNonRoot"] == true)
        #expect(pod["runAsUser"] == 65532)
        #expect(pod["runAsGroup"] == 65532)
        #expect(pod[path: "seccompProfile", "type"] == "RuntimeDefault")
        let container = try #require(manifests.container["securityContext"])
        #expect(container["allowPrivilegeEscalation"] == false)
        #expect(container["readOnlyRootFilesystem"] == true)
        #expect(container[path: "capabilities", "drop"] == ["ALL"])
        #expect(container[path: "capabilities", "add"] == nil)
        for field in ["hostNetwork", "hostPID", "hostIPC", "volumes"] {
            #expect(try manifests.podSpec[field] == nil)
        }
    }

    @Test("the NetworkPolicy selects the operator alone and opens every port of it, for everybody")
    func networkPolicy() throws {
        let policy = try manifests.one("NetworkPolicy", "opentelemetry-operator-controller-manager")
        let spec = try #require(policy["spec"])
        #expect(spec[path: "podSelector", "matchLabels"] == selector)
        #expect(spec["policyTypes"] == ["Ingress"])
        let rules = try #require(spec["ingress"]?.arrayValue)
        #expect(rules.allSatisfy { $0["from"] == nil })
        let opened = rules.flatMap { $0["ports"]?.arrayValue ?? [] }.compactMap { $0["port"] }
        let served = try #require(manifests.container["ports"]?.arrayValue).compactMap { $0["containerPort"] }
        #expect(Set(opened.compactMap(\.intValue)) == Set(served.compactMap(\.intValue)))
        // A label of the operator's on collectors would cut them off.
        let collectors = ["app.kubernetes.io/managed-by", "app.kubernetes.io/component"]
        #expect(selector.objectValue?.keys.contains { collectors.contains($0) } == false)
    }

    @Test("two replicas, none missing during an update, memory limited and CPU not")
    func availability() throws {
        let spec = try #require(manifests.deployment["spec"])
        #expect(spec["replicas"] == 2)
        #expect(spec[path: "strategy", "rollingUpdate", "maxUnavailable"] == 0)
        #expect(try manifests.podSpec["terminationGracePeriodSeconds"] == 30)
        let resources = try #require(manifests.container["resources"])
        #expect(resources[path: "limits", "memory"] == "128Mi")
        #expect(resources[path: "limits", "cpu"] == nil)
        #expect(resources[path: "requests"]?.objectValue?.keys == ["cpu", "memory"])
        #expect(manifests.all("PodDisruptionBudget").count == 1)
    }

    @Test("ports of Services and probes are ports of the container")
    func ports() throws {
        let ports = try #require(manifests.container["ports"]?.arrayValue)
        let known = ports.compactMap { $0["containerPort"] } + ports.compactMap { $0["name"] }
        for service in manifests.all("Service") {
            for port in service[path: "spec", "ports"]?.arrayValue ?? [] {
                #expect(known.contains(try #require(port["targetPort"])))
            }
        }
        for probe in ["livenessProbe", "readinessProbe"] {
            #expect(known.contains(try #require(try manifests.container[path: probe, "httpGet", "port"])))
        }
    }

    @Test("the process learns who and where it is")
    func environment() throws {
        let variables = try #require(manifests.container["env"]?.arrayValue)
        let names = variables.compactMap { $0["name"]?.stringValue }
        #expect(
            names == [
                "NAMESPACE", "SERVICE_ACCOUNT_NAME", "POD_NAME", "METRICS_ADDR", "METRICS_SECURE",
                "ENABLE_LEADER_ELECTION", "ENABLE_NGINX_AUTO_INSTRUMENTATION",
            ])
        #expect(try manifests.container["command"] == ["/manager"])
    }
}
