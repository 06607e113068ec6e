import Document
import Injection
import KubeModel
import Logging
import OperatorAPI
import Rendering
import Testing

@testable import OperatorMain

@Suite("Settings of injection")
struct InjectionSettingsTests {
    /// Languages, their flags, variables and keys, and what they are without them.
    private static let languages: [(Language, flag: String, env: String, key: String, isOn: Bool)] = [
        (
            .java, "enable-java-instrumentation", "ENABLE_JAVA_AUTO_INSTRUMENTATION",
            "enable-java-auto-instrumentation", true
        ),
        (
            .nodejs, "enable-nodejs-instrumentation", "ENABLE_NODEJS_AUTO_INSTRUMENTATION",
            "enable-node-js-auto-instrumentation", true
        ),
        (
            .python, "enable-python-instrumentation", "ENABLE_PYTHON_AUTO_INSTRUMENTATION",
            "enable-python-auto-instrumentation", true
        ),
        (
            .dotnet, "enable-dotnet-instrumentation", "ENABLE_DOTNET_AUTO_INSTRUMENTATION",
            "enable-dot-net-auto-instrumentation", true
        ),
        (
            .apacheHttpd, "enable-apache-httpd-instrumentation", "ENABLE_APACHE_HTTPD_AUTO_INSTRUMENTATION",
            "enable-apache-httpd-instrumentation", true
        ),
        (.go, "enable-go-instrumentation", "ENABLE_GO_AUTO_INSTRUMENTATION", "enable-go-auto-instrumentation", false),
        (
            .nginx, "enable-nginx-instrumentation", "ENABLE_NGINX_AUTO_INSTRUMENTATION",
            "enable-nginx-auto-instrumentation", false
        ),
    ]

    @Test("each language is switched by flag, variable and key")
    func languageSwitches() throws {
        for (language, flag, env, key, isOn) in Self.languages {
            func isEnabled(_ settings: Settings) throws -> Bool {
                try settings.injection().enabledLanguages.contains(language)
            }
            #expect(try isEnabled(resolved()) == isOn, "\(language)")
            #expect(try isEnabled(resolved(["--\(flag)"])), "\(flag)")
            #expect(try !isEnabled(resolved(["--\(flag)=false"])), "\(flag)")
            for value in [true, false] {
                #expect(try isEnabled(resolved(environment: [env: "\(value)"])) == value, "\(env)")
                #expect(try isEnabled(resolved(file: "\(key): \(value)\n")) == value, "\(key)")
                let all = try resolved(
                    ["--\(flag)=\(value)"], environment: [env: "\(!value)"], file: "\(key): \(!value)\n")
                #expect(try isEnabled(all) == value, "\(flag)")
                let two = try resolved(environment: [env: "\(value)"], file: "\(key): \(!value)\n")
                #expect(try isEnabled(two) == value, "\(env)")
            }
            #expect(
                failure(environment: [env: "on"]) == "environment variable \(env): expected true or false, found \"on\""
            )
            #expect(failure(["--\(flag)=maybe"]) == "flag --\(flag): expected true or false, found \"maybe\"")
            #expect(failure(file: "\(key): maybe\n")?.contains("expected true or false, found \"maybe\"") == true)
        }
    }

    @Test("the SDK is always on, several languages in one pod unless switched off")
    func multiInstrumentation() throws {
        #expect(try resolved().injection().isMultiInstrumentationEnabled)
        #expect(try resolved().injection().enabledLanguages.contains(.sdk))
        #expect(try !resolved(["--enable-multi-instrumentation=false"]).injection().isMultiInstrumentationEnabled)
        #expect(
            try !resolved(environment: ["ENABLE_MULTI_INSTRUMENTATION": "0"]).injection().isMultiInstrumentationEnabled)
        #expect(
            try !resolved(file: "enable-multi-instrumentation: false\n").injection().isMultiInstrumentationEnabled)
    }

    @Test(
        "each default image is set by flag, variable and key",
        arguments: [
            (Language.java, "java", "JAVA", "java"), (.nodejs, "nodejs", "NODEJS", "node-js"),
            (.python, "python", "PYTHON", "python"), (.dotnet, "dotnet", "DOTNET", "dot-net"), (.go, "go", "GO", "go"),
            (.apacheHttpd, "apache-httpd", "APACHE_HTTPD", "apache-httpd"), (.nginx, "nginx", "NGINX", "nginx"),
        ])
    func images(language: Language, flag: String, env: String, key: String) throws {
        let flag = "--auto-instrumentation-\(flag)-image=f:1"
        let environment = ["RELATED_IMAGE_AUTO_INSTRUMENTATION_\(env)": "e:1"]
        let file = "auto-instrumentation-\(key)-image: k:1\n"
        for (settings, image) in [
            (try resolved([flag], environment: environment, file: file), "f:1"),
            (try resolved(environment: environment, file: file), "e:1"), (try resolved(file: file), "k:1"),
        ] {
            var expected = DefaultImages()
            expected[language] = image
            #expect(try settings.injection().defaultImages == expected)
        }
    }

    @Test("without the custom resources one Instrumentation of the file serves all, written like the resource")
    func fixedInstrumentation() throws {
        let settings = try resolved(
            file: """
                enable-instrumentation-crds: false
                instrumentations:
                  spec:
                    exporter: {endpoint: "http://c:4318"}
                    resource: {resourceAttributes: {team: a}}
                    sampler: {type: always_on}
                    python:
                      volumeLimitSize: 100Mi
                      env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
                """)
        let instrumentation = try #require(settings.instrumentationForAll)
        #expect(instrumentation.key == ObjectKey(name: "configuration-file"))
        #expect(instrumentation.spec.exporter.endpoint == "http://c:4318")
        #expect(instrumentation.spec.resource.attributes == ["team": "a"])
        #expect(instrumentation.spec.python.volumeLimitSize == "100Mi")
        #expect(instrumentation.spec.python.environment.first?.name == "POD")
        #expect(
            settings.notes == [
                "file key instrumentations: spec.python.volumeSizeLimit is deprecated and will be removed in a future release; use spec.python.volume.size instead"
            ])
    }

    @Test("what has no effect, or is not known, is named")
    func fixedInstrumentationNotes() throws {
        let file =
            "instrumentations: {spec: {sampler: {type: xray}, python: {volumelimitsize: 1, image: i}, java: {resourceRequirements: {}}}}\n"
        let unused = try resolved(file: file)
        #expect(unused.instrumentationForAll == nil)
        #expect(
            unused.notes == [
                "file key instrumentations: spec.java.resourceRequirements is not known, ignored",
                "file key instrumentations: spec.python.volumelimitsize is not known, ignored",
                "file key instrumentations: without effect unless enable-instrumentation-crds is false",
            ])
        let missing = try resolved(file: "enable-instrumentation-crds: false\n")
        #expect(missing.instrumentationForAll?.spec == InstrumentationSpec())
        #expect(
            missing.notes == [
                "file key enable-instrumentation-crds: there is no key instrumentations, so every field has its default"
            ])
        #expect(try resolved(file: "enable-instrumentation-crds: true\n") == Settings())
    }

    @Test(
        "an Instrumentation of the file that cannot be used stops the start, with the field",
        arguments: [
            ("[{spec: {}}]", "expected one object with the member spec, found a list"),
            ("{exporter: {}}", "expected one object with the member spec, found one without it"),
            ("yes", "expected one object with the member spec, found a boolean"),
            ("{spec: {propagators: b3}}", "spec.propagators is a string, expected a list"),
            ("{spec: {sampler: {type: nonsense}}}", "spec.sampler.type is not valid: nonsense"),
        ])
    func badFixedInstrumentation(text: String, message: String) {
        #expect(
            failure(file: "instrumentations: \(text)\n") == "file operator.yaml, key instrumentations: \(message)")
    }
}
