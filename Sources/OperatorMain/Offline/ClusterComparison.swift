import Document
import KubeClient
import KubeModel
import Manifests
import Rendering

/// Compares rendered objects with those of a cluster: what would change if the operator applied them now. Nothing is
/// written.
///
/// Expected flow, for each object: read it → let the API server tell what an apply would make of it (a dry run) → compare.
/// Then the objects that the collector owns and no longer wants are looked for.
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
            let name = TextTable.printable("\(type.kind) \(key.name) in namespace \(key.namespace)")
            func yaml(_ object: JSONValue?) -> String { Self.shown(object).map { YAML.serialized($0) } ?? "" }
            return UnifiedDiff(from: yaml(live), to: yaml(wanted)).text(
                title: name, old: live == nil ? "/dev/null" : "cluster", new: wanted == nil ? "/dev/null" : "rendered",
                isColored: isColored)
        }
    }

    /// The uids of the collectors that the cluster has.
    func uids(of keys: [ObjectKey]) async throws(KubeError) -> [ObjectKey: String] {
        var result: [ObjectKey: String] = [:]
        for key in keys {
            if let stored = try await read(.openTelemetryCollector, key) { result[key] = stored.uid }
        }
        return result
    }

    func differences(_ collectors: [RenderedCollector], uids: [ObjectKey: String]) async throws(KubeError)
        -> [Difference]
    {
        var result: [Difference] = []
        for collector in collectors where !collector.isRejected {
            for object in collector.objects { result.append(try await difference(object)) }
            guard let uid = uids[collector.key] else { continue }
            result += try await unwanted(collector, uid: uid)
        }
        return result
    }

    // MARK: - Objects

    private func difference(_ rendered: RenderedObject) async throws(KubeError) -> Difference {
        let wanted = rendered.object
        var result = Difference(type: rendered.type, key: wanted.key, wanted: wanted.json)
        guard let live = try await read(rendered.type, wanted.key) else { return result }
        result.live = live.json
        if let controller = live.controller, controller.uid != wanted.controller?.uid {
            result.wanted = live.json
            result.notes.append("belongs to \(controller.kind) \(controller.name): the operator leaves it alone")
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
        let instance = "app.kubernetes.io/instance"
        guard let value = collector.objects.lazy.compactMap({ $0.object.label(instance) }).first else { return [] }
        var options = ListOptions()
        options.labelSelector = "app.kubernetes.io/managed-by=opentelemetry-operator,\(instance)=\(value)"
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
