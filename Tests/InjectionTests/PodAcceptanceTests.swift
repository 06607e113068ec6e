import Document
import Injection
import OperatorAPI
import Testing

/// What the API server would refuse is not injected, with the field that is at fault.
@Suite("Pod acceptance")
struct PodAcceptanceTests {
    private func refusal(
        _ language: Language, _ spec: JSONValue, system: String? = nil
    ) -> SkipReason? {
        var pod: JSONValue = [
            "metadata": [
                "annotations": [
                    "instrumentation.opentelemetry.io/inject-\(language.rawValue)": "true",
                    "instrumentation.opentelemetry.io/otel-go-auto-target-exe": "/app",
                ]
            ], "spec": ["containers": [["name": "app", "image": "app:1"]]],
        ]
        if let system { pod["spec"]?["os"] = ["name": .string(system)] }
        return Given(
            pod: pod, instrumentations: [["metadata": ["namespace": "ns1", "name": "i"], "spec": spec]],
            settings: InjectionSettings(enabledLanguages: Set(Language.allCases))
        ).inject().refusals.first?.reason
    }

    private func path(_ reason: SkipReason?) -> String? {
        if case .instrumentationInvalid(let fault)? = reason { fault.path } else { nil }
    }

    @Test(
        "the field at fault is named",
        arguments: [
            (["imagePullPolicy": "always"], "spec.imagePullPolicy"),
            (["env": [["name": "A"], ["name": ""]]], "spec.env[1].name"),
            (["env": [["name": "A\u{7}"]]], "spec.env[0].name"), (["env": [["name": "ä"]]], "spec.env[0].name"),
            (["env": [["name": "A", "valueFrom": [:]]]], "spec.env[0].valueFrom"),
            (
                ["env": [["name": "A", "valueFrom": ["fieldRef": ["fieldPath": "status.podIp"]]]]],
                "spec.env[0].valueFrom.fieldRef.fieldPath"
            ),
            (
                [
                    "java": [
                        "volumeClaimTemplate": [
                            "spec": ["accessModes": ["RWO"], "resources": ["requests": ["storage": "1Gi"]]]
                        ]
                    ]
                ],
                "spec.java.volumeClaimTemplate.spec.accessModes"
            ),
            (
                ["java": ["resources": ["requests": ["nvidia.com/gpu": 1]]]],
                "spec.java.resources.limits.nvidia.com/gpu"
            ),
            (
                ["env": [["name": "A", "valueFrom": ["fieldRef": ["fieldPath": "x"], "secretKeyRef": ["key": "k"]]]]],
                "spec.env[0].valueFrom"
            ),
            (["java": ["env": [["name": "=", "value": "x"]]]], "spec.java.env[0].name"),
            (["exporter": ["tls": ["secretName": "a..b"]]], "spec.exporter.tls.secretName"),
            (["exporter": ["tls": ["configMapName": "A"]]], "spec.exporter.tls.configMapName"),
            (["java": ["image": "a b"]], "spec.java.image"),
            (
                ["java": ["extensions": [["image": "e", "dir": "/"], ["image": "", "dir": "/"]]]],
                "spec.java.extensions[1].image"
            ),
            (["java": ["extensions": [["image": "e", "dir": ""]]]], "spec.java.extensions[0].dir"),
            (["java": ["resources": ["limits": ["cpu": "10m"]]]], "spec.java.resources.requests.cpu"),
            (
                ["java": ["resources": ["limits": ["memory": 1], "requests": ["memory": "1Ki"]]]],
                "spec.java.resources.requests.memory"
            ),
            (["java": ["volumeLimitSize": "1x"]], "spec.java.volumeLimitSize"),
            (["java": ["volumeLimitSize": -1]], "spec.java.volumeLimitSize"),
            (
                [
                    "initContainerSecurityContext": [
                        "allowPrivilegeEscalation": false, "capabilities": ["add": ["CAP_SYS_ADMIN"]],
                    ]
                ],
                "spec.initContainerSecurityContext.allowPrivilegeEscalation"
            ),
        ] as [(JSONValue, String)])
    func faults(spec: JSONValue, expected: String) { #expect(path(refusal(.java, spec)) == expected) }

    @Test(
        "what the API server takes is injected",
        arguments: [
            ["imagePullPolicy": "Never"], ["env": [["name": "a.b-c", "value": ""], ["name": "B"]]],
            ["env": [["name": "A", "value": "", "valueFrom": ["fieldRef": ["fieldPath": "metadata.labels['x']"]]]]],
            ["java": ["resources": ["requests": ["nvidia.com/gpu": 1], "limits": ["nvidia.com/gpu": 1]]]],
            ["exporter": ["tls": ["secretName": "a.b-1", "configMapName": "0"]]],
            ["java": ["resources": ["limits": ["cpu": "50m", "memory": "64Mi"]]]],
            ["java": ["resources": ["limits": ["cpu": "10m"], "requests": [:]]]],
            ["java": ["volumeLimitSize": 0]], ["java": ["volumeLimitSize": "1.5Gi"]],
            ["initContainerSecurityContext": ["privileged": true]],
            ["initContainerSecurityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]]],
            // Nothing of it reaches a pod of Java.
            [
                "python": ["env": [["name": ""]], "volumeLimitSize": "x", "image": " "],
                "go": ["securityContext": ["privileged": true, "allowPrivilegeEscalation": false]],
            ],
        ] as [JSONValue])
    func accepted(spec: JSONValue) { #expect(refusal(.java, spec) == nil) }

    @Test("a small pod cannot be made so large that the operator runs out of memory")
    func size() {
        let containers = (0..<300).map { JSONValue.object(["name": .string("c\($0)"), "image": "a"]) }
        let names = (0..<300).map { "c\($0)" }.joined(separator: ",")
        let pod: JSONValue = [
            "metadata": [
                "annotations": [
                    "instrumentation.opentelemetry.io/inject-sdk": "true",
                    "instrumentation.opentelemetry.io/container-names": .string(names),
                    "resource.opentelemetry.io/x": .string(String(repeating: "x", count: 200_000)),
                ]
            ], "spec": ["containers": .array(containers)],
        ]
        let result = Given(
            pod: pod, instrumentations: [["metadata": ["namespace": "ns1", "name": "i"], "spec": [:]]]
        ).inject()
        #expect(result.injectedPod == nil)
        #expect(result.refusals.map(\.reason) == [.podTooLarge])
    }

    @Test("settings of another system than the pod's are refused, those of its own are not")
    func systems() {
        let linux: JSONValue = [
            "initContainerSecurityContext": ["runAsNonRoot": true, "runAsUser": 1], "java": ["image": "own:1"],
        ]
        let windows: JSONValue = [
            "initContainerSecurityContext": ["windowsOptions": ["runAsUserName": "x"]], "java": ["image": "own:1"],
        ]
        #expect(path(refusal(.java, linux, system: "windows")) == "spec.initContainerSecurityContext.runAsUser")
        #expect(path(refusal(.java, windows, system: "linux")) == "spec.initContainerSecurityContext.windowsOptions")
        #expect(refusal(.java, windows, system: "windows") == nil)
        #expect(refusal(.java, linux, system: "linux") == nil)
        #expect(refusal(.java, linux) == nil)
    }

    @Test("settings that a language does not use do not matter")
    func unused() {
        let spec: JSONValue = [
            "initContainerSecurityContext": ["privileged": true, "allowPrivilegeEscalation": false],
            "go": ["volumeLimitSize": "x"], "nginx": ["volumeClaimTemplate": ["spec": ["accessModes": []]]],
        ]
        #expect(refusal(.go, spec) == nil)
        #expect(refusal(.sdk, spec) == nil)
        #expect(path(refusal(.nginx, spec)) == "spec.initContainerSecurityContext.allowPrivilegeEscalation")
        #expect(refusal(.nginx, ["nginx": spec["nginx"] ?? .null]) == nil)
    }

    @Test("directives of a web server have names", arguments: [Language.apacheHttpd, .nginx])
    func directives(language: Language) throws {
        let section = try #require(language.section)
        let spec: JSONValue = [section: ["attrs": [["name": "A", "value": "x"], ["name": "", "value": "x"]]]]
        #expect(path(refusal(language, spec)) == "spec.\(section).attrs[1].name")
        #expect(refusal(.java, spec) == nil)
    }
}
