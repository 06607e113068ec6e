import Document
import Injection
import Testing

/// What holds for every pod, whatever is asked.
extension Given {
    /// The variables that are extended where they stand.
    private static let extended: Set<String> = [
        "PYTHONPATH", "OTEL_RESOURCE_ATTRIBUTES", "JAVA_TOOL_OPTIONS", "NODE_OPTIONS", "LD_LIBRARY_PATH",
        "DOTNET_STARTUP_HOOKS", "DOTNET_ADDITIONAL_DEPS", "DOTNET_SHARED_STORE",
    ]
    /// Where web servers have their configuration in the pods of the tests.
    private static let configurations = ["/usr/local/apache2/conf", "/etc/nginx"]

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
        let ours: Set<String> = ["containers", "initContainers", "volumes", "shareProcessNamespace"]
        #expect(pod["spec"]?.without(ours) == after["spec"]?.without(ours), sourceLocation: place)
        #expect(pod.without(["spec", "metadata"]) == after.without(["spec", "metadata"]), sourceLocation: place)
        #expect(
            pod["metadata"]?.without(["annotations"]) == after["metadata"]?.without(["annotations"]),
            sourceLocation: place)
        let record: Set<String> = ["instrumentation.opentelemetry.io/injected"]
        #expect(
            (pod["metadata"]?["annotations"] ?? [:]).without(record)
                == after["metadata"]?["annotations"]?.without(record), sourceLocation: place)
        let volumes = pod["spec"]?["volumes"]?.arrayValue ?? []
        #expect(
            Array((after["spec"]?["volumes"]?.arrayValue ?? []).prefix(volumes.count)) == volumes, sourceLocation: place
        )

        expectUnique(after, at: place)
    }

    /// What the API server wants to be unique is.
    private func expectUnique(_ pod: JSONValue, at place: SourceLocation) {
        func values(_ list: [JSONValue]?, _ key: String) -> [String] {
            (list ?? []).compactMap { $0[key]?.stringValue }
        }
        let spec = pod["spec"]
        let volumes = values(spec?["volumes"]?.arrayValue, "name")
        #expect(Set(volumes).count == volumes.count, sourceLocation: place)
        let containers = (spec?["initContainers"]?.arrayValue ?? []) + (spec?["containers"]?.arrayValue ?? [])
        let names = values(containers, "name")
        #expect(Set(names).count == names.count, sourceLocation: place)
        for container in containers {
            let paths = values(container["volumeMounts"]?.arrayValue, "mountPath")
            #expect(Set(paths).count == paths.count, "\(paths)", sourceLocation: place)
            let mounted = Set(values(container["volumeMounts"]?.arrayValue, "name"))
            let sent = ["containers", "initContainers"].flatMap { self.pod["spec"]?[$0]?.arrayValue ?? [] }
            let own = Set(values(sent.flatMap { $0["volumeMounts"]?.arrayValue ?? [] }, "name"))
            // A mount of ours has its volume; the tests' pods may mount what they do not have.
            #expect(mounted.subtracting(own).isSubset(of: volumes), sourceLocation: place)
        }
    }

    /// Own variables keep their place among each other and their values; some are extended. Own mounts stay in front, less
    /// those of a web server's configuration.
    private func expectKept(_ old: JSONValue, _ new: JSONValue, at place: SourceLocation) {
        let before = old["env"]?.arrayValue ?? []
        var rest = (new["env"]?.arrayValue ?? [])[...]
        for entry in before where !Self.extended.contains(entry["name"]?.stringValue ?? "") {
            guard let index = rest.firstIndex(of: entry) else {
                Issue.record("lost or moved: \(entry.serializedString())", sourceLocation: place)
                return
            }
            rest = rest[(index + 1)...]
        }
        for entry in before {
            guard let name = entry["name"]?.stringValue, Self.extended.contains(name) else { continue }
            let value = entry["value"]?.stringValue ?? ""
            let isKept = (new["env"]?.arrayValue ?? []).contains {
                $0["name"]?.stringValue == name && ($0["value"]?.stringValue ?? "").holds(value)
                    && $0.without(["value"]) == entry.without(["value"])
            }
            #expect(isKept, "\(name)", sourceLocation: place)
        }
        let mounts = (old["volumeMounts"]?.arrayValue ?? []).filter { mount in
            (new["volumeMounts"]?.arrayValue ?? []).contains(mount)
                || !Self.configurations.contains { mount["mountPath"]?.stringValue?.holds($0) ?? false }
        }
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
