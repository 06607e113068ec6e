import Document

/// One setting: where it may be given, and what giving it changes.
///
/// Source: the names are those of opentelemetry-operator v0.158, so that its Deployments and Helm values keep working.
struct Setting: Sendable {
    enum Kind: Sendable {
        case boolean
        case integer
        case text
        /// Comma separated; a repeated flag adds.
        case list
        /// Like a list, but only in the environment a comma separates: it may stand in a regular expression.
        case patterns
        /// Anything, as the file has it; in the file only.
        case tree
    }

    /// Without the dashes. `nil` when there is no flag.
    var flag: String?
    var environment: String?
    /// Dots lead into nested maps.
    var fileKey: String?
    var kind: Kind
    var help: String
    /// A setting of the reference that this version takes and does nothing with.
    var isIgnored = false
    var apply: @Sendable (inout Settings, Value) throws(SettingsError) -> Void

    enum Value: Sendable {
        case boolean(Bool)
        case integer(Int)
        case text(String)
        case list([String])
        case tree(JSONValue)
    }
}

extension Setting {
    static func boolean(
        _ flag: String?, env: String?, file: String?, _ help: String,
        _ path: @escaping @Sendable (inout Settings, Bool) -> Void
    ) -> Setting {
        Setting(flag: flag, environment: env, fileKey: file, kind: .boolean, help: help) {
            (settings, value) throws(SettingsError) in
            if case .boolean(let value) = value { path(&settings, value) }
        }
    }

    static func integer(
        _ flag: String?, env: String?, file: String?, _ help: String,
        _ path: @escaping @Sendable (inout Settings, Int) throws(SettingsError) -> Void
    ) -> Setting {
        Setting(flag: flag, environment: env, fileKey: file, kind: .integer, help: help) {
            (settings, value) throws(SettingsError) in
            if case .integer(let value) = value { try path(&settings, value) }
        }
    }

    static func text(
        _ flag: String?, env: String?, file: String?, _ help: String,
        _ path: @escaping @Sendable (inout Settings, String) throws(SettingsError) -> Void
    ) -> Setting {
        Setting(flag: flag, environment: env, fileKey: file, kind: .text, help: help) {
            (settings, value) throws(SettingsError) in
            if case .text(let value) = value { try path(&settings, value) }
        }
    }

    static func list(
        _ flag: String?, env: String?, file: String?, _ help: String,
        _ path: @escaping @Sendable (inout Settings, [String]) throws(SettingsError) -> Void
    ) -> Setting {
        Setting(flag: flag, environment: env, fileKey: file, kind: .list, help: help) {
            (settings, value) throws(SettingsError) in
            if case .list(let value) = value { try path(&settings, value) }
        }
    }

    /// - Parameter file: there is neither a flag nor a variable.
    static func tree(
        file: String, _ help: String,
        _ path: @escaping @Sendable (inout Settings, JSONValue) throws(SettingsError) -> Void
    ) -> Setting {
        Setting(flag: nil, environment: nil, fileKey: file, kind: .tree, help: help) {
            (settings, value) throws(SettingsError) in
            if case .tree(let value) = value { try path(&settings, value) }
        }
    }

    static func patterns(
        _ flag: String?, env: String?, file: String?, _ help: String,
        _ path: @escaping @Sendable (inout Settings, [String]) -> Void
    ) -> Setting {
        Setting(flag: flag, environment: env, fileKey: file, kind: .patterns, help: help) {
            (settings, value) throws(SettingsError) in
            if case .list(let value) = value { path(&settings, value) }
        }
    }

    /// Known to the reference, without an effect here: a warning at start says so.
    static func ignored(_ kind: Kind, _ flag: String, env: String?, file: String?, _ help: String) -> Setting {
        Setting(
            flag: flag, environment: env, fileKey: file, kind: kind,
            help: "\(help) Not supported by this version, ignored.", isIgnored: true
        ) { (_, _) throws(SettingsError) in }
    }

    /// One of the raw values of an enumeration.
    static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ flag: String?, env: String? = nil, file: String? = nil, _ help: String, of _: Choice.Type,
        _ path: @escaping @Sendable (inout Settings, Choice) -> Void
    ) -> Setting where Choice.RawValue == String {
        text(flag, env: env, file: file, help) { (settings, value) throws(SettingsError) in
            guard let choice = Choice(rawValue: value) else {
                let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsError(description: "expected one of \(known), found \"\(value)\"")
            }
            path(&settings, choice)
        }
    }
}

/// Which family of PodMonitor and ServiceMonitor the operator creates.
enum MonitorAPIChoice: String, CaseIterable, Sendable { case auto, azmonitoring, coreos, none }
