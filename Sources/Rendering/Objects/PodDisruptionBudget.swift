import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// One pod at a time may be evicted, unless the user says otherwise.
    func podDisruptionBudget() -> RenderedPart {
        let type = ResourceType.podDisruptionBudget
        guard options.availableAPIs.serves(type) else {
            // Nobody asked for the default one, so its absence alarms nobody.
            return .missing(
                Finding(
                    spec.podDisruptionBudget == nil ? .information : .warning, .apiUnavailable,
                    "the cluster does not serve \(type.apiVersion): there is no PodDisruptionBudget", type: type))
        }
        var object = object(type, names.podDisruptionBudget)
        let budget = spec.podDisruptionBudget ?? ["maxUnavailable": 1]
        object["spec"] = .object(compacting: [
            "minAvailable": budget["minAvailable"], "maxUnavailable": budget["maxUnavailable"],
            "selector": ["matchLabels": selector],
        ])
        return RenderedPart(type, object)
    }
}
