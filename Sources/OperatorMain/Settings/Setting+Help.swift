extension Setting {
    /// The flags as `run --help` lists them, each with its environment variable and its key in the configuration file.
    static var flagsHelp: String { flagsHelp(of: all, title: "FLAGS") }

    /// The same for a command that takes some of them.
    static func flagsHelp(of table: [Setting], title: String) -> String {
        var lines = [
            "\(title) (a flag wins over the environment, the environment over the file of --config-file):",
            "  --config-file <path>",
            "      YAML file with the keys named below.",
        ]
        for setting in table {
            guard let flag = setting.flag else { continue }
            let value =
                switch setting.kind {
                case .tree: ""
                case .boolean: "[=true|false]"
                case .integer: " <number>"
                case .text: " <text>"
                case .list: " <a,b,…>"
                case .patterns: " <pattern>"
                }
            lines.append("  --\(flag)\(value)")
            lines.append("      \(setting.help)")
            var sources: [String] = []
            if let name = setting.environment { sources.append("environment \(name)") }
            if let key = setting.fileKey { sources.append("file key \(key)") }
            if !sources.isEmpty { lines.append("      (\(sources.joined(separator: ", ")))") }
        }
        let keys = table.filter { $0.flag == nil }
        if !keys.isEmpty { lines += ["", "KEYS of the file that have no flag:"] }
        for setting in keys {
            if let key = setting.fileKey { lines += ["  \(key)", "      \(setting.help)", "      (file key \(key))"] }
        }
        return lines.joined(separator: "\n")
    }
}
