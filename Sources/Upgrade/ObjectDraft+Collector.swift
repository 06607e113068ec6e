import Document
import OperatorAPI

/// The parts of a collector's resource that steps work on.
extension ObjectDraft {
    enum Section: String { case receivers, processors, exporters, extensions }

    /// Edits the configuration of each component of these types. A component without configuration has nothing to change.
    mutating func components(_ section: Section, of types: Set<String>, _ change: (inout ObjectDraft) -> Void) {
        edit(path: "spec", "config", section.rawValue) { components in
            for id in components.members.keys where types.contains(ComponentID.type(of: id)) {
                components.edit(id, change)
            }
        }
    }

    /// Whether a component of such a type is configured.
    func hasComponent(_ section: Section, where isWanted: (String) -> Bool) -> Bool {
        let config = members["spec"]?["config"]?[section.rawValue]?.objectValue
        return config?.keys.contains { isWanted(ComponentID.type(of: $0)) } ?? false
    }

    /// Replaces components in all pipelines.
    ///
    /// - Parameter replacement: for an id; `nil` takes the component out.
    mutating func pipelines(_ section: Section, _ replacement: (String) -> String?) {
        edit(path: "spec", "config", "service", "pipelines") { pipelines in
            for name in pipelines.members.keys {
                pipelines.edit(name) { $0.list(section.rawValue, replacement) }
            }
        }
    }

    private mutating func list(_ key: String, _ replacement: (String) -> String?) {
        guard has(key) else { return }
        guard let elements = members[key]?.arrayValue else { return leave(key, expected: "a list") }
        let replaced = elements.compactMap { element in
            element.stringValue.map { replacement($0).map(JSONValue.string) } ?? element
        }
        if replaced != elements { self[key] = .array(replaced) }
    }

    /// Takes command line arguments away and gives their values by name. Of old they were written with dashes, too.
    mutating func takeArguments(_ names: [String]) -> [String: JSONValue] {
        var taken: [String: JSONValue] = [:]
        edit(path: "spec", "args") { arguments in
            for name in names {
                // Without dashes it is what reached the collector.
                for spelling in ["--\(name)", name] {
                    guard let value = arguments.take(spelling) else { continue }
                    taken[name] = value
                }
            }
        }
        return taken
    }
}
