import Document
public import KubeModel

/// Which types the API server serves, of those that were asked about.
///
/// A value: ask again when CRDs change.
///
/// Source: Kubernetes "The Kubernetes API", "Discovery API" (the unaggregated form, which every version has).
public struct Discovery: Sendable, Equatable {
    /// The kinds of each group and version that was asked about and is served, by their plural names.
    private var kinds: [GroupVersion: [String: String]]
    /// The served versions of every group, the preferred one first.
    private var versions: [String: [String]]

    /// Those that did not say what they serve.
    private var silent: Set<GroupVersion> = []

    private struct GroupVersion: Hashable {
        var group: String
        var version: String
    }

    /// Whether this type is served in this version, with the kind that it is expected to have.
    public func serves(_ type: ResourceType) -> Bool {
        kinds[GroupVersion(group: type.group, version: type.version)]?[type.plural] == type.kind
    }

    /// Whether it could not be found out if this type is served: its group and version is there, but gave no answer.
    public func isUnknown(_ type: ResourceType) -> Bool {
        silent.contains(GroupVersion(group: type.group, version: type.version))
    }

    /// Whether the group is served in any version.
    public func serves(group: String) -> Bool { versions[group] != nil }

    /// The served versions of a group, the one first that the server prefers.
    public func versions(of group: String) -> [String] { versions[group] ?? [] }

    /// A discovery with these types, for tests and for rendering without a cluster.
    public init(serving types: [ResourceType] = []) {
        kinds = [:]
        versions = [:]
        for type in types {
            kinds[GroupVersion(group: type.group, version: type.version), default: [:]][type.plural] = type.kind
            if !versions[type.group, default: []].contains(type.version) {
                versions[type.group, default: []].append(type.version)
            }
        }
    }

    /// - Parameter core: the answer of `/api`; `groups`: the answer of `/apis`.
    init(core: JSONValue, groups: JSONValue) {
        kinds = [:]
        versions = ["": (core["versions"]?.arrayValue ?? []).compactMap(\.stringValue)]
        for group in groups["groups"]?.arrayValue ?? [] {
            guard let name = group["name"]?.stringValue else { continue }
            let served = (group["versions"]?.arrayValue ?? []).compactMap { $0["version"]?.stringValue }
            let preferred = group[path: "preferredVersion", "version"]?.stringValue
            versions[name] = served.filter { $0 == preferred } + served.filter { $0 != preferred }
        }
    }

    /// - Parameter resources: the answer of `/apis/group/version` or `/api/v1`.
    mutating func add(_ resources: JSONValue, group: String, version: String) {
        var plurals: [String: String] = [:]
        for resource in resources["resources"]?.arrayValue ?? [] {
            // `deployments/status` is a part of a type.
            guard let name = resource["name"]?.stringValue, !name.contains("/"),
                let kind = resource["kind"]?.stringValue
            else { continue }
            plurals[name] = kind
        }
        kinds[GroupVersion(group: group, version: version)] = plurals
    }

    mutating func addSilent(group: String, version: String) {
        silent.insert(GroupVersion(group: group, version: version))
    }
}

extension KubeAPI {
    /// Finds out which of these types the server serves: two requests, and one for each of their groups and versions that
    /// exist.
    ///
    /// A group version that disappears in between counts as not served. One whose own server fails, as that of an
    /// aggregated API may, is unknown, and does not keep the others from being found.
    public func discover(_ types: some Sequence<ResourceType>) async throws(KubeError) -> Discovery {
        var discovery = Discovery(core: try await raw("/api"), groups: try await raw("/apis"))
        var asked: Set<String> = []
        for type in types where asked.insert(type.apiVersion).inserted {
            guard discovery.versions(of: type.group).contains(type.version) else { continue }
            let path = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.group)/\(type.version)"
            do throws(KubeError) {
                discovery.add(try await raw(path), group: type.group, version: type.version)
            } catch {
                if error == .cancelled || Task.isCancelled { throw error }
                if error.status?.isNotFound == true { continue }
                discovery.addSilent(group: type.group, version: type.version)
            }
        }
        return discovery
    }
}
