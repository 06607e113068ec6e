import Document
import OperatorAPI
import Testing

@Suite("OpenTelemetryCollector")
struct CollectorTests {
    func read(_ spec: JSONValue) throws -> OpenTelemetryCollector {
        try OpenTelemetryCollector(["metadata": ["name": "n", "namespace": "ns"], "spec": spec])
    }

    @Test("an empty resource has the defaults")
    func defaults() throws {
        let spec = try read([:]).spec
        #expect(spec.mode == .deployment)
        #expect(spec.managementState == .managed)
        #expect(spec.upgradeStrategy == .automatic)
        #expect(spec.replicas == 1)
        #expect(spec.configVersions == 3)
        #expect(spec.service.ipFamilyPolicy == "SingleStack")
        #expect(spec.hasPrometheusAnnotations)
        #expect(spec.isNetworkPolicyEnabled == nil)
    }

    @Test("null and empty text are the same as nothing")
    func nulls() throws {
        let spec = try read(["mode": "", "replicas": .null, "image": .null, "resources": [:]]).spec
        #expect(spec.mode == .deployment)
        #expect(spec.replicas == 1)
        #expect(spec.resources == nil)
    }

    @Test("the autoscaler's defaults need a maximum")
    func autoscaler() throws {
        let with = try read(["replicas": 3, "autoscaler": ["maxReplicas": 5]]).spec.autoscaler
        #expect(with?.minReplicas == 3)
        #expect(with?.targetCPUUtilization == 90)
        let without = try read(["autoscaler": [:]]).spec.autoscaler
        #expect(without?.minReplicas == nil)
        #expect(without?.targetCPUUtilization == nil)
        let memory = try read(["autoscaler": ["maxReplicas": 5, "targetMemoryUtilization": 70]]).spec.autoscaler
        #expect(memory?.targetCPUUtilization == nil)
    }

    @Test("errors name the field, what stands there and what should")
    func errors() {
        #expect {
            try read(["ports": [["port": 1], ["port": "x"]]])
        } throws: { error in
            "\(error)" == #"spec.ports[1].port is "x", expected an integer"#
        }
        #expect {
            try read(["mode": "cluster"])
        } throws: { error in
            "\(error)" == #"spec.mode is "cluster", expected one of deployment, statefulset, daemonset, sidecar"#
        }
        #expect {
            try read(["config": ["service": ["pipelines": ["traces": ["receivers": [1]]]]]])
        } throws: { error in
            "\(error)" == "spec.config.service.pipelines.traces.receivers[0] is 1, expected a string"
        }
    }

    @Test("the configuration keeps the difference between nothing and empty")
    func configuration() throws {
        let config = try read(["config": ["receivers": [:], "service": ["pipelines": ["traces": .null]]]]).spec.config
        #expect(config.receivers == [:])
        #expect(config.exporters == nil)
        #expect(config.service.pipelines == ["traces": nil])
        #expect(
            config.ordered(nulls: true)
                == ["receivers": [:], "exporters": .null, "service": ["pipelines": ["traces": .null]]])
        #expect(
            config.ordered(nulls: false) == [
                "receivers": [:], "exporters": [:], "service": ["pipelines": ["traces": .null]],
            ])
    }
}
