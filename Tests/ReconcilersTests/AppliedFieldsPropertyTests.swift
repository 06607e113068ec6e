import Document
import KubeModel
import TestSupport
import Testing

@testable import Reconcilers

@Suite("Generated objects and server-side apply")
struct AppliedFieldsPropertyTests {
    private static let seeds: [UInt64] = Array(1...200)

    @Test("are current right after their apply", arguments: seeds)
    func currentAfterApply(seed: UInt64) {
        let desired = GeneratedObject(seed: seed).object
        #expect(isCurrent(desired, in: live(desired)), "\(desired.json.serializedString())")
    }

    @Test("are not current after any change of a value", arguments: seeds)
    func staleAfterChange(seed: UInt64) {
        var generated = GeneratedObject(seed: seed)
        let desired = generated.object
        let live = live(desired)
        for path in generated.leaves {
            let wanted = KubeObject(desired.json.changing(path) { Self.other($0) })
            #expect(!isCurrent(wanted, in: live), "another value wanted at \(path)")
            let without = KubeObject(desired.json.removing(path))
            #expect(!isCurrent(without, in: live), "no value wanted at \(path)")
        }
        let extra = KubeObject(desired.json.changing([.key("spec")]) { $0.with("paused", true) })
        #expect(!isCurrent(extra, in: live))
        // Somebody else writes a value and leaves the record to us: more than a server would do.
        let path = generated.anyStoredLeaf
        let drifted = KubeObject(live.json.changing(path) { Self.other($0) })
        #expect(!isCurrent(desired, in: drifted), "drift at \(path)")
    }

    private func live(_ desired: KubeObject) -> KubeObject {
        ApplyModel.live(desired, manager: fieldManager, uid: "u", resourceVersion: "7", generation: 1)
    }

    private func isCurrent(_ desired: KubeObject, in live: KubeObject) -> Bool {
        AppliedFields(fieldManager: fieldManager).isCurrent(desired, in: live)
    }

    private static func other(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): Quantity(text) == nil ? .string(text + "x") : "77"
        case .number(let number): .int((number.intValue ?? 0) + 1)
        case .bool(let flag): .bool(!flag)
        default: "other"
        }
    }
}

/// A random Deployment-like object.
private struct GeneratedObject {
    private var random: SeededGenerator
    private(set) var object = KubeObject([:])

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        object = make()
    }

    /// The plain values that are applied, but for the object's own name.
    var leaves: [[PathStep]] {
        [[.key("metadata")], [.key("spec")]].flatMap { root in
            object.json[root].map { $0.leafPaths.map { root + $0 } } ?? []
        }
        .filter { $0 != [.key("metadata"), .key("name")] && $0 != [.key("metadata"), .key("namespace")] }
    }

    /// One that stands in the live object at the same place.
    var anyStoredLeaf: [PathStep] {
        mutating get {
            let stored: [[PathStep]] = [
                [.key("spec"), .key("replicas")], [.key("metadata"), .key("labels"), .key("app")],
                [.key("spec"), .key("template"), .key("spec"), .key("containers"), .index(0), .key("image")],
            ]
            return stored.randomElement(using: &random) ?? stored[0]
        }
    }

    private mutating func chance() -> Bool { Bool.random(using: &random) }

    private mutating func make() -> KubeObject {
        var metadata: JSONObject = ["name": "web", "namespace": "ns", "labels": ["app": "web", "version": "latest"]]
        if chance() { metadata["annotations"] = chance() ? [:] : ["example.com/a": "1", "b": "two"] }
        if chance() { metadata["finalizers"] = ["example.com/f", "example.com/g"] }
        if chance() { metadata["ownerReferences"] = [owner] }
        var pod: JSONObject = ["containers": .array((0...Int.random(in: 0...1, using: &random)).map { container($0) })]
        if chance() { pod["hostNetwork"] = .bool(chance()) }
        if chance() { pod["securityContext"] = chance() ? [:] : ["runAsUser": 1000, "runAsNonRoot": true] }
        if chance() { pod["nodeSelector"] = ["disk": "ssd"] }
        if chance() {
            pod["tolerations"] = chance() ? [] : [["key": "k", "operator": "Exists", "effect": "NoSchedule"]]
        }
        if chance() {
            pod["volumes"] = [["name": "v", "emptyDir": [:]], ["name": "w", "secret": ["secretName": "s"]]]
        }
        return KubeObject([
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": .object(metadata),
            "spec": [
                "replicas": .int(Int.random(in: 1...3, using: &random)),
                "selector": ["matchLabels": ["app": "web"]],
                "strategy": [:],
                "template": ["metadata": ["labels": ["app": "web"]], "spec": .object(pod)],
            ],
        ])
    }

    private mutating func container(_ index: Int) -> JSONValue {
        var container: JSONObject = ["name": .string("c\(index)"), "image": "i:1"]
        if chance() { container["args"] = ["--a", "--b"] }
        if chance() { container["command"] = [] }
        if chance() {
            container["env"] = [
                ["name": "A", "value": .string(chance() ? "" : "1")], ["name": "B", "value": "$(A)"],
                ["name": "C", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
            ]
        }
        if chance() {
            container["ports"] = [
                ["containerPort": 4317, "name": "a"], ["containerPort": 53, "name": "b", "protocol": "UDP"],
                ["containerPort": 53, "name": "c"],
            ]
        }
        if chance() {
            let cpu = ["1000m", "0.5", "2"].randomElement(using: &random) ?? "2"
            container["resources"] = ["limits": ["cpu": .string(cpu), "memory": "1024Mi"], "requests": ["cpu": 1]]
        }
        if chance() {
            container["volumeMounts"] = [["name": "v", "mountPath": "/v"], ["name": "w", "mountPath": "/w"]]
        }
        return .object(container)
    }
}

private enum PathStep: Equatable, CustomStringConvertible {
    case key(String)
    case index(Int)

    var description: String {
        switch self {
        case .key(let key): key
        case .index(let index): "\(index)"
        }
    }
}

extension JSONValue {
    /// Paths to the values that are neither objects nor lists.
    fileprivate var leafPaths: [[PathStep]] {
        switch self {
        case .object(let object): object.flatMap { member in member.value.leafPaths.map { [.key(member.key)] + $0 } }
        case .array(let elements):
            elements.enumerated().flatMap { index, element in element.leafPaths.map { [.index(index)] + $0 } }
        default: [[]]
        }
    }

    fileprivate subscript(path: [PathStep]) -> JSONValue? {
        path.reduce(self) { value, step in
            switch step {
            case .key(let key): value?[key]
            case .index(let index): value?[index]
            }
        }
    }

    fileprivate func changing(_ path: [PathStep], _ change: (JSONValue) -> JSONValue?) -> JSONValue {
        guard let first = path.first else { return change(self) ?? .null }
        let rest = Array(path.dropFirst())
        var copy = self
        switch first {
        case .key(let key):
            guard let value = self[key] else { return self }
            copy[key] = rest.isEmpty ? change(value) : value.changing(rest, change)
        case .index(let index):
            guard var elements = arrayValue else { return self }
            if rest.isEmpty {
                if let changed = change(elements[index]) {
                    elements[index] = changed
                } else {
                    elements.remove(at: index)
                }
            } else {
                elements[index] = elements[index].changing(rest, change)
            }
            copy = .array(elements)
        }
        return copy
    }

    fileprivate func removing(_ path: [PathStep]) -> JSONValue { changing(path) { _ in nil } }

    fileprivate func with(_ key: String, _ value: JSONValue) -> JSONValue {
        var copy = self
        copy[key] = value
        return copy
    }
}
