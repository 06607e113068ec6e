import Document
import KubeClient
import KubeModel
import KubeRuntime
import Rendering
import Testing
import Upgrade

@testable import Reconcilers

@Suite("Upgrading collectors", .timeLimit(.minutes(1)))
struct CollectorUpgraderTests {
    private let cluster = FakeCluster()
    private let events: EventRecorder
    private let key = ObjectKey(namespace: "ns", name: "web")

    init() { events = EventRecorder(api: cluster, instance: "pod", logger: quiet) }

    // MARK: - The upgrade itself

    @Test("is one patch of the resource and one of its status; a second run neither reads nor writes")
    func writes() async throws {
        let outcome = await upgrader.upgraded(put(collector(version: "0.121.0")))
        #expect(
            cluster.writes == ["patch OpenTelemetryCollector ns/web", "patch OpenTelemetryCollector/status ns/web"])
        #expect(
            current?.json[path: "spec", "config", "service", "telemetry"] == [
                "logs": ["level": "debug"], "metrics": ["readers": [reader]],
            ])
        #expect(current?.json[path: "status", "version"] == "0.158.0")
        let condition = condition("Upgraded")
        #expect(condition?["status"] == "True")
        #expect(condition?["reason"] == "Upgraded")
        #expect(
            condition?["message"]
                == "from 0.121.0 to 0.158.0: 0.122.0: spec.config.service.telemetry.metrics: address is now a Prometheus reader"
        )
        #expect(outcome.resource == current)
        #expect(outcome.failure == nil)
        #expect(!outcome.isPending)
        #expect(
            await newEvents() == [
                "Normal Upgrade upgraded from 0.121.0 to 0.158.0: 0.122.0: "
                    + "spec.config.service.telemetry.metrics: address is now a Prometheus reader"
            ])

        cluster.forgetWrites()
        let again = await upgrader.upgraded(outcome.resource)
        #expect(again.resource == outcome.resource)
        #expect(cluster.writes == [])
        #expect(cluster.reads == 0)
        #expect(await newEvents() == [])
    }

    @Test("where nothing has to be changed, only the version moves on")
    func versionOnly() async throws {
        _ = await upgrader.upgraded(put(collector(version: "0.140.0")))
        #expect(cluster.writes == ["patch OpenTelemetryCollector/status ns/web"])
        #expect(condition("Upgraded")?["message"] == "from 0.140.0 to 0.158.0: nothing had to be changed")
        #expect(await newEvents() == ["Normal Upgrade upgraded from 0.140.0 to 0.158.0"])
    }

    @Test("what the user should look at is a Warning of its own; other conditions stay")
    func warnings() async throws {
        var resource = collector(version: "0.103.0")
        resource["status"]?["conditions"] = [["type": "Ready", "status": "True"]]
        _ = await upgrader.upgraded(put(resource))
        let seen = await newEvents()
        #expect(
            seen.contains { $0.hasPrefix("Normal Upgrade upgraded from 0.103.0 to 0.158.0: 0.104.0: spec.args: added") }
        )
        #expect(
            seen.contains {
                $0.hasPrefix("Warning Upgrade 0.104.0: from this version on, components listen on localhost")
            })
        #expect(condition("Ready") == ["type": "Ready", "status": "True"])
        #expect(current?.json[path: "spec", "args"] == nil)
    }

    @Test("a store that is behind costs one read")
    func behind() async throws {
        let stale = put(collector(version: "0.121.0"))
        let upgraded = await upgrader.upgraded(stale).resource
        cluster.forgetWrites()
        #expect(await upgrader.upgraded(stale).resource == upgraded)
        #expect(cluster.writes == [])
        #expect(cluster.reads == 1)
    }

    @Test("one that is gone, was made anew or is on its way is left alone")
    func gone() async throws {
        #expect(await upgrader.upgraded(collector(version: "0.121.0")).failure == nil)
        var resource = put(collector(version: "0.121.0"))
        resource["metadata"]?["uid"] = "another"
        _ = await upgrader.upgraded(resource)
        var deleted = collector(version: "0.121.0")
        deleted["metadata"]?["deletionTimestamp"] = "2026-01-31T08:05:09Z"
        _ = await upgrader.upgraded(put(deleted))
        #expect(cluster.writes == [])
    }

    @Test("somebody's change in between is not overwritten: it is tried again with what is there then")
    func conflict() async throws {
        let stored = put(collector(version: "0.121.0"))
        cluster.before("patch OpenTelemetryCollector ns/web") { cluster in
            var changed = stored
            changed["spec"]?["replicas"] = 7
            cluster.put(.openTelemetryCollector, changed)
        }
        let outcome = await upgrader.upgraded(stored)
        #expect(outcome.failure?.status?.code == 409)
        #expect(outcome.isPending)
        #expect(cluster.writes == ["patch OpenTelemetryCollector ns/web"])
        #expect(await newEvents() == [])
        #expect(await upgrader.upgraded(stored).failure == nil)
        #expect(current?.json[path: "spec", "replicas"] == 7)
        #expect(current?.json[path: "status", "version"] == "0.158.0")
    }

    @Test("when only the status fails, the next try finds the rest done")
    func statusFails() async throws {
        let status = "patch OpenTelemetryCollector/status ns/web"
        let stored = put(collector(version: "0.121.0"))
        cluster.fail(status, with: .status(500, "InternalError"))
        let upgrader = upgrader
        #expect(await upgrader.upgraded(stored).failure != nil)
        #expect(current?.json[path: "status", "version"] == "0.121.0")
        #expect(await newEvents().count == 1)
        cluster.fail(status, with: nil)
        cluster.forgetWrites()
        #expect(await upgrader.upgraded(stored).failure == nil)
        #expect(cluster.writes == [status])
        #expect(current?.json[path: "status", "version"] == "0.158.0")
        // And the condition tells what the first one changed, which was an Event already.
        #expect(
            condition("Upgraded")?["message"]
                == "from 0.121.0 to 0.158.0: 0.122.0: spec.config.service.telemetry.metrics: address is now a Prometheus reader"
        )
        #expect(await newEvents() == [])
    }

    @Test("what was changed is told although the answer to the change was lost")
    func answerLost() async throws {
        let patch = "patch OpenTelemetryCollector ns/web"
        let stored = put(collector(version: "0.121.0"))
        let changed = KubeObject(CollectorUpgrade(of: stored.json, from: "0.121.0", to: "0.158.0").resource)
        cluster.before(patch) { $0.put(.openTelemetryCollector, changed) }
        cluster.fail(patch, with: .timeout("no answer"))
        let upgrader = upgrader
        #expect(await upgrader.upgraded(stored).failure == .timeout("no answer"))
        _ = await newEvents()
        cluster.fail(patch, with: nil)
        cluster.forgetWrites()
        #expect(await upgrader.upgraded(stored).failure == nil)
        #expect(cluster.writes == ["patch OpenTelemetryCollector/status ns/web"])
        let change = "0.122.0: spec.config.service.telemetry.metrics: address is now a Prometheus reader"
        #expect(condition("Upgraded")?["message"] == .string("from 0.121.0 to 0.158.0: \(change)"))
        #expect(await newEvents() == ["Normal Upgrade upgraded from 0.121.0 to 0.158.0: \(change)"])
    }

    @Test("a refusal stands in the condition and in one Event, and the version stays")
    func refused() async throws {
        cluster.fail("patch OpenTelemetryCollector ns/web", with: .status(422, "Invalid"))
        let stored = put(collector(version: "0.121.0"))
        let outcome = await upgrader.upgraded(stored)
        #expect(outcome.failure?.status?.code == 422)
        #expect(outcome.isPending)
        #expect(condition("Upgraded")?["reason"] == "UpgradeFailed")
        #expect(current?.json[path: "status", "version"] == "0.121.0")
        let text = "could not upgrade to 0.158.0, and is trying again: refused: Invalid (422 Invalid)"
        #expect(condition("Upgraded")?["message"] == .string(text))
        #expect(await newEvents() == ["Warning Upgrade \(text)"])
        cluster.forgetWrites()
        #expect(await upgrader.upgraded(outcome.resource).failure != nil)
        #expect(cluster.writes == ["patch OpenTelemetryCollector ns/web"])
        #expect(await newEvents() == [])

        cluster.fail("patch OpenTelemetryCollector ns/web", with: nil)
        #expect(await upgrader.upgraded(outcome.resource).failure == nil)
        #expect(condition("Upgraded")?["status"] == "True")
    }

    @Test("what cannot be upgraded is told once, with what is to be done, and goes on when that is done")
    func obstacle() async throws {
        var resource = collector(version: "0.50.0")
        resource["spec"]?["config"]?["receivers"]?["jaeger"] = ["remote_sampling": ["strategy_file": "s"]]
        let outcome = await upgrader.upgraded(put(resource))
        #expect(outcome.isPending)
        #expect(outcome.failure == nil)
        #expect(cluster.writes == ["patch OpenTelemetryCollector/status ns/web"])
        #expect(current?.json[path: "status", "version"] == "0.57.2")
        #expect(condition("Upgraded")?["reason"] == "UpgradeBlocked")
        #expect(condition("Upgraded")?["message"]?.stringValue?.contains("jaegerremotesampling") == true)
        let seen = await newEvents()
        #expect(seen.count == 2)
        #expect(seen.last?.hasPrefix("Warning Upgrade the upgrade stops before 0.61.0") == true)

        cluster.forgetWrites()
        let still = await upgrader.upgraded(outcome.resource)
        #expect(still.isPending)
        #expect(cluster.writes == [])
        #expect(await newEvents() == [])

        var mended = outcome.resource
        mended["spec"]?["config"]?["receivers"]?["jaeger"] = ["protocols": ["grpc": .null]]
        #expect(await !upgrader.upgraded(put(mended)).isPending)
        #expect(current?.json[path: "status", "version"] == "0.158.0")
        #expect(condition("Upgraded")?["status"] == "True")
    }

    @Test(
        "a sidecar that cannot be upgraded says which image pods get",
        arguments: [("", "pods get the operator's image, unless"), ("mine:1", "pods get spec.image: ")])
    func sidecarObstacle(image: String, text: String) async throws {
        var resource = collector(version: "0.50.0")
        resource["spec"]?["mode"] = "sidecar"
        resource["spec"]?["image"] = .string(image)
        resource["spec"]?["config"]?["receivers"]?["jaeger"] = ["remote_sampling": ["strategy_file": "s"]]
        #expect(await upgrader.upgraded(put(resource)).isPending)
        #expect(condition("Upgraded")?["message"]?.stringValue?.contains(text) == true)
    }

    @Test(
        "what is not upgraded is not touched, and a finding says why",
        arguments: [
            ("0.121.0", "none", "", "spec.upgradeStrategy is none"), ("0.121.0", "none", "mine:1", ""),
            ("0.200.0", "automatic", "", "newer than this operator's 0.158.0"),
            ("latest", "automatic", "", "\"latest\", which is no version"), ("", "automatic", "", ""),
            ("0.158.0", "automatic", "", ""),
        ])
    func untouched(version: String, strategy: String, image: String, finding: String) async throws {
        var resource = collector(version: version)
        resource["spec"]?["upgradeStrategy"] = .string(strategy)
        if !image.isEmpty { resource["spec"]?["image"] = .string(image) }
        let stored = put(resource)
        let outcome = await upgrader.upgraded(stored)
        #expect(outcome.resource == stored)
        #expect(cluster.writes == [])
        if finding.isEmpty {
            #expect(outcome.findings == [])
        } else {
            #expect(outcome.findings.map(\.reason) == [.versionMismatch])
            #expect(outcome.findings.first?.severity == .information)
            #expect(outcome.findings.first?.message.contains(finding) == true)
        }
    }

    // MARK: - In a reconcile

    @Test("a reconcile upgrades, and its objects are of the upgraded configuration at once")
    func reconcile() async throws {
        let stored = put(collector(version: "0.121.0"))
        #expect(try await reconciler(stored).reconcile(key) == .done)
        #expect(current?.json[path: "status", "version"] == "0.158.0")
        let maps = cluster.keys.filter { $0.type == .configMap }.compactMap { cluster[$0.type, $0.key] }
        #expect(maps.count == 1)
        let config = maps.first?.json[path: "data", "collector.yaml"]?.stringValue ?? ""
        #expect(config.contains("readers:"))
        #expect(!config.contains("address:"))
        #expect(condition("Ready")?["status"] == "True")
        #expect(condition("Upgraded")?["status"] == "True")

        let upgraded = try #require(current)
        cluster.forgetWrites()
        #expect(try await reconciler(upgraded).reconcile(key) == .done)
        #expect(cluster.writes == [])
    }

    @Test("a newer version is reconciled like any other, and says so")
    func newer() async throws {
        let stored = put(collector(version: "0.200.0"))
        #expect(try await reconciler(stored).reconcile(key) == .done)
        #expect(condition("Ready")?["status"] == "True")
        #expect(condition("Complete")?["reason"] == "VersionMismatch")
        #expect(condition("Complete")?["status"] == "True")
        #expect(current?.json[path: "status", "version"] == "0.200.0")
        #expect(cluster[.deployment, ObjectKey(namespace: "ns", name: "web-collector")] != nil)
    }

    @Test("while the upgrade fails, the objects are reconciled with the image that runs, and it is tried again")
    func pending() async throws {
        cluster.fail("patch OpenTelemetryCollector ns/web", with: .status(422, "Invalid"))
        var resource = collector(version: "0.121.0")
        resource["status"]?["image"] = "mirror/collector:0.121.0"
        let stored = put(resource)
        await #expect(throws: KubeError.self) { try await reconciler(stored).reconcile(key) }
        #expect(image == "mirror/collector:0.121.0")
        #expect(condition("Ready")?["status"] == "True")
        #expect(condition("Upgraded")?["status"] == "False")

        cluster.fail("patch OpenTelemetryCollector ns/web", with: nil)
        let failed = try #require(current)
        #expect(try await reconciler(failed).reconcile(key) == .done)
        #expect(image == .string(RenderingOptions.defaultCollectorImage))
        #expect(condition("Upgraded")?["status"] == "True")
    }

    @Test("an unmanaged collector is not upgraded")
    func unmanaged() async throws {
        var resource = collector(version: "0.121.0")
        resource["spec"]?["managementState"] = "unmanaged"
        let stored = put(resource)
        #expect(try await reconciler(stored).reconcile(key) == .done)
        #expect(cluster.writes == [])
    }

    // MARK: - Support

    private let reader: JSONValue = ["pull": ["exporter": ["prometheus": ["host": "0.0.0.0", "port": 8888]]]]

    private var upgrader: CollectorUpgrader {
        CollectorUpgrader(
            api: cluster, events: events, version: "0.158.0", timestamp: { Timestamp(seconds: 1_769_846_709) },
            logger: quiet)
    }

    private func reconciler(_ stored: KubeObject) -> CollectorReconciler {
        let writer = Store<KubeObject>.Writer()
        writer.apply(key, resourceVersion: stored.resourceVersion, stored)
        return CollectorReconciler(
            api: cluster, collectors: writer.store, owned: OwnedObjects([], api: cluster, logger: quiet),
            renderer: { _ in CollectorRenderer() },
            collectorVersion: "0.158.0", events: events, logger: quiet)
    }

    private var current: KubeObject? { cluster[.openTelemetryCollector, key] }

    private var image: JSONValue? {
        cluster[.deployment, ObjectKey(namespace: "ns", name: "web-collector")]?
            .json[path: "spec", "template", "spec", "containers"]?[0]?["image"]
    }

    private func condition(_ type: String) -> JSONValue? {
        (current?.json[path: "status", "conditions"]?.arrayValue ?? []).first { $0["type"]?.stringValue == type }
    }

    private func put(_ resource: KubeObject) -> KubeObject { cluster.put(.openTelemetryCollector, resource) }

    private func collector(version: String) -> KubeObject {
        KubeObject([
            "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector",
            "metadata": ["name": "web", "namespace": "ns", "uid": "cr-1", "generation": 1],
            "spec": [
                "mode": "deployment",
                "config": [
                    "receivers": ["otlp": ["protocols": ["grpc": ["endpoint": "0.0.0.0:4317"]]]],
                    "exporters": ["debug": [:]],
                    "service": [
                        "telemetry": ["logs": ["level": "debug"], "metrics": ["address": "0.0.0.0:8888"]],
                        "pipelines": ["traces": ["receivers": ["otlp"], "exporters": ["debug"]]],
                    ],
                ],
            ],
            "status": ["version": .string(version)],
        ])
    }

    /// Type, reason and note of the Events since the last call.
    private func newEvents() async -> [String] {
        await events.recorded(in: cluster).map(\.summary)
    }
}
