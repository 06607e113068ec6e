import Document
import KubeClient
import KubeModel
import KubeRuntime
import OperatorAPI
import Testing

@testable import Reconcilers

private let repository = "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-"
private let prefix = "instrumentation.opentelemetry.io/default-auto-instrumentation-"
private let javaNote =
    "Automated upgrade blocked for java: Java instrumentation 2.0.0 contains breaking HTTP semantic convention changes. See https://opentelemetry.io/blog/2023/http-conventions-declared-stable/ for a general description of the changes. To upgrade, manually set the image on this Instrumentation resource to 2.0.0 or higher."

private func instrumentation(
    _ name: String = "i", annotations: JSONValue, spec: JSONValue, status: JSONValue? = nil
) -> JSONValue {
    .object(compacting: [
        "apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation",
        "metadata": ["name": .string(name), "namespace": "ns", "annotations": annotations, "labels": ["mine": "1"]],
        "spec": spec, "status": status,
    ])
}

/// One language in the annotation `…-image` and in the spec.
private func one(_ language: Language, applied: String?, image: String?) -> JSONValue {
    var annotations: JSONValue = ["other": "stays"]
    if let applied { annotations["\(prefix)\(language.rawValue)-image"] = .string(applied) }
    var section: JSONValue = ["env": [["name": "A", "value": "b"]]]
    if let image { section["image"] = .string(image) }
    return instrumentation(annotations: annotations, spec: [language.section ?? "": section])
}

@Suite("What an upgrade makes of an Instrumentation")
struct InstrumentationUpgradeTests {
    private let images = DefaultImages()
    private let enabled = Set(Language.allCases).subtracting([.go, .nginx])

    private func upgrade(_ object: JSONValue, enabled: Set<Language>? = nil) -> InstrumentationUpgrade {
        InstrumentationUpgrade(of: object, images: images, enabledLanguages: enabled ?? self.enabled)
    }

    @Test("an image that the operator chose becomes today's, in every language", arguments: Language.withAgent)
    func upgrades(language: Language) throws {
        let target = try #require(images[language])
        // Of another repository: no version lies between.
        let old = "registry.example.com/agent:1"
        let before = one(language, applied: old, image: old)
        let result = upgrade(before, enabled: Set(Language.allCases))
        #expect(result.object == one(language, applied: target, image: target))
        #expect(result.blocks == [])
        #expect(result.images.map(\.old) == [old])
        let again = upgrade(result.object ?? .null, enabled: Set(Language.allCases))
        #expect(again.object == nil, "a second run changes nothing")
    }

    @Test(
        "what the user chose, what has no annotation and what is switched off stays",
        arguments: [
            one(.python, applied: repository + "python:0.40", image: "mine:1"),
            one(.python, applied: repository + "python:0.40", image: nil),
            one(.python, applied: nil, image: repository + "python:0.40"),
            one(.python, applied: "", image: ""),
            one(.python, applied: DefaultImages().python, image: DefaultImages().python),
            one(.go, applied: "go:1", image: "go:1"),
            one(.nginx, applied: "nginx:1", image: "nginx:1"),
            ["metadata": ["name": "bare"]],
            ["metadata": "broken", "spec": [1]],
        ] as [JSONValue])
    func stays(object: JSONValue) {
        #expect(upgrade(object) == upgrade(["metadata": [:]]))
        #expect(upgrade(object).object == nil)
    }

    @Test("today's image with an older one in the annotation is the operator's: the annotation follows")
    func staleAnnotation() {
        let result = upgrade(one(.python, applied: repository + "python:0.40b0", image: images.python))
        #expect(result.object == one(.python, applied: images.python, image: images.python))
        #expect(result.images.isEmpty)
        #expect(upgrade(result.object ?? .null).object == nil)
    }

    @Test("a blocked language stays and says so, the others go on")
    func blocked() throws {
        let java = repository + "java:1.32.0"
        let python = repository + "python:0.40b0"
        let object = instrumentation(
            annotations: [
                "\(prefix)java-image": .string(java), "\(prefix)python-image": .string(python),
                "\(prefix)dotnet-image": .string(repository + "dotnet:1.2.0"),
            ],
            spec: ["java": ["image": .string(java)], "python": ["image": .string(python)]])
        let result = upgrade(object)
        #expect(result.blocks.map(\.language) == [.java, .dotnet])
        #expect(result.blocks.first?.note == javaNote)
        #expect(result.object?[path: "spec", "java", "image"] == .string(java))
        #expect(result.object?["metadata"]?["annotations"]?["\(prefix)java-image"] == .string(java))
        #expect(result.object?[path: "spec", "python", "image"] == .string(images.python))
        let patch = try #require(result.statusPatch(for: nil))
        #expect(patch[path: "status", "upgradeBlockedVersions"]?.objectValue?.keys == ["java", "dotnet"])
        let status = JSONMergePatch(patch).applied(to: [:])["status"]
        #expect(result.statusPatch(for: status) == nil)
    }

    @Test("the way is blocked by the annotation's version, whatever the spec says; beyond the block it is free")
    func blockBounds() {
        for (tag, isBlocked) in [
            ("1.32.0", true), ("1", true), ("2.0.0", false), ("v2.1.0", false), ("latest", false), ("2.0.0-rc1", true),
        ] {
            let image = repository + "java:\(tag)"
            let result = upgrade(one(.java, applied: image, image: image))
            #expect(result.blocks.isEmpty != isBlocked, "\(tag)")
            #expect((result.object == nil) == isBlocked, "\(tag)")
        }
        #expect(upgrade(one(.java, applied: repository + "java:1.0.0", image: "mine:1")).blocks.count == 1)
        #expect(upgrade(one(.java, applied: "mirror/java:1.0.0", image: "mirror/java:1.0.0")).blocks.isEmpty)
    }

    @Test("blocks that are over leave the status")
    func unblocked() {
        let object = one(.java, applied: repository + "java:1.0.0", image: "mine:1")
        let stale: JSONValue = ["upgradeBlockedVersions": ["java": "old words", "dotnet": "gone"], "other": 1]
        #expect(
            upgrade(object).statusPatch(for: stale)
                == ["status": ["upgradeBlockedVersions": ["java": .string(javaNote), "dotnet": .null]]])
        let none = upgrade(one(.python, applied: nil, image: nil))
        #expect(none.statusPatch(for: stale) == ["status": ["upgradeBlockedVersions": .null]])
        for status in [nil, [:], ["upgradeBlockedVersions": [:]], ["upgradeBlockedVersions": .null]] as [JSONValue?] {
            #expect(none.statusPatch(for: status) == nil)
        }
    }
}

@Suite("Upgrading Instrumentations", .timeLimit(.minutes(1)))
struct InstrumentationUpgraderTests {
    private let cluster = FakeCluster()
    private let old = repository + "python:0.40b0"

    private var upgrader: InstrumentationUpgrader {
        InstrumentationUpgrader(
            api: cluster, images: DefaultImages(), enabledLanguages: Set(Language.allCases), events: events,
            logger: quiet)
    }
    private let events: EventRecorder

    init() { events = EventRecorder(api: cluster, instance: "test", logger: quiet) }

    private func put(_ name: String, _ object: JSONValue) -> ObjectKey {
        var object = object
        object["metadata"]?["name"] = .string(name)
        return cluster.put(.instrumentation, KubeObject(object)).key
    }

    @Test("writes once what changes, and nothing the second time")
    func writes() async throws {
        let key = put("a", one(.python, applied: old, image: old))
        #expect(try await upgrader.reconcile(key) == .done)
        #expect(cluster.writes == ["replace Instrumentation ns/a"])
        #expect(
            cluster[.instrumentation, key]?.json[path: "spec", "python", "image"] == .string(DefaultImages().python))
        cluster.forgetWrites()
        #expect(try await upgrader.reconcile(key) == .done)
        #expect(cluster.writes == [])
    }

    @Test("while an older operator's webhook writes its images into the annotations, it is tried again")
    func olderWebhook() async throws {
        let key = put("a", one(.python, applied: old, image: old))
        let older = DefaultImages(python: old)
        cluster.mutating { KubeObject(Instrumentation.defaulting($0.json, images: older)) }
        #expect(try await upgrader.reconcile(key) == .requeue(after: .seconds(10)))
        #expect(try await upgrader.reconcile(key) == .requeue(after: .seconds(10)))
        cluster.mutating(nil)
        #expect(try await upgrader.reconcile(key) == .done)
        let annotation = "\(prefix)python-image"
        #expect(
            cluster[.instrumentation, key]?.json["metadata"]?["annotations"]?[annotation]
                == .string(DefaultImages().python))
        #expect(
            cluster[.instrumentation, key]?.json[path: "spec", "python", "image"] == .string(DefaultImages().python))
        cluster.forgetWrites()
        #expect(try await upgrader.reconcile(key) == .done)
        #expect(cluster.writes == [])
    }

    @Test("a block is told in the status and in an Event about the object")
    func blocked() async throws {
        let key = put("b", one(.java, applied: repository + "java:1.0.0", image: repository + "java:1.0.0"))
        #expect(try await upgrader.reconcile(key) == .done)
        #expect(cluster.writes == ["patch Instrumentation/status ns/b"])
        #expect(
            cluster[.instrumentation, key]?.json[path: "status", "upgradeBlockedVersions", "java"] == .string(javaNote))
        let event = try await firstEvent()
        #expect(event["type"] == "Warning")
        #expect(event["reason"] == "UpgradeBlocked")
        #expect(event["action"] == "Upgrade-java")
        #expect(event["note"] == .string(javaNote))
        #expect(event["regarding"]?["name"] == "b")
    }

    @Test(
        "what may pass is tried again and leaves the status alone",
        arguments: [
            KubeError.status(500, "InternalError"), .status(409, "Conflict"), .status(429, "TooManyRequests"),
            .transport("reset"), .timeout("too long"),
        ])
    func transient(error: KubeError) async throws {
        let key = put("c", one(.python, applied: old, image: old))
        cluster.fail("replace Instrumentation ns/c", with: error)
        #expect(try await upgrader.reconcile(key) == .requeue(after: .seconds(10)))
        #expect(cluster.writes == ["replace Instrumentation ns/c"])
        cluster.fail("replace Instrumentation ns/c", with: nil)
        #expect(try await upgrader.reconcile(key) == .done)
        #expect(
            cluster[.instrumentation, key]?.json[path: "spec", "python", "image"] == .string(DefaultImages().python))
    }

    @Test("a refusal is told in an Event and not tried again")
    func refused() async throws {
        let key = put("d", one(.python, applied: old, image: old))
        cluster.fail("replace Instrumentation ns/d", with: .status(403, "Forbidden"))
        #expect(try await upgrader.reconcile(key) == .done)
        #expect(cluster.writes == ["replace Instrumentation ns/d"])
        let event = try await firstEvent()
        #expect(event["reason"] == "UpgradeFailed")
        #expect(event["note"] == "Automated upgrade failed: refused: Forbidden (403 Forbidden)")
    }

    @Test("one that is gone, or on its way, is left alone")
    func gone() async throws {
        var object = one(.python, applied: old, image: old)
        object["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        #expect(try await upgrader.reconcile(put("e", object)) == .done)
        #expect(try await upgrader.reconcile(ObjectKey(namespace: "ns", name: "missing")) == .done)
        #expect(cluster.writes == [])
    }

    private func firstEvent() async throws -> KubeObject {
        try await withThrowingTaskGroup(of: KubeObject?.self) { group in
            group.addTask {
                try await events.run()
                return nil
            }
            group.addTask { await cluster.events.first { _ in true } }
            defer { group.cancelAll() }
            while let event = try await group.next() { if let event { return event } }
            throw CancellationError()
        }
    }
}
