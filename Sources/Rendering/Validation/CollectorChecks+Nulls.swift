import Document
import OperatorAPI

extension CollectorChecks {
    /// Tools that merge documents take `null` for "remove this", and with it the component.
    var nullWarning: String? {
        let sections: [(name: String, content: JSONObject?)] = [
            ("receivers", config.receivers), ("exporters", config.exporters), ("processors", config.processors),
            ("extensions", config.extensions), ("connectors", config.connectors),
        ]
        let paths = sections.flatMap { Self.nulls(in: $0.content ?? [:], below: $0.name) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        if paths.isEmpty { return nil }
        return
            "Collector config spec.config has null objects: \(paths.joined(separator: ", ")). For compatibility with "
            + "other tooling, such as kustomize and kubectl edit, it is recommended to use empty objects e.g. batch: {}."
    }

    /// The members that are `null`, here and in the objects below; lists are not looked into.
    private static func nulls(in object: JSONObject, below path: String) -> [String] {
        object.flatMap { member -> [String] in
            let place = "\(path).\(member.key)"
            return switch member.value {
            case .null: ["\(place):"]
            case .object(let inner): nulls(in: inner, below: place)
            default: []
            }
        }
    }
}
