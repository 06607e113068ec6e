import Document
import Testing

@testable import CRDGenerator

@Suite("Webhook configurations")
struct WebhookManifestTests {
    let manifests: Manifests

    init() throws { manifests = try Manifests() }

    @Test("names and paths are those that clients of the Go operator know")
    func paths() {
        let paths = manifests.webhooks.map {
            "\($0["name"]?.stringValue ?? "") \($0[path: "clientConfig", "service", "path"]?.stringValue ?? "")"
        }
        #expect(
            paths == [
                "minstrumentation.kb.io /mutate-opentelemetry-io-v1alpha1-instrumentation",
                "mopentelemetrycollectorbeta.kb.io /mutate-opentelemetry-io-v1beta1-opentelemetrycollector",
                "mpod.kb.io /mutate-v1-pod",
                "vinstrumentationcreateupdate.kb.io /validate-opentelemetry-io-v1alpha1-instrumentation",
                "vinstrumentationdelete.kb.io /validate-opentelemetry-io-v1alpha1-instrumentation",
            ])
    }

    @Test("an Instrumentation is written only after a check, but deleted also when nobody checks")
    func validation() throws {
        let configuration = try #require(manifests.all("ValidatingWebhookConfiguration").first)
        let rules = (configuration["webhooks"]?.arrayValue ?? []).map {
            "\($0["rules"]?[0]?["operations"]?.texts.joined(separator: ",") ?? "") \($0["failurePolicy"]?.stringValue ?? "")"
        }
        #expect(rules == ["CREATE,UPDATE Fail", "DELETE Ignore"])
    }

    /// Source: AKS, Admissions Enforcer.
    @Test("each webhook has the namespace selector that AKS would write")
    func namespaceSelectors() {
        let demanded: [JSONValue] = [
            ["key": "control-plane", "operator": "DoesNotExist"],
            ["key": "control-plane", "operator": "NotIn", "values": ["true"]],
            ["key": "kubernetes.azure.com/managedby", "operator": "NotIn", "values": ["aks"]],
        ]
        for webhook in manifests.webhooks {
            let selector = webhook[path: "namespaceSelector", "matchExpressions"]?.arrayValue ?? []
            #expect(Array(selector.prefix(3)) == demanded)
        }
    }

    @Test("pods start without the operator, its own and the cluster's are not even asked about")
    func podWebhook() throws {
        let webhook = try #require(manifests.webhooks.first { $0["name"] == "mpod.kb.io" })
        #expect(webhook["failurePolicy"] == "Ignore")
        #expect(try #require(webhook["timeoutSeconds"]?.intValue) <= 5)
        #expect(webhook["rules"]?[0]?["operations"] == ["CREATE"])
        let selector = webhook[path: "namespaceSelector", "matchExpressions"]?.arrayValue ?? []
        let excluded = selector.first { $0["key"] == "kubernetes.io/metadata.name" }
        #expect(excluded?["values"]?.texts == ["kube-system", "opentelemetry-operator-system"])
    }

    @Test("every webhook reaches the webhook Service, has no side effects on a dry run, and speaks v1")
    func common() throws {
        let service = try manifests.one("Service", "opentelemetry-operator-webhook-service")
        for webhook in manifests.webhooks {
            let target = try #require(webhook[path: "clientConfig", "service"])
            #expect(target["name"] == service[path: "metadata", "name"])
            #expect(target["namespace"] == service[path: "metadata", "namespace"])
            #expect(webhook["sideEffects"] == (webhook["name"] == "mpod.kb.io" ? "NoneOnDryRun" : "None"))
            #expect(webhook["admissionReviewVersions"] == ["v1"])
            #expect(webhook["matchConditions"] == nil, "1.20 would drop them and match everything")
        }
    }

    @Test("versions are converted by the Service of the webhooks")
    func conversion() throws {
        let definition = try manifests.one("CustomResourceDefinition", "opentelemetrycollectors.opentelemetry.io")
        let conversion = definition[path: "spec", "conversion"]
        #expect(conversion?["strategy"] == "Webhook")
        let webhook = try #require(conversion?["webhook"])
        // Versions of the review, of which the API server takes the first that it knows; 1.20 to 1.36 know v1.
        #expect(webhook["conversionReviewVersions"] == ["v1", "v1beta1"])
        let target = webhook[path: "clientConfig", "service"]
        let service = try manifests.one("Service", "opentelemetry-operator-webhook-service")
        #expect(target?["name"] == service[path: "metadata", "name"])
        #expect(target?["namespace"] == service[path: "metadata", "namespace"])
        #expect(target?["path"] == "/convert")
        #expect(target?["port"] == service[path: "spec", "ports"]?[0]?["port"])
        let other = try manifests.one("CustomResourceDefinition", "instrumentations.opentelemetry.io")
        #expect(other[path: "spec", "conversion"] == nil)
    }

    @Test("resources of the rules are served by our definitions")
    func rules() {
        let served =
            ResourceDefinition.all.flatMap { definition in
                definition.versions.map { "\(ResourceDefinition.group)/\($0.name)/\(definition.plural)" }
            } + ["/v1/pods"]
        for webhook in manifests.webhooks {
            for rule in webhook["rules"]?.arrayValue ?? [] {
                let resource = ["apiGroups", "apiVersions", "resources"].compactMap { rule[$0]?[0]?.stringValue }
                #expect(served.contains(resource.joined(separator: "/")))
            }
        }
    }
}
