import OperatorAPI
import Testing

@Suite("Annotation keys")
struct AnnotationKeyTests {
    @Test("are spelled as users write them")
    func spelling() {
        let prefix = "instrumentation.opentelemetry.io/"
        let languages = ["java", "nodejs", "python", "dotnet", "go", "apache-httpd", "nginx", "sdk"]
        #expect(Language.allCases.map(AnnotationKey.inject) == languages.map { "\(prefix)inject-\($0)" })
        #expect(
            Language.allCases.filter { $0 != .nginx }.map(AnnotationKey.containerNames)
                == languages.filter { $0 != "nginx" }.map { "\(prefix)\($0)-container-names" })
        #expect(AnnotationKey.containerNames(.nginx) == "\(prefix)inject-nginx-container-names")
        #expect(
            Language.withAgent.map(AnnotationKey.defaultImage)
                == languages.dropLast().map { "\(prefix)default-auto-instrumentation-\($0)-image" })
        #expect(AnnotationKey.containerNames == "\(prefix)container-names")
        #expect(AnnotationKey.pythonPlatform == "\(prefix)otel-python-platform")
        #expect(AnnotationKey.dotnetRuntime == "\(prefix)otel-dotnet-auto-runtime")
        #expect(AnnotationKey.goTargetExecutable == "\(prefix)otel-go-auto-target-exe")
        #expect(AnnotationKey.sidecar == "sidecar.opentelemetry.io/inject")
        #expect(AnnotationKey.resourceAttribute("team") == "resource.opentelemetry.io/team")
    }

    @Test("every request begins with the text that the webhook searches for")
    func prefix() {
        for language in Language.allCases {
            #expect(AnnotationKey.inject(language).hasPrefix(AnnotationKey.injectPrefix))
        }
    }

    @Test("sections are the members of the spec")
    func sections() {
        #expect(
            Language.allCases.map(\.section) == [
                "java", "nodejs", "python", "dotnet", "go", "apacheHttpd", "nginx", nil,
            ])
    }
}
