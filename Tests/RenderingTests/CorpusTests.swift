import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

/// Compares with what the reference rendered for recorded resources.
@Suite("Recorded collectors")
struct CorpusTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let json: JSONValue
        var testDescription: String { name }
    }

    static let folder = packageRoot().appending(path: "../shared/corpus/collectors")

    /// The recordings are not part of the package; where they are, each can be read.
    static let areThere = FileManager.default.fileExists(atPath: folder.path)

    private static let read = Result {
        guard areThere else { return [Case]() }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") }.sorted()
            .map { Case(name: String($0.dropLast(5)), json: try recorded($0)) }
    }

    static func cases() throws -> [Case] { try read.get() }

    static func recorded(_ name: String) throws -> JSONValue {
        try YAML.parse(try Data(contentsOf: folder.appending(path: name)))
    }

    /// What we make and the reference does not.
    static let ours: Set<String> = ["azmonitoring.coreos.com"]

    /// Differences that are meant, and the cases that show them. Any other one is a mistake.
    private static let explained: [(cases: Set<String>, kind: String, text: String)] = [
        // The reference's NetworkPolicy says TCP for every port, which shuts out UDP receivers.
        (
            ["002", "013", "016", "022", "023", "025", "028", "030", "039", "044"], "NetworkPolicy",
            #""UDP" instead of "TCP""#
        ),
        // It opens a declared port's own number, and shuts out the target that the Service leads to.
        (
            ["003", "010", "011", "023", "039", "044"], "NetworkPolicy",
            #"{"protocol":"TCP","port":14317} instead of nothing"#
        ),
        // Its autoscaler cuts the name of what is scaled, which then does not exist.
        (["032", "036", "039", "041"], "HorizontalPodAutoscaler", "spec.scaleTargetRef.name"),
        // Its Ingress leads to a UDP port, where no HTTP is.
        (["039"], "Ingress", "port-6831.otel.example"),
        // Names that are cut: the recording looked for whole ones.
        (["004", "006", "015", "037", "039", "042"], "ClusterRole", ": not in the recording"),
    ]

    static func isExplained(_ difference: String, in name: String) -> Bool {
        // Wherever there are rules: says whose a cluster-scoped object is.
        if difference.contains("metadata.annotations.\(CollectorAnnotationKey.owner): ") { return true }
        // None of the collector's own labels, by which other ClusterRoles could take its rules.
        if difference.hasPrefix("ClusterRole"), difference.contains(".metadata.labels.team: nothing") { return true }
        return explained.contains {
            $0.cases.contains(name) && difference.hasPrefix($0.kind) && difference.contains($0.text)
        }
    }

    @Test("differ as explained, and no longer differ where nothing is", .enabled(if: areThere))
    func explanations() throws {
        for row in Self.explained {
            for name in row.cases {
                let recorded = try #require(try Self.cases().first { $0.name == name })
                let stored = try #require(recorded.json["then"]?["resource"])
                let isShown = Self.differences(stored, expected: Self.expected(recorded))
                    .contains { $0.hasPrefix(row.kind) && $0.contains(row.text) }
                #expect(isShown, "\(name): \(row.kind) \(row.text)")
            }
        }
    }

    private static func expected(_ recorded: Case) -> [JSONValue] {
        ["objects", "clusterObjects"].flatMap { recorded.json["then"]?[$0]?.arrayValue ?? [] }
    }

    @Test("render to the same objects, as given and as stored", arguments: try cases())
    func objects(_ recorded: Case) throws {
        let namespace = try #require(recorded.json["given"]?["namespace"])
        let then = try #require(recorded.json["then"])
        var given = try #require(recorded.json["given"]?["resource"])
        given["metadata"]?["namespace"] = namespace
        let stored = try #require(then["resource"])
        for resource in [given, stored] {
            let differences = Self.differences(resource, expected: Self.expected(recorded))
                .filter { !Self.isExplained($0, in: recorded.name) }
            #expect(differences == [])
        }
    }

    @Test("get the defaults that the webhook wrote", arguments: try cases())
    func defaults(_ recorded: Case) throws {
        let given = try #require(recorded.json["given"]?["resource"])
        let stored = try #require(recorded.json["then"]?["resource"]?["spec"])
        let result = try CollectorDefaulting().defaulted(given)
        let spec = try #require(result.resource["spec"])
        #expect(Self.compare(spec["config"], stored["config"], at: "config") == [])
        for key in ["mode", "upgradeStrategy", "managementState", "networkPolicy"] { #expect(spec[key] == stored[key]) }
        if let autoscaler = spec["autoscaler"] { #expect(autoscaler == stored["autoscaler"]) }
        if let ingress = spec["ingress"] { #expect(Self.compare(ingress, stored["ingress"], at: "ingress") == []) }
        #expect(try CollectorDefaulting().defaulted(result.resource).resource == result.resource)
    }

    @Test("get the status that the reference wrote", arguments: try cases())
    func status(_ recorded: Case) throws {
        let then = try #require(recorded.json["then"])
        var resource = try #require(then["resource"])
        let status = try #require(then["status"])
        resource["metadata"]?["generation"] = status["observedGeneration"]
        let kinds: [JSONValue] = ["Deployment", "StatefulSet", "DaemonSet"]
        var workload = try #require(then["objects"]?.arrayValue?.first { kinds.contains($0["kind"] ?? .null) })
        // Workloads are recorded without their status; no pod was ready.
        workload["status"] = .object(compacting: [
            workload["kind"] == "DaemonSet" ? "desiredNumberScheduled" : "replicas": status["scale"]?["replicas"]
        ])
        let patch = try #require(
            CollectorStatus(collectorVersion: "0.158.0").patch(
                for: resource, workload: workload, rendered: Rendered(objects: [], findings: []), outcome: .reconciled,
                now: Timestamp(seconds: 1_795_256_580)))
        var own = try #require(patch["status"])
        // The reference leaves out a zero.
        if own["scale"]?["replicas"] == 0 { own["scale"]?["replicas"] = nil }
        own["conditions"] = nil
        var other = status
        other["conditions"] = nil
        #expect(own == other)
    }

    @Test("cover every mode", .enabled(if: areThere))
    func coverage() throws { #expect(try Self.cases().count >= 40) }

    /// Where our objects differ from the recorded ones.
    static func differences(_ resource: JSONValue, expected: [JSONValue]) -> [String] {
        var resource = resource
        resource["metadata"]?["uid"] = "u"
        let rendered = CollectorRenderer().render(resource)
        var differences: [String] = rendered.isComplete ? [] : rendered.findings.map(\.message)
        var seen: Set<String> = []
        for object in expected {
            let kind = object["kind"]?.stringValue ?? ""
            let name = object["metadata"]?["name"]?.stringValue ?? ""
            seen.insert("\(kind)/\(name)")
            guard var own = rendered[kind, name] else {
                differences.append("\(kind) \(name): missing")
                continue
            }
            let owners = (own["metadata"]?["ownerReferences"]?.arrayValue ?? []).map(Self.withoutUID)
            own["metadata"]?["ownerReferences"] = .array(owners)
            differences += compare(own, object, at: "\(kind) \(name)")
        }
        for object in rendered.objects where !ours.contains(object.type.group) {
            let id = "\(object.type.kind)/\(object.object.name)"
            if !seen.contains(id) { differences.append("\(id): not in the recording") }
        }
        return differences
    }

    private static func withoutUID(_ reference: JSONValue) -> JSONValue {
        var reference = reference
        reference["uid"] = nil
        return reference
    }

    /// What the API server sets when it is absent, by name of the field; `nil` for whatever value.
    static let serverDefaults: [String: [JSONValue]?] = [
        "terminationMessagePath": ["/dev/termination-log"], "terminationMessagePolicy": ["File"],
        "imagePullPolicy": ["IfNotPresent", "Always"], "restartPolicy": ["Always"],
        "terminationGracePeriodSeconds": [30], "schedulerName": ["default-scheduler"], "serviceAccount": nil,
        "defaultMode": [420], "apiVersion": ["v1"], "divisor": ["0"], "revisionHistoryLimit": [10],
        "progressDeadlineSeconds": [600], "strategy": nil, "deployment.kubernetes.io/revision": nil, "scheme": ["HTTP"],
        "timeoutSeconds": [1], "periodSeconds": [10], "successThreshold": [1], "failureThreshold": [3],
        "clusterIP": nil,
        "clusterIPs": nil, "type": ["ClusterIP"], "sessionAffinity": ["None"],
        "ipFamilies": [["IPv4"], ["IPv4", "IPv6"]],
        "internalTrafficPolicy": ["Cluster"], "targetPort": nil, "protocol": ["TCP"], "hostPort": nil,
        "ipFamilyPolicy": ["SingleStack"], "scaleUp": nil, "selectPolicy": ["Max"],
        "updateStrategy": [
            ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]],
            ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 1, "maxSurge": 0]],
        ],
        "persistentVolumeClaimRetentionPolicy": [["whenDeleted": "Retain", "whenScaled": "Retain"]],
        "deprecated.daemonset.template.generation": ["1"], "kind": ["PersistentVolumeClaim"],
        "volumeMode": ["Filesystem"], "status": [["phase": "Pending"]], "phase": ["Pending"],
        "policies": [[["type": "Percent", "value": 100, "periodSeconds": 15]]],
    ]

    static func compare(_ own: JSONValue?, _ other: JSONValue?, at path: String) -> [String] {
        switch (own, other) {
        case (.object(let a)?, .object(let b)?):
            let missing = a.keys.filter { b[$0] == nil }.flatMap { compare(a[$0], nil, at: "\(path).\($0)") }
            return missing
                + b.flatMap { member -> [String] in
                    if a[member.key] == nil, let defaults = serverDefaults[member.key] {
                        guard let defaults, !defaults.contains(member.value) else { return [] }
                    }
                    return compare(a[member.key], member.value, at: "\(path).\(member.key)")
                }
        case (.array(let a)?, .array(let b)?):
            return (0..<max(a.count, b.count)).flatMap { index in
                compare(
                    index < a.count ? a[index] : nil, index < b.count ? b[index] : nil, at: "\(path)[\(index)]")
            }
        case (nil, let value?), (let value?, nil):
            if value == [:] || value == [] || value == .null || value == "" || value == false { return [] }
            return [
                "\(path): \(own == nil ? "nothing" : value.serializedString()) instead of \(other == nil ? "nothing" : value.serializedString())"
            ]
        default:
            return own == other
                ? [] : ["\(path): \(own?.serializedString() ?? "") instead of \(other?.serializedString() ?? "")"]
        }
    }
}
