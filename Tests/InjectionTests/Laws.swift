import Document
import Injection
import Testing

/// What holds for every pod, whatever is asked.
extension Given {
    func expectLawful(_ result: InjectionResult, at place: SourceLocation = #_sourceLocation) throws {
        guard let injected = result.injectedPod else {
            #expect(result.skipReason != nil, sourceLocation: place)
            if result.skipReason != .notRequested { #expect(!result.refusals.isEmpty, sourceLocation: place) }
            return
        }
        let after = injected.pod()

        // The patch and the pod say the same.
        let patch = try JSONPatch(json: .array(injected.patch()))
        let patched = try pod.applying(patch)
        #expect(JSONValue.difference(patched, after) == nil, sourceLocation: place)
        #expect(!patch.isEmpty && after != pod, sourceLocation: place)
        #expect(!injected.containers.isEmpty, sourceLocation: place)

        // A second time changes nothing.
        var again = self
        again.pod = after
        #expect(again.inject().injectedPod == nil, sourceLocation: place)

        // Containers keep their order, and every field but the two that we extend.
        for list in ["containers", "initContainers"] {
            let before = pod["spec"]?[list]?.arrayValue ?? []
            let names = before.map { $0["name"]?.stringValue ?? "" }
            let kept = (after["spec"]?[list]?.arrayValue ?? []).filter { names.contains($0["name"]?.stringValue ?? "") }
            #expect(kept.count == before.count, sourceLocation: place)
            for (old, new) in zip(before, kept) {
                #expect(
                    old.without(["env", "volumeMounts"]) == new.without(["env", "volumeMounts"]), sourceLocation: place)
                expectKept(old, new, at: place)
            }
        }
        // The rest of the pod is as it was.
        let ours: Set<String> = ["containers", "initContainers", "volumes"]
        #expect(pod["spec"]?.without(ours) == after["spec"]?.without(ours), sourceLocation: place)
        #expect(pod.without(["spec"]) == after.without(["spec"]), sourceLocation: place)
        let volumes = pod["spec"]?["volumes"]?.arrayValue ?? []
        #expect(
            Array((after["spec"]?["volumes"]?.arrayValue ?? []).prefix(volumes.count)) == volumes, sourceLocation: place
        )

        // Names that the API server wants to be unique are.
        let names = (after["spec"]?["volumes"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        #expect(Set(names).count == names.count, sourceLocation: place)
    }

    /// Own variables keep their place among each other and their values; only two of them are extended. Own mounts stay
    /// in front.
    private func expectKept(_ old: JSONValue, _ new: JSONValue, at place: SourceLocation) {
        let extended: Set<String> = ["PYTHONPATH", "OTEL_RESOURCE_ATTRIBUTES"]
        let before = old["env"]?.arrayValue ?? []
        var rest = (new["env"]?.arrayValue ?? [])[...]
        for entry in before where !extended.contains(entry["name"]?.stringValue ?? "") {
            guard let index = rest.firstIndex(of: entry) else {
                Issue.record("lost or moved: \(entry.serializedString())", sourceLocation: place)
                return
            }
            rest = rest[(index + 1)...]
        }
        for entry in before {
            guard let name = entry["name"]?.stringValue, extended.contains(name) else { continue }
            let value = entry["value"]?.stringValue ?? ""
            let isKept = (new["env"]?.arrayValue ?? []).contains {
                $0["name"]?.stringValue == name && ($0["value"]?.stringValue ?? "").holds(value)
                    && $0.without(["value"]) == entry.without(["value"])
            }
            #expect(isKept, "\(name)", sourceLocation: place)
        }
        let mounts = old["volumeMounts"]?.arrayValue ?? []
        #expect(Array((new["volumeMounts"]?.arrayValue ?? []).prefix(mounts.count)) == mounts, sourceLocation: place)
    }
}

extension JSONValue {
    /// The object less those members; other values as they are.
    func without(_ keys: Set<String>) -> JSONValue {
        guard let object = objectValue else { return self }
        return .object(JSONObject(members: object.members.filter { !keys.contains($0.key) }))
    }
}

extension String {
    /// Every text holds the empty one.
    fileprivate func holds(_ other: String) -> Bool { other.isEmpty || firstRange(of: other) != nil }
}
