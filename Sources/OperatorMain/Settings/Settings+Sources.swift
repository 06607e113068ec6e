import Document

extension Settings {
    /// Defaults, overlaid by the configuration file, the environment and the flags, in this order.
    ///
    /// - Parameters:
    ///   - table: the settings that the subcommand has.
    ///   - command: the subcommand, to name in errors.
    ///   - arguments: the command line after the subcommand. Booleans may stand alone (`--metrics-secure`) or with a
    ///     value (`--metrics-secure=false`), as in the reference.
    ///   - environment: looks a variable up; `nil` when it is not set.
    ///   - readFile: reads the file of `--config-file`.
    static func resolved(
        _ table: [Setting] = Setting.all, for command: String = "run", arguments: [String],
        environment: (String) -> String?,
        readFile: (String) throws(SettingsError) -> [UInt8]
    ) throws(SettingsError) -> Settings {
        var flags = try Flags(arguments, of: table, for: command)
        var settings = Settings()
        if let path = flags.take("config-file") {
            try settings.apply(table, file: path, content: readFile(path))
        }
        for setting in table {
            guard let name = setting.environment, let text = environment(name) else { continue }
            let texts = setting.kind == .patterns ? list([text]) : [text]
            try settings.apply(setting, texts, from: "environment variable \(name)")
        }
        for setting in table {
            guard let flag = setting.flag, let texts = flags.takeAll(flag) else { continue }
            try settings.apply(setting, texts, from: "flag --\(flag)")
        }
        try FixedInstrumentation.complete(&settings)
        return settings
    }

    private mutating func apply(_ setting: Setting, _ texts: [String], from source: String) throws(SettingsError) {
        let last = texts.last ?? ""
        do throws(SettingsError) {
            switch setting.kind {
            case .boolean: try setting.apply(&self, .boolean(Self.boolean(last)))
            case .integer:
                guard let number = Int(last) else {
                    throw SettingsError(description: "expected a whole number, found \"\(last)\"")
                }
                try setting.apply(&self, .integer(number))
            case .text: try setting.apply(&self, .text(last))
            case .list: try setting.apply(&self, .list(Self.list(texts)))
            case .patterns: try setting.apply(&self, .list(texts.filter { !$0.isEmpty }))
            case .tree: throw SettingsError(description: "can be set in the file only")
            }
        } catch {
            throw SettingsError(description: "\(source): \(error.description)")
        }
        // Asked for is what differs from doing nothing.
        if setting.isIgnored, !["", "false"].contains(last.lowercased()) {
            notes.append("\(source): not supported by this version, ignored")
        }
    }

    private mutating func apply(
        _ table: [Setting], file path: String, content: [UInt8]
    ) throws(SettingsError) {
        let document: JSONValue
        do throws(DocumentError) {
            document = try YAML.parse(content)
        } catch {
            throw SettingsError(description: "file \(path): \(error.description)")
        }
        switch document {
        case .object, .null: break
        default: throw SettingsError(description: "file \(path): expected a map, found \(document.kindDescription)")
        }
        for setting in table {
            guard let key = setting.fileKey else { continue }
            var value: JSONValue? = document
            for part in key.split(separator: ".") { value = value?[String(part)] }
            guard let value, !value.isNull else { continue }
            let source = "file \(path), key \(key)"
            if setting.kind == .tree {
                do throws(SettingsError) {
                    try setting.apply(&self, .tree(value))
                } catch {
                    throw SettingsError(description: "\(source): \(error.description)")
                }
                continue
            }
            switch value {
            case .string(let text): try apply(setting, [text], from: source)
            case .bool(let flag): try apply(setting, [flag ? "true" : "false"], from: source)
            case .number(let number): try apply(setting, [number.text], from: source)
            case .array(let items) where setting.kind == .list || setting.kind == .patterns:
                let texts = items.compactMap(\.stringValue)
                guard texts.count == items.count else {
                    throw SettingsError(description: "\(source): expected a list of texts")
                }
                try apply(setting, texts, from: source)
            default:
                throw SettingsError(description: "\(source): expected a plain value, found \(value.kindDescription)")
            }
        }
    }

    /// The spellings that Go's `strconv.ParseBool` takes. Anything else is an error, never silently false.
    private static func boolean(_ text: String) throws(SettingsError) -> Bool {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: throw SettingsError(description: "expected true or false, found \"\(text)\"")
        }
    }

    private static func list(_ texts: [String]) -> [String] {
        texts.flatMap { $0.split(separator: ",") }
            .map { $0.drop { $0 == " " } }
            .map { String($0.reversed().drop { $0 == " " }.reversed()) }
            .filter { !$0.isEmpty }
    }
}

/// The command line's flags, each with what was given for it.
private struct Flags {
    private var values: [(name: String, text: String)] = []

    init(_ arguments: [String], of table: [Setting], for command: String) throws(SettingsError) {
        let known = Set(table.compactMap(\.flag)).union(["config-file"])
        let booleans = Set(table.filter { $0.kind == .boolean }.compactMap(\.flag))
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument.count > 2 else {
                throw SettingsError(
                    description: "unexpected argument \"\(argument)\"; see otel-operator \(command) --help")
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard known.contains(name) else {
                if Setting.all.contains(where: { $0.flag == name }) {
                    throw SettingsError(
                        description: "flag --\(name) of run changes nothing here; see otel-operator \(command) --help")
                }
                throw SettingsError(description: "unknown flag --\(name); see otel-operator \(command) --help")
            }
            if parts.count == 2 {
                values.append((name, String(parts[1])))
            } else if booleans.contains(name) {
                values.append((name, "true"))
            } else if let text = rest.popFirst() {
                values.append((name, text))
            } else {
                throw SettingsError(description: "flag --\(name) needs a value")
            }
        }
    }

    mutating func takeAll(_ name: String) -> [String]? {
        let found = values.filter { $0.name == name }.map(\.text)
        values.removeAll { $0.name == name }
        return found.isEmpty ? nil : found
    }

    mutating func take(_ name: String) -> String? { takeAll(name)?.last }
}
