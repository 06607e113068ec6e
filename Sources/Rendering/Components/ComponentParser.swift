import Document
import OperatorAPI

/// What the operator knows of one type of component: where it listens, and what is added to its configuration.
protocol ComponentParser: Sendable {
    func ports(of component: Component) throws(FieldError) -> [ComponentPort]
    /// The configuration with its defaults; `nil` when the type has none and so nothing may change.
    func defaulted(_ component: Component) throws(FieldError) -> JSONValue?
    /// Where ``defaulted(_:)`` may leave settings of TLS servers, as the members that lead there.
    var tlsPaths: [[String]] { get }
    /// Variables that the component reads from the collector's environment.
    var environment: [EnvironmentVariable] { get }
}

extension ComponentParser {
    func defaulted(_ component: Component) throws(FieldError) -> JSONValue? { nil }
    var tlsPaths: [[String]] { [["tls"]] }
    var environment: [EnvironmentVariable] { [] }
}

/// A component that a pipeline or the service uses.
struct Component: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case receiver, exporter, processor, `extension`

        var section: String { rawValue + "s" }
    }

    var kind: Kind
    /// `type` or `type/name`.
    var id: String
    /// `nil` or `null` when the section has no configuration for it.
    var config: JSONValue?

    var type: String { ComponentID.type(of: id) }

    var path: String { "spec.config.\(kind.section).\(id)" }

    var parser: any ComponentParser {
        switch kind {
        case .receiver: ComponentTable.receivers[type] ?? ComponentTable.otherReceiver
        case .exporter: ComponentTable.exporters[type] ?? WithoutPorts()
        case .processor: WithoutPorts()
        case .extension: ComponentTable.extensions[type] ?? WithoutPorts()
        }
    }

    func reader() throws(FieldError) -> FieldReader { try FieldReader(config, at: path) }
}

/// A component that listens nowhere.
struct WithoutPorts: ComponentParser {
    var environment: [EnvironmentVariable] = []
    func ports(of component: Component) throws(FieldError) -> [ComponentPort] { [] }
}

extension CollectorConfig {
    /// The ids that pipelines (or, for extensions, the service) use, sorted.
    func enabledIDs(_ kind: Component.Kind) -> [String] {
        let pipelines = (service.pipelines ?? [:]).values.compactMap { $0 }
        let ids: [String] =
            switch kind {
            case .receiver: pipelines.flatMap { $0.receivers ?? [] }
            case .exporter: pipelines.flatMap { $0.exporters ?? [] }
            case .processor: pipelines.flatMap(\.processors)
            case .extension: service.extensions
            }
        return Set(ids).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The components that are used, sorted by id.
    func enabled(_ kind: Component.Kind) -> [Component] {
        enabledIDs(kind).map { Component(kind: kind, id: $0, config: self[kind]?[$0]) }
    }

    subscript(kind: Component.Kind) -> JSONObject? {
        get {
            switch kind {
            case .receiver: receivers
            case .exporter: exporters
            case .processor: processors
            case .extension: extensions
            }
        }
        set {
            switch kind {
            case .receiver: receivers = newValue
            case .exporter: exporters = newValue
            case .processor: processors = newValue
            case .extension: extensions = newValue
            }
        }
    }
}
