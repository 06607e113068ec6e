import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// Lets every pod reach the ports of the collector and no other; on unless the user switches it off.
    func networkPolicy() -> RenderedPart {
        if spec.isNetworkPolicyEnabled == false { return .nothing }
        let type = ResourceType.networkPolicy
        guard options.availableAPIs.serves(type) else {
            return .missing(
                Finding(
                    spec.isNetworkPolicyEnabled == nil ? .information : .warning, .apiUnavailable,
                    "the cluster does not serve \(type.apiVersion): there is no NetworkPolicy", type: type))
        }
        var object = object(type, names.networkPolicy)
        // With each port's own protocol: the reference says TCP always, which cuts off receivers on UDP.
        object["spec"] = [
            "podSelector": ["matchLabels": selector],
            "policyTypes": ["Ingress"],
            "ingress": [["ports": .array(ports.policy.map(\.json))]],
        ]
        return RenderedPart(type, object)
    }
}
