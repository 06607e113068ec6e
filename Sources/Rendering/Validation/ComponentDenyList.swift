import OperatorAPI

/// Types of components that must not be used where cryptography has to be FIPS 140 validated.
public struct ComponentDenyList: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        // In the order in which they are looked at.
        case receiver, exporter, processor, `extension`
    }

    private var types: [Kind: Set<String>] = [:]

    /// Nothing is forbidden.
    public static let none = ComponentDenyList()

    private init() {}

    /// - Parameter entries: `receiver.kafka`, `exporter.awsxray` and so on, a component's kind and type each.
    /// - Throws: the first entry that is none.
    public init(_ entries: [String]) throws(InvalidEntry) {
        for entry in entries {
            let parts = entry.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), !parts[1].isEmpty else {
                throw InvalidEntry(entry: entry)
            }
            types[kind, default: []].insert(String(parts[1]))
        }
    }

    public var isEmpty: Bool { types.isEmpty }

    /// What was forbidden cannot be understood.
    public struct InvalidEntry: Error, Equatable, CustomStringConvertible {
        public var entry: String

        public var description: String {
            let kinds = Kind.allCases.map { "\($0.rawValue).TYPE" }.joined(separator: ", ")
            return "expected one of \(kinds), found \"\(entry)\""
        }
    }

    /// The forbidden types among the components that are used, one for each kind at most.
    func violations(in config: CollectorConfig) -> [String] {
        let pipelines = (config.service.pipelines ?? [:]).values.compactMap { $0 }
        return Kind.allCases.compactMap { kind in
            guard let forbidden = types[kind] else { return nil }
            let ids: [String] =
                switch kind {
                case .receiver: pipelines.flatMap { $0.receivers ?? [] }
                case .exporter: pipelines.flatMap { $0.exporters ?? [] }
                case .processor: pipelines.flatMap(\.processors)
                case .extension: config.service.extensions
                }
            return ids.map { ComponentID.type(of: $0) }.filter(forbidden.contains).min()
        }
    }
}

extension CollectorChecks {
    func componentsAreAllowed() throws(CollectorRefusal) {
        let violations = forbidden.violations(in: config)
        if violations.isEmpty { return }
        throw CollectorRefusal(
            "the collector configuration contains not FIPS compliant components: [\(violations.joined(separator: " "))]. "
                + "Please remove it from the config")
    }
}
