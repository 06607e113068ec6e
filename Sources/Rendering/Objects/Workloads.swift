import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// What runs the collector's pods; `nil` for a sidecar, which runs in the pods of others.
    func workload(_ pod: AdmittedPod) -> RenderedObject? {
        switch spec.mode {
        case .deployment: RenderedObject(type: .deployment, object: deployment(pod))
        case .statefulset: RenderedObject(type: .statefulSet, object: statefulSet(pod))
        case .daemonset: RenderedObject(type: .daemonSet, object: daemonSet(pod))
        case .sidecar: nil
        }
    }

    private func deployment(_ pod: AdmittedPod) -> KubeObject {
        var object = object(.deployment, names.workload)
        object["spec"] = .object(compacting: [
            "replicas": .int(spec.desiredReplicas),
            "selector": ["matchLabels": selector],
            "template": podTemplate(pod),
            "strategy": spec.deploymentUpdateStrategy,
        ])
        return object
    }

    private func statefulSet(_ pod: AdmittedPod) -> KubeObject {
        var object = object(.statefulSet, names.workload)
        object["spec"] = .object(compacting: [
            // The user's own is not made: it stands for a Service that is there.
            "serviceName": .string(spec.serviceName.isEmpty ? names.headlessService : spec.serviceName),
            "replicas": .int(spec.desiredReplicas),
            "podManagementPolicy": .string(spec.podManagementPolicy),
            "selector": ["matchLabels": selector],
            "template": podTemplate(pod),
            "volumeClaimTemplates": .unlessEmpty(spec.volumeClaimTemplates),
            "persistentVolumeClaimRetentionPolicy": spec.claimRetentionPolicy,
        ])
        return object
    }

    private func daemonSet(_ pod: AdmittedPod) -> KubeObject {
        var object = object(.daemonSet, names.workload)
        object["spec"] = .object(compacting: [
            "selector": ["matchLabels": selector],
            "template": podTemplate(pod),
            "updateStrategy": spec.daemonSetUpdateStrategy,
        ])
        return object
    }
}
