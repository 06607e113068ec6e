import Document
import OperatorAPI

/// What one component may have to read or write in the Kubernetes API, as far as its configuration tells.
struct ComponentAccess: Sendable, Equatable {
    var rules: [AccessRule] = []
    /// What the rules leave out, each completing "the component …", for the author of the configuration.
    var remarks: [String] = []

    var isNone: Bool { rules.isEmpty && remarks.isEmpty }

    /// The component's part in `spec.config`, for those types that use the Kubernetes API.
    static func of(_ component: Component) throws(FieldError) -> ComponentAccess {
        let table: [String: Entry] =
            switch component.kind {
            case .receiver: ReceiverAccess.table
            case .processor: ProcessorAccess.table
            case .extension: ExtensionAccess.table
            case .exporter: [:]
            }
        guard let entry = table[component.type] else { return ComponentAccess() }
        if let config = component.config, config.isExpanded {
            return ComponentAccess(remarks: [
                "has a configuration that only the collector knows: what it needs is not granted"
            ])
        }
        return try entry(try component.reader())
    }

    typealias Entry = @Sendable (FieldReader) throws(FieldError) -> ComponentAccess

    /// Says that a part of the configuration stands in a variable, so that the operator cannot tell what it needs.
    mutating func leaveOpen(_ path: String) {
        remarks.append("takes \(path) from where only the collector sees it: what that needs is not granted")
    }
}

extension AccessRule {
    static let read = ["get", "list", "watch"]

    static func core(_ resources: String..., verbs: [String]) -> AccessRule {
        AccessRule(apiGroups: [""], resources: resources, verbs: verbs)
    }
}

extension JSONValue {
    /// Whether the collector will put something else in its place: `${env:LABELS}`.
    ///
    /// Source: OpenTelemetry Collector, "Configuration", environment variables and config providers.
    var isExpanded: Bool { stringValue?.contains("${") == true }
}

extension FieldReader {
    /// The strings of a list. What the collector expands is left out, and said.
    func strings(_ key: String, _ access: inout ComponentAccess) throws(FieldError) -> [String] {
        if isOpen(key, &access) { return [] }
        let texts = try strings(key)
        if texts.contains(where: { $0.contains("${") }) { access.leaveOpen("\(path).\(key)") }
        return texts.filter { !$0.contains("${") }
    }

    /// A flag; `nil` when absent, or expanded by the collector, and then that is said.
    func flag(_ key: String, _ access: inout ComponentAccess) throws(FieldError) -> Bool? {
        isOpen(key, &access) ? nil : try bool(key)
    }

    /// A text, `nil` when absent, or expanded by the collector, and then that is said.
    func text(_ key: String, _ access: inout ComponentAccess) throws(FieldError) -> String? {
        isOpen(key, &access) ? nil : try string(key)
    }

    func isExpanded(_ key: String) -> Bool { object[key]?.isExpanded == true }

    /// Whether the collector will put something else in place of a member; says so.
    func isOpen(_ key: String, _ access: inout ComponentAccess) -> Bool {
        guard isExpanded(key) else { return false }
        access.leaveOpen("\(path).\(key)")
        return true
    }
}
