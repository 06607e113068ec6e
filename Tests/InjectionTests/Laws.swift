import Document
import Injection
import OperatorAPI
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
            let isRecorded = pod[path: "metadata", "annotations", "instrumentation.opentelemetry.io/injected"] != nil
            if result.skipReason != .notRequested, !isRecorded {
                #expect(!result.refusals.isEmpty, sourceLocation: place)
            }
            return
        }
        let after = injected.pod()

        // The patch and the pod say the same.
        let patch = try JSONPatch(json: .array(injected.patch()))
        let patched = try pod.applying(patch)
        #expect(JSONValue.difference(patched, after) == nil, sourceLocation: place)
        #expect(!patch.isEmpty && after != pod, sourceLocation: place)
        #expect(!injected.containers.isEmpty || injected.sidecar != nil, sourceLocation: place)

        // A second time changes nothing.
        var again = self
        again.pod = after
        #expect(again.inject().injectedPod == nil, sourceLocation: place)

        // Containers keep their order, and every field but the two that we extend.
        for list in ["containers", "initContainers"] {
            var before = pod["spec"]?[list]?.arrayValue ?? []
            if injected.sidecar == .removed {
                #expect(before.count - (after["spec"]?[list]?.arrayValue ?? []).count <= 1, sourceLocation: place)
                let left = after["spec"]?[list]?.arrayValue ?? []
                if !left.contains(where: \.isSidecar) { before.removeAll(where: \.isSidecar) }
            }
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
            pod["metadata"]?.without(["annotations", "labels"])
                == after["metadata"]?.without(["annotations", "labels"]),
            sourceLocation: place)
        let label: Set<String> = [CollectorSidecar.label]
        #expect(
            (pod["metadata"]?["labels"] ?? [:]).without(label)
                == (after["metadata"]?["labels"] ?? [:]).without(label), sourceLocation: place)
        let record: Set<String> = ["instrumentation.opentelemetry.io/injected"]
        #expect(
            (pod["metadata"]?["annotations"] ?? [:]).without(record)
                == (after["metadata"]?["annotations"] ?? [:]).without(record), sourceLocation: place)
        let volumes = pod["spec"]?["volumes"]?.arrayValue ?? []
        #expect(
            Array((after["spec"]?["volumes"]?.arrayValue ?? []).prefix(volumes.count)) == volumes, sourceLocation: place
        )

        expectUnique(after, at: place)
        expectAcceptable(after, at: place)
        expectRecorded(injected, after, at: place)
    }

    /// What the API server refuses for other reasons is not there, unless it was before.
    private func expectAcceptable(_ after: JSONValue, at place: SourceLocation) {
        func containers(_ pod: JSONValue) -> [JSONValue] {
            (pod["spec"]?["initContainers"]?.arrayValue ?? []) + (pod["spec"]?["containers"]?.arrayValue ?? [])
        }
        func twofold(_ pod: JSONValue) -> Int {
            containers(pod).flatMap { $0["env"]?.arrayValue ?? [] }
                .count { !($0["value"]?.stringValue ?? "").isEmpty && !($0["valueFrom"] ?? .null).isNull }
        }
        func imageless(_ pod: JSONValue) -> Int { containers(pod).count { ($0["image"]?.stringValue ?? "").isEmpty } }
        #expect(twofold(after) == twofold(pod), "value and valueFrom", sourceLocation: place)
        // The copy of a web server's configuration runs in the image of the application.
        if imageless(pod) == 0 { #expect(imageless(after) == 0, sourceLocation: place) }
        let spec = after["spec"]
        let isShared = spec?["shareProcessNamespace"]?.boolValue == true
        if self.pod["spec"]?["hostPID"]?.boolValue == true, self.pod["spec"]?["shareProcessNamespace"] == nil {
            #expect(!isShared, sourceLocation: place)
        }
        for container in containers(after)
        where container["securityContext"]?["privileged"]?.boolValue != true
            && !containers(pod).contains(where: {
                $0["name"] == container["name"]
            })
        {
            let mounts = container["volumeMounts"]?.arrayValue ?? []
            #expect(!mounts.contains { $0["mountPropagation"] == "Bidirectional" }, sourceLocation: place)
        }
    }

    /// The pod says which languages it got, and from where.
    private func expectRecorded(_ injected: InjectedPod, _ after: JSONValue, at place: SourceLocation) {
        let text = after["metadata"]?["annotations"]?["instrumentation.opentelemetry.io/injected"]?.stringValue ?? ""
        let record = InjectionRecord(parsing: text)
        #expect(record.text == text, sourceLocation: place)
        #expect(
            record.entries.map(\.language)
                == Language.allCases.filter { injected.containers.map(\.language).contains($0) }, sourceLocation: place)
        #expect(record.entries.allSatisfy { $0.fingerprint.utf8.count == 8 }, sourceLocation: place)
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
    fileprivate var isSidecar: Bool { self["name"]?.stringValue == CollectorSidecar.containerName }

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
