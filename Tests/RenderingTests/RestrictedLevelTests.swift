import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

@Suite("Namespaces that enforce the Pod Security level restricted")
struct RestrictedLevelTests {
    private static let restrictions: JSONValue = [
        "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]], "runAsNonRoot": true,
        "seccompProfile": ["type": "RuntimeDefault"],
    ]
    private let enforced = RenderingOptions(enforcesRestrictedPods: true)
    private let spec: JSONValue = [
        "config": [
            "receivers": ["otlp": ["protocols": ["http": [:]]]], "exporters": ["debug": [:]],
            "service": ["pipelines": ["metrics": ["receivers": ["otlp"], "exporters": ["debug"]]]],
        ]
    ]

    private func with(_ member: String, _ value: JSONValue) -> JSONValue {
        var spec = spec
        spec[member] = value
        return spec
    }

    @Test("a collector without security settings gets those that its pods need, and elsewhere none")
    func completed() throws {
        let rendered = render(spec, options: enforced)
        #expect(rendered.container?["securityContext"] == Self.restrictions)
        #expect(rendered.findings.filter { $0.severity > .information } == [])
        let pod = try #require(rendered.deployment?[path: "spec", "template", "spec"])
        #expect(RestrictedLevel.violations(of: pod) == [])
        #expect(render(spec).container?["securityContext"] == nil)
    }

    @Test("every kind of workload, and the example of the closed network")
    func workloads() throws {
        for mode in ["deployment", "statefulset", "daemonset"] {
            let rendered = render(with("mode", .string(mode)), options: enforced)
            let workload = try #require(rendered.objects.first { $0.object.json[path: "spec", "template"] != nil })
            let pod = try #require(workload.object.json[path: "spec", "template", "spec"])
            #expect(RestrictedLevel.violations(of: pod) == [], "\(mode)")
        }
        let example = try #require(try Examples.objects("aks-closed-network/2-collector.yaml").first)
        let rendered = CollectorRenderer(options: enforced).render(example)
        #expect(rendered.container?["securityContext"] == Self.restrictions)
        #expect(!rendered.findings.contains { $0.reason == .podSecurity })
    }

    @Test("what the author wrote stays, and what the pod has is not said again")
    func written() throws {
        var spec = with(
            "securityContext",
            ["runAsUser": 1234, "capabilities": ["add": ["NET_BIND_SERVICE"]], "readOnlyRootFilesystem": true])
        spec["podSecurityContext"] = ["runAsNonRoot": true, "fsGroup": 1000]
        let rendered = render(spec, options: enforced)
        #expect(
            rendered.container?["securityContext"] == [
                "runAsUser": 1234, "capabilities": ["add": ["NET_BIND_SERVICE"], "drop": ["ALL"]],
                "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false,
                "seccompProfile": ["type": "RuntimeDefault"],
            ])
        #expect(
            rendered.deployment?[path: "spec", "template", "spec", "securityContext"]
                == ["runAsNonRoot": true, "fsGroup": 1000])
        // A pod that says all of it is rendered as it is anywhere else.
        var whole = self.spec
        whole["securityContext"] = Self.restrictions
        #expect(render(whole, options: enforced) == render(whole))
    }

    @Test("a pod that is refused all the same stays as it was written, and the finding says why")
    func refused() throws {
        let logs = with("volumes", [["name": "varlog", "hostPath": ["path": "/var/log"]]])
        let rendered = render(logs, options: enforced)
        #expect(rendered.deployment == render(logs).deployment)
        let finding = try #require(rendered.findings.first { $0.reason == .podSecurity })
        #expect(finding.severity == .warning)
        #expect(
            finding.message
                == "namespace ns enforces the Pod Security level restricted, which refuses this collector's pods: volume "
                + "varlog is of type hostPath")
        // With a container of the author's own, which is not ours to change.
        let second = render(with("additionalContainers", [["name": "second", "image": "i"]]), options: enforced)
        let message = second.findings.first { $0.reason == .podSecurity }?.message ?? ""
        #expect(message.contains("container second: allowPrivilegeEscalation is not false; "))
        #expect(!message.contains("otc-container"))
    }

    @Test("a sidecar is rendered alike, as it runs in the pods of others")
    func sidecar() {
        let sidecar = with("mode", "sidecar")
        #expect(render(sidecar, options: enforced) == render(sidecar))
    }

    @Test("the operator's own pods pass, and with one restriction less they do not")
    func operatorItself() throws {
        let manifest = try String(
            contentsOf: packageRoot().appending(path: "manifests/deployment.yaml"), encoding: .utf8)
        let pod = try #require(try YAML.parse(manifest)[path: "spec", "template", "spec"])
        #expect(RestrictedLevel.violations(of: pod) == [])
        var weaker = pod
        weaker["securityContext"] = nil
        #expect(
            RestrictedLevel.violations(of: weaker) == [
                "container manager: runAsNonRoot is not true", "container manager: seccompProfile.type is not set",
            ])
    }

    /// A pod that passes, but for one change, and what is to be said of it.
    struct Row: CustomTestStringConvertible {
        var pod: JSONValue = [:]
        var container: JSONValue = [:]
        var context: JSONValue = [:]
        var violation: String?
        var testDescription: String { violation ?? "admitted: \(pod.serializedString())\(context.serializedString())" }
    }

    private static let rows: [Row] = [
        Row(),
        Row(pod: ["hostNetwork": true], violation: "hostNetwork is true"),
        Row(pod: ["hostPID": true], violation: "hostPID is true"),
        Row(pod: ["hostIPC": true], violation: "hostIPC is true"),
        Row(pod: ["hostNetwork": false]),
        Row(
            pod: ["volumes": [["name": "v", "nfs": ["server": "s", "path": "/"]]]],
            violation: "volume v is of type nfs"),
        Row(pod: ["volumes": [["name": "v", "emptyDir": [:]], ["name": "w", "secret": ["secretName": "s"]]]]),
        Row(
            pod: ["securityContext": ["sysctls": [["name": "kernel.msgmax", "value": "1"]]]],
            violation: "sysctl kernel.msgmax is not among the safe ones"),
        Row(pod: ["securityContext": ["runAsUser": 0]], violation: "securityContext.runAsUser is 0"),
        Row(
            pod: ["securityContext": ["seccompProfile": ["type": "Unconfined"]]],
            violation: "securityContext.seccompProfile.type is Unconfined"),
        Row(
            pod: ["securityContext": ["windowsOptions": ["hostProcess": true]]],
            violation: "securityContext.windowsOptions.hostProcess is true"),
        Row(
            pod: ["securityContext": ["seLinuxOptions": ["type": "spc_t"]]],
            violation: "securityContext.seLinuxOptions.type is spc_t"),
        Row(
            pod: ["securityContext": ["seLinuxOptions": ["role": "r"]]],
            violation: "securityContext.seLinuxOptions.role is set"),
        Row(pod: ["securityContext": ["seLinuxOptions": ["level": "s0:c1"]]]),
        Row(
            pod: ["initContainers": [["name": "i", "securityContext": restrictions.with("privileged", true)]]],
            violation: "container i: privileged is true"),
        Row(context: ["privileged": true], violation: "container c: privileged is true"),
        Row(
            context: ["allowPrivilegeEscalation": true], violation: "container c: allowPrivilegeEscalation is not false"
        ),
        Row(
            context: ["capabilities": ["drop": ["NET_RAW"]]],
            violation: "container c: capabilities.drop does not hold ALL"),
        Row(
            context: ["capabilities": ["drop": ["ALL"], "add": ["SYS_PTRACE"]]],
            violation: "container c: capabilities.add holds SYS_PTRACE"),
        Row(context: ["capabilities": ["drop": ["ALL"], "add": ["NET_BIND_SERVICE"]]]),
        Row(context: ["runAsNonRoot": false], violation: "container c: runAsNonRoot is false"),
        Row(context: ["runAsNonRoot": .null], violation: "container c: runAsNonRoot is not true"),
        Row(context: ["seccompProfile": .null], violation: "container c: seccompProfile.type is not set"),
        Row(context: ["seccompProfile": ["type": "Localhost", "localhostProfile": "p"]]),
        Row(
            context: ["appArmorProfile": ["type": "Unconfined"]],
            violation: "container c: appArmorProfile.type is Unconfined"),
        Row(
            pod: ["os": ["name": "windows"]],
            context: ["allowPrivilegeEscalation": .null, "capabilities": .null, "seccompProfile": .null]),
        Row(
            pod: ["os": ["name": "windows"]], context: ["runAsNonRoot": .null],
            violation: "container c: runAsNonRoot is not true"),
        Row(context: ["procMount": "Unmasked"], violation: "container c: procMount is not Default"),
        Row(container: ["ports": [["containerPort": 80, "hostPort": 80]]], violation: "container c: hostPort 80"),
        Row(container: ["ports": [["containerPort": 80, "hostPort": 0]]]),
    ]

    @Test("each rule of the level", arguments: rows)
    func rule(_ row: Row) {
        var container: JSONValue = ["name": "c", "securityContext": Self.restrictions]
        for member in row.container.objectValue ?? [:] { container[member.key] = member.value }
        for member in row.context.objectValue ?? [:] {
            container["securityContext"] = container["securityContext"]?.with(member.key, member.value)
        }
        let pod = row.pod.with("containers", [container])
        #expect(RestrictedLevel.violations(of: pod) == (row.violation.map { [$0] } ?? []))
    }

    @Test("what is of another type than the API says is passed over, and never a crash")
    func oddShapes() {
        for pod: JSONValue in [[:], "pod", ["containers": "none"], ["containers": [3]], ["volumes": [3]]] {
            _ = RestrictedLevel.violations(of: pod)
            _ = RestrictedLevel.completed(container: pod, in: pod)
        }
    }
}

extension JSONValue {
    fileprivate func with(_ member: String, _ value: JSONValue) -> JSONValue {
        var copy = self
        copy[member] = value
        return copy
    }
}
