public import Document

/// One rule of a ClusterRole: verbs on resources of some API groups, or on paths that are no resources.
///
/// Source: rbac.authorization.k8s.io/v1 `PolicyRule`.
public struct AccessRule: Hashable, Sendable {
    /// The core group is empty text.
    public var apiGroups: [String]
    /// `nodes`, or a part of one: `nodes/stats`.
    public var resources: [String]
    /// Paths of the API server that are no resources: `/metrics`. A rule with these needs neither groups nor resources.
    public var nonResourceURLs: [String]
    /// In lower case: `get`, `list`, `watch`; `get` alone for paths. Each holds for every resource and path of the rule.
    public var verbs: [String]

    public init(
        apiGroups: [String] = [], resources: [String] = [], nonResourceURLs: [String] = [], verbs: [String]
    ) {
        self.apiGroups = apiGroups
        self.resources = resources
        self.nonResourceURLs = nonResourceURLs
        self.verbs = verbs
    }

    public var json: JSONValue {
        .object(compacting: [
            "apiGroups": .unlessEmpty(apiGroups.map(JSONValue.string)),
            "resources": .unlessEmpty(resources.map(JSONValue.string)),
            "nonResourceURLs": .unlessEmpty(nonResourceURLs.map(JSONValue.string)),
            "verbs": .strings(verbs),
        ])
    }

    /// The same in rules of one verb and one resource or path each: what the API server can be asked about.
    public var single: [AccessRule] {
        verbs.flatMap { verb in
            apiGroups.flatMap { group in
                resources.map { AccessRule(apiGroups: [group], resources: [$0], verbs: [verb]) }
            } + nonResourceURLs.map { AccessRule(nonResourceURLs: [$0], verbs: [verb]) }
        }
    }
}

extension AccessRule: Comparable {
    public static func < (left: AccessRule, right: AccessRule) -> Bool {
        let pairs = [
            (left.apiGroups, right.apiGroups), (left.resources, right.resources),
            (left.nonResourceURLs, right.nonResourceURLs), (left.verbs, right.verbs),
        ]
        for (mine, other) in pairs where mine != other { return mine.lexicographicallyPrecedes(other) }
        return false
    }
}

extension AccessRule {
    /// What a user lacks, a sentence for each resource or path, sorted:
    /// `missing the following rules for alice - apps/deployments: [get,list]`.
    ///
    /// The core group is left out; a path is `nonResourceURL: /metrics`. No line breaks: the sentences go into warnings.
    ///
    /// Source: opentelemetry-operator v0.158, warnings about access.
    public static func missing(_ rules: [AccessRule], for user: String) -> [String] {
        var verbs: [String: Set<String>] = [:]
        for rule in rules.flatMap(\.single) { verbs[rule.subject, default: []].formUnion(rule.verbs) }
        return verbs.map { subject, verbs in
            "missing the following rules for \(user) - \(subject): [\(verbs.sorted().joined(separator: ","))]"
        }.sorted()
    }

    /// What a single rule is about.
    private var subject: String {
        if let path = nonResourceURLs.first { return "nonResourceURL: \(path)" }
        return (apiGroups + resources).filter { !$0.isEmpty }.joined(separator: "/")
    }
}
