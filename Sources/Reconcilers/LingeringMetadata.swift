import Document
import KubeModel

/// Keeps the labels and annotations that have left a collector on the objects that have them, as the reference does:
/// it merges what is wanted into what is there. Taking one out of a collector so rolls no pod.
///
/// Only what we set ourselves is kept by us; what others set is theirs to remove. The marks that tell Prometheus to scrape
/// a pod go when they are no longer wanted, as far as they were the operator's.
///
/// Source: opentelemetry-operator v0.158, mutation of existing objects.
enum LingeringMetadata {
    private static let pods = ["spec", "template", "metadata"]
    private static let scrapeMarker = "operator.opentelemetry.io/prometheus-annotations-added"
    private static let scrapeMarks: Set<String> = [
        "prometheus.io/scrape", "prometheus.io/port", "prometheus.io/path", scrapeMarker,
    ]

    /// The object that is wanted with what lingers on the live one.
    static func kept(of live: KubeObject, in desired: KubeObject, type: ResourceType, manager: String) -> KubeObject {
        let places = places(of: type)
        guard !places.isEmpty,
            let owned = live.managedFields.first(where: {
                $0.manager == manager && $0.operation == "Apply" && $0.subresource.isEmpty
            })
        else { return desired }
        var result = desired
        for place in places {
            let names = keys(ownedAt: place, in: owned.fields)
            if names.isEmpty { continue }
            let present = value(at: place, in: live.json)
            let wanted = value(at: place, in: desired.json)
            let isMarked = place.last == "annotations" && present?[scrapeMarker] != nil
            for name in names where wanted?[name] == nil {
                if isMarked, scrapeMarks.contains(name) { continue }
                guard let left = present?[name] else { continue }
                set(left, named: name, at: place[...], in: &result.json)
            }
        }
        return result
    }

    private static func places(of type: ResourceType) -> [[String]] {
        let own = [["metadata", "labels"], ["metadata", "annotations"]]
        switch (type.group, type.kind) {
        case ("", "ServiceAccount"): return [["metadata", "annotations"]]
        case ("", _), ("networking.k8s.io", "Ingress"): return own
        case ("apps", _): return own + [pods + ["labels"], pods + ["annotations"]]
        default: return []
        }
    }

    private static func keys(ownedAt place: [String], in fields: JSONValue) -> [String] {
        var fields: JSONValue? = fields
        for step in place { fields = fields?["f:\(step)"] }
        return (fields?.objectValue ?? [:]).compactMap { member in
            if case .field(let name) = FieldStep(member.key) { name } else { nil }
        }
    }

    private static func value(at place: [String], in json: JSONValue) -> JSONValue? {
        var value: JSONValue? = json
        for step in place { value = value?[step] }
        return value
    }

    private static func set(
        _ value: JSONValue, named name: String, at place: ArraySlice<String>, in json: inout JSONValue
    ) {
        guard let step = place.first else {
            json[name] = value
            return
        }
        var below = json[step] ?? [:]
        if below == .null { below = [:] }
        set(value, named: name, at: place.dropFirst(), in: &below)
        json[step] = below
    }
}
