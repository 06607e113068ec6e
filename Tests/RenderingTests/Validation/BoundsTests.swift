import Document
import OperatorAPI
import Testing

@testable import Rendering

/// The same numbers as in the schema of v1beta1.
@Suite("Bounds of v1beta1 that v1alpha1 does not have")
struct BoundsTests {
    private let validation = CollectorValidation(options: RenderingOptions())

    @Test(
        "what the schema would refuse later is refused at once, with the field and its bounds",
        arguments: [
            (
                ["autoscaler": ["minReplicas": 0, "maxReplicas": 3]],
                "spec.autoscaler.minReplicas is 0, expected at least 1"
            ),
            (
                ["autoscaler": ["targetCPUUtilization": 0]],
                "spec.autoscaler.targetCPUUtilization is 0, expected at least 1"
            ),
            (
                ["autoscaler": ["targetMemoryUtilization": -1]],
                "spec.autoscaler.targetMemoryUtilization is -1, expected at least 1"
            ),
            (["configVersions": 0], "spec.configVersions is 0, expected at least 1"),
            (
                ["livenessProbe": ["initialDelaySeconds": -1]],
                "spec.livenessProbe.initialDelaySeconds is -1, expected at least 0"
            ),
            (["livenessProbe": ["periodSeconds": 0]], "spec.livenessProbe.periodSeconds is 0, expected at least 1"),
            (
                ["readinessProbe": ["terminationGracePeriodSeconds": 0]],
                "spec.readinessProbe.terminationGracePeriodSeconds is 0, expected at least 1"
            ),
            (
                ["ports": [["name": "a", "port": 80, "hostPort": 70000]]],
                "spec.ports[0].hostPort is 70000, expected 0 to 65535"
            ),
            (["command": []], "spec.command is empty, expected at least 1 element, or no command at all"),
            (
                [
                    "targetAllocator": [
                        "mtls": ["tls": ["serverCertificate": ["keySecret": ["name": ""]]]]
                    ]
                ],
                "spec.targetAllocator.mtls.tls.serverCertificate.keySecret.name is empty, expected a name"
            ),
        ] as [(JSONValue, String)])
    func refused(spec: JSONValue, message: String) throws {
        #expect(validation.verdict(on: try defaulted(spec)).denial == message)
    }

    @Test(
        "what the schema takes is taken",
        arguments: [
            ["autoscaler": ["minReplicas": 1, "maxReplicas": 1, "targetCPUUtilization": 1]], ["configVersions": 1],
            ["livenessProbe": ["initialDelaySeconds": 0, "periodSeconds": 1]],
            ["ports": [["name": "a", "port": 80, "hostPort": 0], ["name": "b", "port": 81, "hostPort": 65535]]],
            ["command": ["/x"]], ["startupProbe": [:]],
        ] as [JSONValue])
    func taken(spec: JSONValue) throws {
        #expect(validation.verdict(on: try defaulted(spec)).denial == nil)
    }
}
