import Document
import KubeClient
import KubeModel
import Manifests
import OperatorAPI
import Rendering

/// Compares rendered objects with those of a cluster: what would change if the operator applied them now. Nothing is
/// written.
///
/// Expected flow, for each object: read it → let the API server tell what an apply would make of it (a dry run) → compare.
/// Then the objects that the collector owns and no longer wants are looked for. Whose an object is, is decided as the
/// operator does it: by the controller that it names, and without one by its labels and annotations.
///
/// - Caveats: without the right to apply, or where the API server cannot do a dry run of the object, the comparison is made
///   here, by the fields that are rendered.
struct ClusterComparison {
    let api: any PreviewAPI
    /// Which types are looked through for objects that are no longer wanted.
    let types: [ResourceType]

    static let fieldManager = "opentelemetry-operator"

    /// What would become of one object.
    struct Difference: Equatable {
        var type: ResourceType
        var key: ObjectKey
        /// As it is; `nil` when it would be created.
        var live: JSONValue?
        /// As it would be; `nil` when it would be deleted.
        var wanted: JSONValue?
        /// What else is to be known about it.
        var notes: [String] = []

        var isChanged: Bool { Self.shown(live) != Self.shown(wanted) }

        /// Without what every write changes, and what is not the writer's.
        static func shown(_ object: JSONValue?) -> JSONValue? {
            guard var object else { return nil }
            var metadata = object["metadata"] ?? [:]
            for key in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"] {
                metadata[key] = nil
            }
            object["metadata"] = metadata
            object["status"] = nil
            return object.sortedByKey()
        }

        /// As a unified diff of YAML; empty when nothing would change.
        func text(isColored: Bool) -> String {
            guard isChanged else { return "" }
            let place = key.namespace.isEmpty ? "" : " in namespace \(key.namespace)"
            let name = TextTable.printable("\(type.kind) \(key.name)\(place)")
            func yaml(_ object: JSONValue?) -> String { Self.shown(object).map { YAML.serialized($0) } ?? "" }
            return UnifiedDiff(from: yaml(live), to: yaml(wanted)).text(
                title: name, old: live == nil ? "/dev/null" : "cluster", new: wanted == nil ? "/dev/null" : "rendered",
                isColored: isColored)
        }
    }

    /// Those collectors that the cluster has.
    func stored(_ keys: [ObjectKey]) async throws(KubeError) -> [ObjectKey: KubeObject] {
        var result: [ObjectKey: KubeObject] = [:]
        for key in keys {
            if let stored = try await read(.openTelemetryCollector, key) { result[key] = stored }
        }
        return result
    }

    /// Those of the collectors' namespaces that admit only pods of the level `restricted`. Who may not read a Namespace is
    /// shown the collectors as if theirs does not.
    func restrictedNamespaces(of keys: [ObjectKey]) async throws(KubeError) -> Set<String> {
        var result: Set<String> = []
        for name in Set(keys.map(\.namespace)).sorted() {
            do throws(KubeError) {
                guard let namespace = try await read(.namespace, ObjectKey(name: name)) else { continue }
                if PodSecurity.enforcesRestricted(namespaceLabels: namespace.labels) { result.insert(name) }
            } catch {
                guard error.status?.isForbidden == true else { throw error }
            }
        }
        return result
    }

    /// - Parameter stored: the collectors that the cluster has.
    func differences(
        _ collectors: [RenderedCollector], stored: [ObjectKey: KubeObject]
    ) async throws(KubeError) -> [Difference] {
        var result: [Difference] = []
        for collector in collectors where !collector.isRejected {
            for object in collector.objects { result.append(try await difference(object, of: collector.key)) }
            guard let uid = stored[collector.key]?.uid else { continue }
            result += try await unwanted(collector, uid: uid)
        }
        return result
    }

    // MARK: - Objects

    private func difference(
        _ rendered: RenderedObject, of collector: ObjectKey
    ) async throws(KubeError) -> Difference {
        let wanted = rendered.object
        var result = Difference(type: rendered.type, key: wanted.key, wanted: wanted.json)
        guard let live = try await read(rendered.type, wanted.key) else { return result }
        result.live = live.json
        if let holder = Self.holder(of: live, besides: wanted, collector) {
            result.wanted = live.json
            result.notes.append("belongs to \(holder): the operator leaves it alone")
            return result
        }
        do throws(KubeError) {
            let preview = try await api.preview(
                rendered.type, wanted, fieldManager: Self.fieldManager, force: true)
            result.wanted = preview.json
        } catch {
            // Not a refusal of this object: nothing can be said.
            guard let code = error.status?.code else { throw error }
            result.wanted = Self.overlay(wanted.json, on: live.json)
            result.notes.append(
                code == 422
                    ? "cannot be changed as it is (\(error)): where a field is immutable, the operator makes the object anew"
                    : "compared by its rendered fields, as the API server gave no preview: \(error)")
        }
        return result
    }

    /// To whom an object belongs that is in the place of a rendered one; `nil` when the operator would take it.
    private static func holder(of live: KubeObject, besides wanted: KubeObject, _ collector: ObjectKey) -> String? {
        if let controller = live.controller {
            return controller.uid == wanted.controller?.uid ? nil : "\(controller.kind) \(controller.name)"
        }
        if live.namespace.isEmpty {
            if ClusterObjects.isOwned(live, by: collector) { return nil }
            return ClusterObjects.owner(of: live).map { "\(ResourceType.openTelemetryCollector.kind) \($0)" }
                ?? "somebody else"
        }
        let isOurs =
            live.label(managedBy.key) == managedBy.value && live.label(instance) == wanted.label(instance)
        return isOurs ? nil : "somebody else"
    }

    private static let managedBy = (key: "app.kubernetes.io/managed-by", value: "opentelemetry-operator")
    private static let instance = "app.kubernetes.io/instance"

    /// The live object with the rendered fields. Lists of the same length are compared element by element, so that the
    /// defaults in them make no difference.
    static func overlay(_ wanted: JSONValue, on live: JSONValue) -> JSONValue {
        switch (wanted, live) {
        case (.object(let wanted), .object(let live)):
            var result = live
            for member in wanted.members {
                result[member.key] = live[member.key].map { overlay(member.value, on: $0) } ?? member.value
            }
            return .object(result)
        case (.array(let wanted), .array(let live)) where wanted.count == live.count:
            return .array(zip(wanted, live).map { overlay($0, on: $1) })
        default: return wanted
        }
    }

    // MARK: - What would go

    /// What the collector owns and is not rendered. Older ConfigMaps stay for a while (`spec.configVersions`).
    private func unwanted(_ collector: RenderedCollector, uid: String) async throws(KubeError) -> [Difference] {
        let wanted = Set(collector.objects.map { "\($0.type) \($0.object.key)" })
        // None are rendered of a collector that is not managed, and then nothing goes.
        guard let value = collector.objects.lazy.compactMap({ $0.object.label(Self.instance) }).first else { return [] }
        var options = ListOptions()
        options.labelSelector =
            "\(Self.managedBy.key)=\(Self.managedBy.value),\(Self.instance)=\(value)"
        var result: [Difference] = []
        for type in types where type != .configMap && type.isNamespaced {
            let found: [KubeObject]
            do throws(KubeError) {
                found = try await api.listAll(type, namespace: collector.key.namespace, options: options).items
            } catch {
                // Not served, or not ours to see.
                if error.status?.isNotFound == true { continue }
                throw error
            }
            for object in found where object.controller?.uid == uid && !wanted.contains("\(type) \(object.key)") {
                result.append(Difference(type: type, key: object.key, live: object.json))
            }
        }
        return try await result + unwantedClusterObjects(collector, besides: wanted)
    }

    /// They have no owner reference, and names of their own.
    private func unwantedClusterObjects(
        _ collector: RenderedCollector, besides wanted: Set<String>
    ) async throws(KubeError) -> [Difference] {
        var result: [Difference] = []
        for (type, name) in ClusterObjects.references(of: collector.key) where types.contains(type) {
            let key = ObjectKey(name: name)
            if wanted.contains("\(type) \(key)") { continue }
            do throws(KubeError) {
                guard let live = try await read(type, key) else { continue }
                guard ClusterObjects.isOwned(live, by: collector.key), live.controller == nil else { continue }
                result.append(Difference(type: type, key: key, live: live.json))
            } catch {
                // Who may not see them can still compare the rest.
                guard error.status?.isForbidden == true else { throw error }
                result.append(Difference(type: type, key: key, notes: ["may be there, and would go: \(error)"]))
            }
        }
        return result
    }

    private func read(_ type: ResourceType, _ key: ObjectKey) async throws(KubeError) -> KubeObject? {
        do throws(KubeError) {
            return try await api.get(type, key)
        } catch {
            if error.status?.isNotFound == true { return nil }
            throw error
        }
    }
}
