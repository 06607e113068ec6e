import Document
import Foundation
import KubeModel
import OperatorAPI
import Testing

@testable import Admission

@Suite("What is kept of a namespace")
struct NamespaceFactsTests {
    @Test("the annotations that ask for injection, and OpenShift's group for volumes")
    func facts() {
        let facts = NamespaceFacts(
            KubeObject([
                "metadata": [
                    "name": "shop",
                    "annotations": [
                        "instrumentation.opentelemetry.io/inject-java": "true", "note": "x",
                        "openshift.io/sa.scc.supplemental-groups": "1000680000/10000",
                    ],
                ]
            ]))
        #expect(facts.annotations == ["instrumentation.opentelemetry.io/inject-java": "true"])
        #expect(facts.volumeGroup == 1_000_680_000)
        #expect(facts.isSeenByWebhooks)
        #expect(NamespaceFacts(KubeObject(["metadata": ["name": "shop"]])).volumeGroup == nil)
    }

    @Test(
        "whether webhooks are kept away from it",
        arguments: [
            ([:], true), (["control-plane": "true"], false), (["control-plane": ""], false),
            (["control-plane": "controller-manager", "team": "a"], false),
            (["kubernetes.azure.com/managedby": "aks"], false), (["kubernetes.azure.com/managedby": "me"], true),
            (["team": "control-plane"], true),
        ])
    func scope(labels: [String: String], isSeen: Bool) {
        let labels = JSONValue.object(JSONObject(members: labels.map { .init(key: $0.key, value: .string($0.value)) }))
        let facts = NamespaceFacts(KubeObject(["metadata": ["name": "shop", "labels": labels]]))
        #expect(facts.isSeenByWebhooks == isSeen)
        #expect(NamespaceFacts.areRenderedAlike(facts, facts))
        #expect(!NamespaceFacts.areRenderedAlike(facts, nil))
    }

    @Test(
        "whether it admits only pods of the restricted level",
        arguments: [("restricted", true), ("baseline", false), ("privileged", false), ("Restricted", false)])
    func podSecurity(level: String, isRestricted: Bool) {
        let facts = NamespaceFacts(
            KubeObject([
                "metadata": [
                    "name": "shop", "labels": ["pod-security.kubernetes.io/enforce": .string(level)],
                ]
            ]))
        #expect(facts.enforcesRestrictedPods == isRestricted)
        let other = NamespaceFacts(
            KubeObject([
                "metadata": ["name": "shop", "labels": ["pod-security.kubernetes.io/audit": .string(level)]]
            ]))
        #expect(!other.enforcesRestrictedPods)
        #expect(NamespaceFacts.areRenderedAlike(facts, other) == !isRestricted)
    }

    @Test("the manifests keep the webhooks of collectors away from the same namespaces, and from no others")
    func manifest() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let manifest = try String(contentsOf: root.appending(path: "manifests/webhooks.yaml"), encoding: .utf8)
        let webhooks = try YAML.parseAll(manifest).flatMap { $0["webhooks"]?.arrayValue ?? [] }
            .filter { $0["rules"]?[0]?["resources"] == ["opentelemetrycollectors"] }
        #expect(webhooks.count == 3)
        for webhook in webhooks {
            #expect(
                webhook["namespaceSelector"] == [
                    "matchExpressions": .array(WebhookScope.requirements.map(\.json))
                ])
            #expect(webhook["objectSelector"] == nil)
        }
    }
}
