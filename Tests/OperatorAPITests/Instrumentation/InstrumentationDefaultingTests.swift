import Document
import OperatorAPI
import Testing

@Suite("Instrumentation, defaults")
struct InstrumentationDefaultingTests {
    private let images = DefaultImages(python: "mirror/python:1", apacheHttpd: "mirror/httpd:2")

    @Test("an empty object gets every section, and the annotations of the default images")
    func empty() {
        let object = Instrumentation.defaulting(["metadata": ["name": "a"]], images: images)
        let limits: JSONValue = ["cpu": "500m", "memory": "256Mi"]
        #expect(
            object["spec"]?["python"] == [
                "image": "mirror/python:1",
                "resourceRequirements": ["limits": limits, "requests": ["cpu": "50m", "memory": "64Mi"]],
            ])
        #expect(object["spec"]?["java"]?["resources"]?["requests"] == ["cpu": "50m", "memory": "64Mi"])
        #expect(object["spec"]?["java"]?["resourceRequirements"] == nil)
        #expect(object["spec"]?["nodejs"]?["resourceRequirements"]?["requests"] == ["cpu": "50m", "memory": "128Mi"])
        #expect(object["spec"]?["dotnet"]?["resourceRequirements"]?["requests"] == ["cpu": "50m", "memory": "128Mi"])
        #expect(object["spec"]?["go"]?["resourceRequirements"]?["requests"] == ["cpu": "50m", "memory": "64Mi"])
        #expect(
            object["spec"]?["apacheHttpd"] == [
                "image": "mirror/httpd:2", "version": "2.4", "configPath": "/usr/local/apache2/conf",
                "resourceRequirements": ["limits": limits, "requests": ["cpu": "1m", "memory": "128Mi"]],
            ])
        #expect(object["spec"]?["nginx"]?["configFile"] == "/etc/nginx/nginx.conf")
        let annotations = object["metadata"]?["annotations"]
        #expect(annotations?.objectValue?.count == 7)
        #expect(
            annotations?["instrumentation.opentelemetry.io/default-auto-instrumentation-python-image"]
                == "mirror/python:1")
        #expect(
            annotations?["instrumentation.opentelemetry.io/default-auto-instrumentation-apache-httpd-image"]
                == "mirror/httpd:2")
    }

    @Test("what is given stays, and what is unknown survives")
    func given() {
        let object: JSONValue = [
            "future": [1, 2],
            "metadata": [
                "annotations": [
                    "mine": "x", "instrumentation.opentelemetry.io/default-auto-instrumentation-python-image": "old",
                ]
            ],
            "spec": [
                "python": [
                    "image": "own:1", "resourceRequirements": ["limits": [:], "claims": [["name": "gpu"]]], "new": true,
                ]
            ],
        ]
        let result = Instrumentation.defaulting(object, images: images)
        #expect(result["future"] == [1, 2])
        #expect(
            result["spec"]?["python"] == [
                "image": "own:1", "new": true,
                "resourceRequirements": [
                    "limits": [:], "claims": [["name": "gpu"]], "requests": ["cpu": "50m", "memory": "64Mi"],
                ],
            ])
        #expect(result["metadata"]?["annotations"]?["mine"] == "x")
        #expect(
            result["metadata"]?["annotations"]?[
                "instrumentation.opentelemetry.io/default-auto-instrumentation-python-image"] == "mirror/python:1")
    }

    @Test("a second time changes nothing, and use agrees with the stored object")
    func idempotent() throws {
        let once = Instrumentation.defaulting(["spec": ["python": ["env": []]]], images: images)
        #expect(Instrumentation.defaulting(once, images: images) == once)
        let stored = try Instrumentation(once).spec
        let unsaid = try Instrumentation(["spec": [:]]).spec
        for language in Language.withAgent {
            #expect(stored[language] == unsaid[language]?.defaulted(for: language, images: images), "\(language)")
        }
    }

    @Test(
        "what is of the wrong kind stays for validation",
        arguments: ["x", [], ["spec": "x"], ["spec": ["go": 1]]] as [JSONValue])
    func wrong(object: JSONValue) {
        let result = Instrumentation.defaulting(object, images: images)
        #expect(result["spec"]?.stringValue == object["spec"]?.stringValue)
        #expect(result["spec"]?["go"]?.intValue == object["spec"]?["go"]?.intValue)
    }

    @Test("the defaults are the reference's")
    func images158() {
        let images = DefaultImages()
        #expect(images[.python] == "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-python:0.64b0")
        #expect(
            images[.go]
                == "ghcr.io/open-telemetry/opentelemetry-go-instrumentation/autoinstrumentation-go:v0.24.0")
        #expect(images[.nginx] == images[.apacheHttpd])
        #expect(images[.sdk] == nil)
    }
}
