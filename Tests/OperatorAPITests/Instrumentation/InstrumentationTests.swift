import Document
import KubeModel
import OperatorAPI
import Testing

@Suite("Instrumentation")
struct InstrumentationTests {
    @Test("an empty object is an Instrumentation")
    func empty() throws {
        let object = try Instrumentation(["metadata": ["name": "a", "namespace": "b"]])
        #expect(object.key == ObjectKey(namespace: "b", name: "a"))
        #expect(object.spec == InstrumentationSpec())
        #expect(try Instrumentation(["spec": .null]).spec == InstrumentationSpec())
    }

    @Test("every field is read")
    func full() throws {
        let spec = try Instrumentation([
            "spec": [
                "exporter": [
                    "endpoint": "http://col:4318",
                    "tls": [
                        "secretName": "s", "configMapName": "c", "ca_file": "ca", "cert_file": "cert",
                        "key_file": "key",
                    ],
                ],
                "resource": ["resourceAttributes": ["zone": "z1"], "addK8sUIDAttributes": true],
                "propagators": ["tracecontext", "b3"],
                "sampler": ["type": "traceidratio", "argument": "0.25"],
                "defaults": ["useLabelsForResourceAttributes": true],
                "env": [["name": "A", "value": "1"], ["name": "B", "valueFrom": ["newSource": ["x": 1]]]],
                "imagePullPolicy": "Always",
                "initContainerSecurityContext": ["runAsUser": 1],
                "java": ["resources": ["limits": ["cpu": "1"]], "extensions": [["image": "e", "dir": "/d"]]],
                "python": [
                    "image": "p", "resourceRequirements": ["limits": ["cpu": "2"]], "volumeLimitSize": 5,
                    "env": [["name": "P", "value": ""]], "notYetInvented": [1],
                ],
                "go": ["securityContext": ["privileged": false]],
                "apacheHttpd": ["version": "2.2", "configPath": "/c", "attrs": [["name": "X", "value": "y"]]],
                "nginx": ["configFile": "/n"],
            ]
        ]).spec
        #expect(spec.exporter.endpoint == "http://col:4318")
        #expect(spec.exporter.tls?.secretName == "s")
        #expect(spec.exporter.tls?.configMapName == "c")
        #expect(spec.exporter.tls?.caFile == "ca")
        #expect(spec.exporter.tls?.certificateFile == "cert")
        #expect(spec.exporter.tls?.keyFile == "key")
        #expect(spec.resource.attributes == ["zone": "z1"])
        #expect(spec.resource.addsKubernetesUIDs)
        #expect(spec.propagators == ["tracecontext", "b3"])
        #expect(spec.sampler == .init(type: "traceidratio", argument: "0.25"))
        #expect(spec.usesLabelsForResourceAttributes)
        #expect(spec.environment.map(\.name) == ["A", "B"])
        #expect(spec.environment[1].hasSource)
        #expect(spec.environment[1].json["valueFrom"]?["newSource"] == ["x": 1])
        #expect(spec.imagePullPolicy == "Always")
        #expect(spec.initContainerSecurityContext == ["runAsUser": 1])
        #expect(spec.java.resources == ["limits": ["cpu": "1"]])
        #expect(spec.javaExtensions == [JavaExtension(image: "e", directory: "/d")])
        #expect(spec.python.image == "p")
        #expect(spec.python.resources == ["limits": ["cpu": "2"]])
        #expect(spec.python.volumeLimitSize == 5)
        #expect(spec.python.environment == [EnvironmentVariable("P", "")])
        #expect(spec.goSecurityContext == ["privileged": false])
        #expect(spec.apacheHttpdServer.version == "2.2")
        #expect(spec.apacheHttpdServer.configuration == "/c")
        #expect(spec.apacheHttpdServer.attributes.map(\.name) == ["X"])
        #expect(spec.nginxServer.configuration == "/n")
    }

    @Test(
        "an error names the field, what stands there and what should",
        arguments: [
            (
                ["spec": ["sampler": ["argument": .number(JSONNumber(validText: "0.25"))]]],
                "spec.sampler.argument is 0.25, expected a string"
            ),
            (["spec": "x"], "spec is a string, expected an object"),
            (
                ["spec": ["python": ["env": [["name": "A"], ["value": "b"]]]]],
                "spec.python.env[1].name is null, expected the name of a variable"
            ),
            (["spec": ["env": ["PASSWORD=hunter2"]]], "spec.env[0] is a string, expected an object"),
            (
                ["spec": ["env": [["name": "PASSWORD", "value": 1234]]]],
                "spec.env[0].value is a number, expected a string"
            ),
            (
                ["spec": ["java": ["env": [["name": "A"], ["name": "B", "value": ["c": 1]]]]]],
                "spec.java.env[1].value is an object, expected a string"
            ),
            (
                ["spec": ["nginx": ["attrs": [["name": "A", "valueFrom": "secret"]]]]],
                "spec.nginx.attrs[0].valueFrom is a string, expected an object"
            ),
            (["spec": ["propagators": ["a", ["b"]]]], "spec.propagators[1] is a list, expected a string"),
            (["spec": ["propagators": "a"]], "spec.propagators is a string, expected a list"),
            (
                ["spec": ["resource": ["resourceAttributes": ["a": true]]]],
                "spec.resource.resourceAttributes.a is true, expected a string"
            ),
            (["spec": ["java": ["resources": []]]], "spec.java.resources is a list, expected an object"),
            (["spec": ["nginx": ["volumeLimitSize": true]]], "spec.nginx.volumeLimitSize is true, expected a quantity"),
            (
                ["spec": ["defaults": ["useLabelsForResourceAttributes": "yes"]]],
                "spec.defaults.useLabelsForResourceAttributes is \"yes\", expected true or false"
            ),
        ] as [(JSONValue, String)])
    func errors(object: JSONValue, message: String) {
        let error = #expect(throws: FieldError.self) { try Instrumentation(object) }
        #expect(error?.description == message)
    }

    @Test(
        "a claim template of empty objects counts as none",
        arguments: [
            (nil, false), ([:], false), (["metadata": [:], "spec": ["resources": [:]]], false),
            (["metadata": .null, "spec": .null], false), (["metadata": ["labels": ["a": "b"]]], true),
            (["spec": ["accessModes": []]], true), (["spec": ["resources": ["requests": [:]]]], true),
            (["spec": ["storageClassName": ""]], true), (["somethingNew": [:]], true),
        ] as [(JSONValue?, Bool)])
    func claimTemplate(template: JSONValue?, isSet: Bool) throws {
        var section: JSONValue = [:]
        section["volumeClaimTemplate"] = template
        let spec = try Instrumentation(["spec": ["python": section]]).spec
        #expect((spec.python.claimTemplate != nil) == isSet)
    }
}
