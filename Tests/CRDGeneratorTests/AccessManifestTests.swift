import Document
import Testing

@Suite("Access rights")
struct AccessManifestTests {
    let manifests: Manifests

    init() throws { manifests = try Manifests() }

    private func rules(_ kind: String, _ name: String) throws -> [JSONValue] {
        try manifests.one(kind, name)["rules"]?.arrayValue ?? []
    }

    /// Rules that the operator has in the whole cluster.
    private var clusterRules: [JSONValue] {
        get throws {
            try rules("ClusterRole", "opentelemetry-operator-manager-role")
                + rules("ClusterRole", "opentelemetry-operator-proxy-role")
        }
    }

    @Test("no rule has a wildcard")
    func noWildcards() {
        for role in manifests.all("ClusterRole") + manifests.all("Role") {
            for rule in role["rules"]?.arrayValue ?? [] {
                let words = ["apiGroups", "resources", "verbs", "nonResourceURLs"].flatMap { rule[$0]?.texts ?? [] }
                #expect(!words.contains("*"))
            }
        }
    }

    @Test("nothing is granted on Secrets or RBAC in the whole cluster, and Pods are only read")
    func clusterWide() throws {
        for rule in try clusterRules {
            for resource in rule["resources"]?.texts ?? [] {
                #expect(
                    !["secrets", "pods/exec", "pods/log", "nodes", "leases", "serviceaccounts/token"].contains(resource)
                )
            }
            #expect(rule["apiGroups"]?.texts.contains("rbac.authorization.k8s.io") == false)
            // A watch would bring every change of every pod.
            if rule["resources"]?.texts.contains("pods") == true { #expect(rule["verbs"]?.texts == ["get", "list"]) }
        }
        for role in manifests.all("ClusterRole") {
            for rule in role["rules"]?.arrayValue ?? [] {
                #expect(rule["resources"]?.texts.contains("secrets") != true)
            }
        }
    }

    @Test("automatic RBAC may make ClusterRoles, grant itself nothing, and is a role of its own")
    func automaticRBAC() throws {
        let rules = try rules("ClusterRole", "opentelemetry-operator-automatic-rbac")
        let own = rules.filter { $0["apiGroups"]?.texts.contains("rbac.authorization.k8s.io") == true }
        #expect(own.count == 1)
        #expect(own.first?["resources"] == ["clusterrolebindings", "clusterroles"])
        #expect(own.first?["verbs"] == ["create", "delete", "get", "list", "patch", "watch"])
        for role in manifests.all("ClusterRole") + manifests.all("Role") {
            for rule in role["rules"]?.arrayValue ?? [] {
                let verbs = Set(rule["verbs"]?.texts ?? [])
                #expect(verbs.isDisjoint(with: ["escalate", "bind", "impersonate"]))
            }
        }
        // What is handed out reads only, but for the Leases of an election.
        for rule in rules where rule != own.first {
            let isElection = rule["resources"] == ["leases"]
            #expect(isElection || Set(rule["verbs"]?.texts ?? []).isSubset(of: ["get", "list", "watch"]))
        }
    }

    @Test("of definitions only the one whose versions are converted may be changed")
    func definitions() throws {
        let writing = try clusterRules.filter {
            $0["resources"]?.texts == ["customresourcedefinitions"]
                && !Set($0["verbs"]?.texts ?? []).isSubset(of: ["get", "list", "watch"])
        }
        #expect(writing.count == 1)
        #expect(writing.first?["verbs"] == ["patch"])
        #expect(writing.first?["resourceNames"] == ["opentelemetrycollectors.opentelemetry.io"])
    }

    @Test("Secrets and Leases of the own namespace are granted by name; only create cannot be")
    func ownNamespace() throws {
        let rules = try rules("Role", "opentelemetry-operator-leader-election-role")
        #expect(rules.count == 4)
        for rule in rules {
            #expect(rule["resourceNames"] != nil || rule["verbs"] == ["create"])
        }
        let names = rules.flatMap { $0["resourceNames"]?.texts ?? [] }
        #expect(names == ["9f7554c3.opentelemetry.io", "opentelemetry-operator-serving-certificate"])
        // The Secret is replaced as a whole: two replicas that make one at once must not mix theirs.
        let secret = try #require(rules.last)
        #expect(secret["resources"] == ["secrets"])
        #expect(secret["verbs"] == ["get", "list", "update", "watch"])
    }

    @Test("only our own webhook configurations may be changed")
    func webhookConfigurations() throws {
        let rules = try clusterRules.filter { $0["apiGroups"] == ["admissionregistration.k8s.io"] }
        #expect(rules.count == 2)
        for rule in rules {
            let resource = try #require(rule["resources"]?.texts.first)
            let kind =
                resource.hasPrefix("mutating") ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration"
            let name = try #require(rule["resourceNames"]?.texts.first)
            _ = try manifests.one(kind, name)
            #expect(rule["verbs"]?.texts.contains("create") == false)
            #expect(rule["verbs"]?.texts.contains("delete") == false)
        }
    }

    @Test("of Instrumentations only the object and the status are written, neither made nor deleted")
    func instrumentations() throws {
        let verbs = try ["instrumentations", "instrumentations/status"].map { resource in
            try clusterRules.first { $0["resources"]?.texts == [resource] }?["verbs"]?.texts
        }
        #expect(verbs == [["get", "list", "update", "watch"], ["patch"]])
    }

    @Test("what is rendered may be made, changed, watched and pruned")
    func rendered() throws {
        let needed = [
            "/configmaps", "/services", "/serviceaccounts", "apps/deployments", "apps/daemonsets", "apps/statefulsets",
            "azmonitoring.coreos.com/podmonitors", "monitoring.coreos.com/servicemonitors",
            "monitoring.coreos.com/podmonitors", "networking.k8s.io/ingresses", "networking.k8s.io/networkpolicies",
            "gateway.networking.k8s.io/httproutes", "route.openshift.io/routes", "policy/poddisruptionbudgets",
            "autoscaling/horizontalpodautoscalers",
        ]
        for resource in needed {
            let parts = resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            let rule = try clusterRules.first {
                $0["apiGroups"]?.texts.contains(parts[0]) == true && $0["resources"]?.texts.contains(parts[1]) == true
            }
            #expect(rule?["verbs"]?.texts == ["create", "delete", "get", "list", "patch", "watch"], "\(resource)")
        }
    }

    @Test("every binding joins a role that exists to the operator's ServiceAccount")
    func bindings() throws {
        let account = try manifests.one("ServiceAccount", "opentelemetry-operator-controller-manager")
        let bindings = manifests.all("ClusterRoleBinding") + manifests.all("RoleBinding")
        #expect(bindings.count == 4)
        for binding in bindings {
            let role = try #require(binding["roleRef"])
            _ = try manifests.one(try #require(role["kind"]?.stringValue), try #require(role["name"]?.stringValue))
            let subjects = try #require(binding["subjects"]?.arrayValue)
            #expect(subjects.count == 1)
            #expect(subjects[0]["name"] == account[path: "metadata", "name"])
            #expect(subjects[0]["namespace"] == account[path: "metadata", "namespace"])
        }
        #expect(
            try manifests.podSpec["serviceAccountName"] == account[path: "metadata", "name"])
    }
}
