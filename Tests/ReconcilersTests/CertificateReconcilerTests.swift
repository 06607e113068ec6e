import Document
import KubeClient
import KubeModel
import KubeRuntime
import ServingCertificate
import Testing

@testable import Reconcilers

@Suite("Keeping the serving certificate", .timeLimit(.minutes(1)))
struct CertificateReconcilerTests {
    private static let secret = ObjectKey(namespace: "ns", name: "serving")
    private static let mutating = ObjectKey(name: "mutating")
    private static let validating = ObjectKey(name: "validating")

    private let cluster = FakeCluster()
    private let source = CertificateSource()

    private func reconciler(_ cluster: FakeCluster? = nil, _ source: CertificateSource? = nil) -> CertificateReconciler
    {
        CertificateReconciler(
            api: cluster ?? self.cluster, secret: Self.secret, names: [.dns("webhook.ns.svc")],
            source: source ?? self.source,
            webhooks: [
                .init(type: .mutatingWebhookConfiguration, name: "mutating"),
                .init(type: .validatingWebhookConfiguration, name: "validating"),
            ], logger: quiet)
    }

    private func putConfigurations(
        webhooks: JSONValue = [["name": "a", "clientConfig": [:]], ["name": "b", "clientConfig": [:]]]
    ) {
        for (type, key) in [
            (ResourceType.mutatingWebhookConfiguration, Self.mutating),
            (.validatingWebhookConfiguration, Self.validating),
        ] {
            var object = KubeObject(type, key)
            object["webhooks"] = webhooks
            cluster.put(type, object)
        }
    }

    private func bundles(_ type: ResourceType, _ key: ObjectKey) -> [JSONValue?] {
        (cluster[type, key]?["webhooks"]?.arrayValue ?? []).map { $0[path: "clientConfig", "caBundle"] }
    }

    @Test("makes one, serves it and has every webhook trust it; then writes nothing")
    func first() async throws {
        putConfigurations()
        _ = try await reconciler().reconcile()
        let authorities = try #require(cluster[.secret, Self.secret]?["data"]?["ca.crt"])
        #expect(bundles(.mutatingWebhookConfiguration, Self.mutating) == [authorities, authorities])
        #expect(bundles(.validatingWebhookConfiguration, Self.validating) == [authorities, authorities])
        #expect(source.current?.generation == 1)
        cluster.forgetWrites()
        guard case .requeue(let delay) = try await reconciler().reconcile() else {
            Issue.record("never looks again")
            return
        }
        #expect(delay > .zero && delay <= .seconds(3600))
        #expect(cluster.writes == [])
        #expect(source.current?.generation == 1)
    }

    @Test("the replica that comes second serves what the first has stored")
    func race() async throws {
        putConfigurations()
        let other = FakeCluster()
        _ = try await reconciler(other, CertificateSource()).reconcile()
        let theirs = try #require(other[.secret, Self.secret])
        cluster.before("create Secret ns/serving") { $0.put(.secret, theirs) }
        #expect(try await reconciler().reconcile() == .requeue(after: .zero))
        #expect(source.current == nil)
        _ = try await reconciler().reconcile()
        #expect(cluster[.secret, Self.secret]?["data"] == theirs["data"])
        #expect(source.current != nil)
        #expect(bundles(.mutatingWebhookConfiguration, Self.mutating).first == theirs["data"]?["ca.crt"])
    }

    @Test("a Secret that cannot be read is written anew, unless somebody was faster", arguments: [false, true])
    func unreadable(isRaced: Bool) async throws {
        var object = KubeObject(.secret, Self.secret)
        object["data"] = ["tls.crt": "bm90IFBFTQ==", "tls.key": "!", "mine": "eA=="]
        let broken = cluster.put(.secret, object)
        if isRaced { cluster.before("replace Secret ns/serving") { $0.put(.secret, broken) } }
        let result = try await reconciler().reconcile()
        #expect((result == .requeue(after: .zero)) == isRaced)
        if isRaced { _ = try await reconciler().reconcile() }
        #expect(source.current != nil)
        #expect(cluster[.secret, Self.secret]?["data"]?["mine"] == "eA==")
    }

    @Test("a deleted Secret comes back with a new authority, while what is served stays and is trusted")
    func deletedSecret() async throws {
        putConfigurations()
        let reconciler = reconciler()
        _ = try await reconciler.reconcile()
        let before = try #require(cluster[.secret, Self.secret]?["data"])
        cluster[.secret, Self.secret] = nil
        _ = try await reconciler.reconcile()
        let after = try #require(cluster[.secret, Self.secret]?["data"])
        #expect(after["ca.crt"] != before["ca.crt"])
        #expect(after["tls.crt"] == before["tls.crt"])
        #expect(source.current?.generation == 1)
        #expect(bundles(.mutatingWebhookConfiguration, Self.mutating).first == after["ca.crt"])
        let bundle = Base64.decode((after["ca.crt"]?.stringValue ?? "").utf8).map {
            String(decoding: $0, as: UTF8.self)
        }
        let leaf = try #require(source.current).identity.leaf
        #expect(try PEMBundle.certificates(bundle ?? "").contains { leaf.isIssued(by: $0) })
    }

    @Test("a configuration that is missing does not keep the other from being right")
    func missingConfiguration() async throws {
        putConfigurations()
        cluster[.mutatingWebhookConfiguration, Self.mutating] = nil
        _ = try await reconciler().reconcile()
        #expect(source.current != nil)
        #expect(!bundles(.validatingWebhookConfiguration, Self.validating).contains(nil))
    }

    @Test("nor does one that cannot be written")
    func refusedConfiguration() async throws {
        putConfigurations()
        cluster.fail("patch MutatingWebhookConfiguration mutating", with: .status(403, "Forbidden"))
        await #expect(throws: KubeError.status(403, "Forbidden")) { try await reconciler().reconcile() }
        #expect(source.current != nil)
        #expect(!bundles(.validatingWebhookConfiguration, Self.validating).contains(nil))
    }

    @Test("a configuration without webhooks, or none at all, is fine")
    func noWebhooks() async throws {
        putConfigurations(webhooks: [])
        _ = try await reconciler().reconcile()
        #expect(cluster.writes == ["create Secret ns/serving"])
        #expect(CABundle.fingerprintsInAll([KubeObject(["webhooks": []])]) == nil)
        #expect(CABundle.fingerprintsInAll([]) == nil)
    }

    @Test("only the webhook that lost its caBundle is patched, and by its name")
    func lostBundle() async throws {
        putConfigurations()
        _ = try await reconciler().reconcile()
        var object = try #require(cluster[.mutatingWebhookConfiguration, Self.mutating])
        let authorities = object["webhooks"]?[0]?[path: "clientConfig", "caBundle"]
        object["webhooks"] = [
            object["webhooks"]?[0] ?? .null, ["name": "b", "clientConfig": ["caBundle": "b3RoZXI="]],
        ]
        cluster.put(.mutatingWebhookConfiguration, object)
        cluster.forgetWrites()
        _ = try await reconciler().reconcile()
        #expect(cluster.writes == ["patch MutatingWebhookConfiguration mutating"])
        #expect(
            cluster.patches == [
                [
                    ["op": "test", "path": "/webhooks/1/name", "value": "b"],
                    ["op": "add", "path": "/webhooks/1/clientConfig/caBundle", "value": authorities ?? .null],
                ]
            ])
    }

    @Test("what asks cert-manager to write the caBundle is taken away with the first write")
    func certManager() {
        let configuration = KubeObject([
            "metadata": ["annotations": ["cert-manager.io/inject-ca-from": "ns/certificate", "other": "stays"]],
            "webhooks": [],
        ])
        #expect(
            CABundle.patch(configuration, authorities: "") == [
                ["op": "remove", "path": "/metadata/annotations/cert-manager.io~1inject-ca-from"]
            ])
    }

    // MARK: - The definition with a conversion webhook

    private static let definition = ObjectKey(name: "collectors")

    private func convertingReconciler() -> CertificateReconciler {
        CertificateReconciler(
            api: cluster, secret: Self.secret, names: [.dns("webhook.ns.svc")], source: source,
            webhooks: [
                .init(type: .mutatingWebhookConfiguration, name: "mutating"),
                .init(type: .customResourceDefinition, name: "collectors"),
            ], logger: quiet)
    }

    private func putDefinition(conversion: JSONValue?) {
        var object = KubeObject(.customResourceDefinition, Self.definition)
        object["spec"] = .object(compacting: ["group": "opentelemetry.io", "conversion": conversion])
        cluster.put(.customResourceDefinition, object)
    }

    private var definitionBundle: JSONValue? {
        cluster[.customResourceDefinition, Self.definition]?["spec"]?[
            path: "conversion", "webhook", "clientConfig", "caBundle"]
    }

    @Test("the definition's conversion trusts it, too, again after somebody applied the definition without caBundle")
    func conversion() async throws {
        let conversion: JSONValue = [
            "strategy": "Webhook", "webhook": ["clientConfig": ["service": ["name": "webhook"]]],
        ]
        for _ in 0..<2 {
            putDefinition(conversion: conversion)
            _ = try await convertingReconciler().reconcile()
            let authorities = try #require(cluster[.secret, Self.secret]?["data"]?["ca.crt"])
            #expect(definitionBundle == authorities)
        }
        cluster.forgetWrites()
        _ = try await convertingReconciler().reconcile()
        #expect(cluster.writes == [])
    }

    @Test("a definition that nobody converts is left alone", arguments: [nil, ["strategy": "None"]] as [JSONValue?])
    func noConversion(conversion: JSONValue?) async throws {
        putConfigurations()
        putDefinition(conversion: conversion)
        _ = try await convertingReconciler().reconcile()
        #expect(definitionBundle == nil)
        #expect(!cluster.writes.contains { $0.contains("CustomResourceDefinition") })
    }

    @Test("without the right to patch the definition, the webhooks are right all the same")
    func definitionForbidden() async throws {
        putConfigurations()
        putDefinition(conversion: ["strategy": "Webhook", "webhook": ["clientConfig": [:]]])
        cluster.fail("patch CustomResourceDefinition collectors", with: .status(403, "Forbidden"))
        await #expect(throws: KubeError.status(403, "Forbidden")) { try await convertingReconciler().reconcile() }
        #expect(source.current != nil)
        #expect(!bundles(.mutatingWebhookConfiguration, Self.mutating).contains(nil))
    }

    @Test("an authority counts as published only where the conversion trusts it, too")
    func publishedForConversion() async throws {
        putConfigurations()
        putDefinition(conversion: ["strategy": "Webhook", "webhook": ["clientConfig": [:]]])
        _ = try await convertingReconciler().reconcile()
        let trusting = try #require(cluster[.customResourceDefinition, Self.definition])
        #expect(CABundle.fingerprintsInAll([trusting])?.count == 1)
        let bare = KubeObject(["spec": ["conversion": ["strategy": "Webhook", "webhook": ["clientConfig": [:]]]]])
        #expect(CABundle.fingerprintsInAll([trusting, bare]) == [])
    }

    @Test("an authority counts as published only where every webhook trusts it")
    func published() async throws {
        putConfigurations()
        _ = try await reconciler().reconcile()
        let trusting = try #require(cluster[.mutatingWebhookConfiguration, Self.mutating])
        #expect(CABundle.fingerprintsInAll([trusting])?.count == 1)
        #expect(CABundle.fingerprintsInAll([trusting, KubeObject(["webhooks": [["name": "x"]]])]) == [])
    }
}
