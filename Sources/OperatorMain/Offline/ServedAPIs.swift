import KubeModel
import Rendering

/// What a cluster serves, as a command line says it.
struct ServedAPIs: Equatable {
    /// `group/version`, or `v1` for the core group. `nil` for a cluster that serves everything.
    private var versions: Set<String>?
    /// `group/version/Kind`, where the kinds were named, too.
    private var kinds: Set<String> = []

    static let all = ServedAPIs()

    private init() {}

    /// - Parameters:
    ///   - entries: each one API, several with commas between them, or a file with one a line, as
    ///     `kubectl api-versions` prints them and `helm template --api-versions` takes them.
    ///   - readFile: gives a file's content.
    /// - Throws: for what is no API, and when none is named: from a cluster that could not be asked comes an empty file,
    ///   and nothing served is not what it says.
    init(_ entries: [String], readFile: (String) throws(SettingsError) -> [UInt8]) throws(SettingsError) {
        versions = []
        for entry in entries.flatMap({ $0.split(separator: ",").map(String.init) }) where !entry.isEmpty {
            if add(entry) { continue }
            let content: String
            do throws(SettingsError) {
                content = String(decoding: try readFile(entry), as: UTF8.self)
            } catch {
                throw SettingsError(
                    description:
                        "--api-versions: \"\(entry)\" is no API version, such as apps/v1, and no file that can "
                        + "be read: \(error)")
            }
            var hasName = false
            for (index, line) in content.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let text = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
                let name = text.filter { !$0.isWhitespace }
                if name.isEmpty { continue }
                hasName = true
                guard add(name) else {
                    throw SettingsError(
                        description: "--api-versions: \(entry):\(index + 1) is no API version, such as apps/v1")
                }
            }
            guard hasName else {
                throw SettingsError(
                    description:
                        "--api-versions: \(entry) names no API; it is to hold the output of kubectl api-versions")
            }
        }
        if versions?.isEmpty == true {
            throw SettingsError(description: "--api-versions names no API, such as apps/v1, and no file")
        }
    }

    /// - Returns: whether it is one.
    private mutating func add(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty }), (1...3).contains(parts.count) else { return false }
        // `v1`, `group/v1`, `v1/Pod`, `group/v1/Kind`.
        guard let place = parts.firstIndex(where: Self.isVersion), place <= 1, parts.count - place <= 2 else {
            return false
        }
        versions?.insert(parts[...place].joined(separator: "/"))
        if place + 1 < parts.count { kinds.insert(text) }
        return true
    }

    /// Source: Kubernetes, "API versioning": `v1`, `v2beta1`, `v1alpha3`.
    private static func isVersion(_ text: String) -> Bool {
        var rest = text[...]
        func takeNumber() -> Bool {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            return !digits.isEmpty
        }
        guard rest.popFirst() == "v", takeNumber() else { return false }
        if rest.isEmpty { return true }
        for word in ["alpha", "beta"] where rest.hasPrefix(word) {
            rest = rest.dropFirst(word.count)
            return takeNumber() && rest.isEmpty
        }
        return false
    }

    func serves(_ type: ResourceType) -> Bool {
        guard let versions else { return true }
        guard versions.contains(type.apiVersion) else { return false }
        let named = kinds.filter { $0.hasPrefix(type.apiVersion + "/") }
        return named.isEmpty || named.contains("\(type.apiVersion)/\(type.kind)")
    }

    /// - Parameter version: of the cluster, when it is known: what came with a later one is not served.
    func available(in version: KubernetesVersion?) -> AvailableAPIs {
        AvailableAPIs(
            AvailableAPIs.optional.filter { type in
                guard serves(type) else { return false }
                // Whoever names the APIs knows better.
                guard versions == nil, let version, let since = Self.since[type] else { return true }
                return version >= since
            })
    }

    /// Since when Kubernetes has what is its own.
    ///
    /// Source: Kubernetes, "Deprecated API Migration Guide" and the release notes.
    private static let since: [ResourceType: KubernetesVersion] = [
        .podDisruptionBudget: KubernetesVersion(major: 1, minor: 21),
        .horizontalPodAutoscaler: KubernetesVersion(major: 1, minor: 23),
    ]
}
