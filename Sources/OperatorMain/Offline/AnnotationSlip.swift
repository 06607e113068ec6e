import Document
import Injection
import KubeModel
import Manifests
import OperatorAPI

/// The commonest slips of who writes annotations by hand: no pod is injected, and nothing else would say why.
enum AnnotationSlip {
    private static let keys = [AnnotationKey.prefix, AnnotationKey.sidecar, AnnotationKey.resourceAttributePrefix]

    /// Our annotations that are no text, for which the API server refuses the whole object: YAML reads `true` without
    /// quotes as a boolean.
    static func unquoted(in metadata: JSONValue?) -> [Finding] {
        var findings: [Finding] = []
        for member in metadata?["annotations"]?.objectValue ?? [:] {
            guard keys.contains(where: member.key.hasPrefix) else { continue }
            let found = "\(member.key) is \(member.value.kindDescription)"
            switch member.value {
            case .string, .null: continue
            case .bool, .number: findings.append(Finding(.refused, "\(found); put it in quotes"))
            case .array, .object: findings.append(Finding(.refused, "\(found), expected a string"))
            }
        }
        return findings
    }

    /// A request that stands on the workload, or on a CronJob's job template, in place of the pod template.
    static func misplaced(in workload: Workload) -> Finding? {
        if workload.kind == .pod { return nil }
        let isCronJob = workload.kind == .cronJob
        var places = [("the \(workload.kind.rawValue) itself", workload.object.json["metadata"])]
        if isCronJob {
            let metadata = workload.object.json[path: "spec", "jobTemplate", "metadata"]
            places.append(("the CronJob's spec.jobTemplate", metadata))
        }
        let template = isCronJob ? "spec.jobTemplate.spec.template" : "spec.template"
        for (place, metadata) in places {
            let keys = metadata?["annotations"]?.objectValue?.keys ?? []
            guard let key = keys.filter({ Injector.mayRequest([$0: ""]) }).sorted().first else { continue }
            return Finding(.notAsked, "\(key) is on \(place); it counts in \(template).metadata.annotations")
        }
        return nil
    }
}
