import Document
import KubeModel

/// A model of what an API server makes of an apply: defaults, canonical forms and the record of the applied fields, for the
/// few types that the tests use.
///
/// Source: Kubernetes "Server-Side Apply", and what version 1.20 was seen to do: empty objects leave no record; `false`,
/// `""` and `[]` are recorded, and not stored.
enum ApplyModel {
    private enum ListType {
        case atomic, set
        case map([String])
    }

    static func live(
        _ desired: KubeObject, manager: String, uid: String, resourceVersion: String, generation: Int
    ) -> KubeObject {
        var json = stored(desired.json, "") ?? [:]
        var metadata = json["metadata"] ?? [:]
        metadata["uid"] = .string(uid)
        metadata["resourceVersion"] = .string(resourceVersion)
        metadata["creationTimestamp"] = "2026-01-31T08:05:09Z"
        if generation > 0 { metadata["generation"] = .int(generation) }
        metadata["managedFields"] = [
            [
                "manager": .string(manager), "operation": "Apply", "apiVersion": .string(desired.apiVersion),
                "fieldsType": "FieldsV1", "fieldsV1": fields(of: desired),
            ],
            [
                "manager": "kube-controller-manager", "operation": "Update", "apiVersion": .string(desired.apiVersion),
                "fieldsV1": ["f:status": ["f:replicas": [:]]],
            ],
        ]
        json["metadata"] = metadata
        json["status"] = ["replicas": 1]
        return KubeObject(json)
    }

    // MARK: - The record

    static func fields(of desired: KubeObject) -> JSONValue {
        var json = desired.json
        json["apiVersion"] = nil
        json["kind"] = nil
        for key in ["name", "namespace", "uid"] { json["metadata"]?[key] = nil }
        return fields(json, "") ?? [:]
    }

    private static func fields(_ value: JSONValue, _ key: String) -> JSONValue? {
        switch value {
        case .null: return nil
        case .object(let object):
            if isAtomic(key) { return [:] }
            let members = object.compactMap { member in
                fields(member.value, member.key).map { JSONObject.Member(key: "f:\(member.key)", value: $0) }
            }
            return members.isEmpty ? nil : .object(JSONObject(members: members))
        case .array(let elements):
            var record: JSONObject = [:]
            switch listType(key, elements) {
            case .atomic: return [:]
            case .set: for element in elements { record["v:\(element.serializedString())"] = [:] }
            case .map(let keys):
                if elements.isEmpty { return nil }
                for element in elements {
                    let name = JSONObject(
                        members: keys.map { .init(key: $0, value: element[$0] ?? "TCP") })
                    var below = fields(element, "")?.objectValue ?? [:]
                    below["."] = [:]
                    record["k:\(JSONValue.object(name).serializedString())"] = .object(below)
                }
            }
            return .object(record)
        default: return [:]
        }
    }

    private static func listType(_ key: String, _ elements: [JSONValue]) -> ListType {
        switch key {
        case "containers", "env", "volumes": .map(["name"])
        case "ports": .map([elements.first?["containerPort"] == nil ? "port" : "containerPort", "protocol"])
        case "volumeMounts": .map(["mountPath"])
        case "ownerReferences": .map(["uid"])
        case "finalizers": .set
        default: .atomic
        }
    }

    private static func isAtomic(_ key: String) -> Bool { ["selector", "nodeSelector"].contains(key) }

    // MARK: - What is stored

    private static func stored(_ value: JSONValue, _ key: String) -> JSONValue? {
        switch value {
        case .null: return nil
        case .bool(let flag) where !flag: return nil
        case .array(let elements):
            if elements.isEmpty { return nil }
            // Members without content are left out, elements are not.
            return .array(elements.compactMap { $0 == "" ? $0 : stored(defaulted($0, in: key), "") })
        case .object(let object):
            if ["labels", "annotations", "matchLabels", "data"].contains(key) { return object.isEmpty ? nil : value }
            let members = object.compactMap { member -> JSONObject.Member? in
                let stored =
                    ["limits", "requests"].contains(key)
                    ? canonical(member.value) : stored(member.value, member.key)
                return stored.map { .init(key: member.key, value: $0) }
            }
            return .object(JSONObject(members: members))
        case .string(let text): return text.isEmpty ? nil : value
        default: return value
        }
    }

    private static func defaulted(_ element: JSONValue, in key: String) -> JSONValue {
        var element = element
        switch key {
        case "containers":
            element["imagePullPolicy"] = element["imagePullPolicy"] ?? "IfNotPresent"
            element["terminationMessagePath"] = "/dev/termination-log"
        case "ports": element["protocol"] = element["protocol"] ?? "TCP"
        case "env":
            if element[path: "valueFrom", "fieldRef"] != nil {
                element["valueFrom"]?["fieldRef"]?["apiVersion"] = "v1"
            }
        default: break
        }
        return element
    }

    private static func canonical(_ value: JSONValue) -> JSONValue {
        let forms = ["1000m": "1", "0.5": "500m", "1024Mi": "1Gi", "1.5Gi": "1536Mi"]
        let text = value.stringValue ?? value.serializedString()
        return .string(forms[text] ?? text)
    }
}
