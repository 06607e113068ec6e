import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    func deployment() -> KubeObject {
        var object = object(.deployment, names.workload)
        object["spec"] = .object(compacting: [
            "replicas": .int(spec.desiredReplicas),
            "selector": ["matchLabels": selector],
            "template": podTemplate(),
            "strategy": spec.deploymentUpdateStrategy,
        ])
        return object
    }
}
