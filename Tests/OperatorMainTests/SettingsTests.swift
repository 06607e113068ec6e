import Document
import Injection
import KubeModel
import Logging
import OperatorAPI
import Rendering
import Testing

@testable import OperatorMain

@Suite("Settings")
struct SettingsTests {
    @Test("a configuration file that cannot be read is an error, also when it is a folder", arguments: ["/", "/none"])
    func unreadableFile(path: String) {
        let error = #expect(throws: SettingsError.self) { try Run.readFile(path) }
        #expect(error?.description.contains("could not read \(path)") == true)
    }

    private func resolved(
        _ arguments: [String] = [], environment: [String: String] = [:], file: String? = nil
    ) throws(SettingsError) -> Settings {
        try Settings.resolved(
            arguments: (file == nil ? [] : ["--config-file", "operator.yaml"]) + arguments,
            environment: { environment[$0] },
            readFile: { (path) throws(SettingsError) in
                guard let file else { throw SettingsError(description: "could not read \(path)") }
                return Array(file.utf8)
            })
    }

    private func failure(
        _ arguments: [String] = [], environment: [String: String] = [:], file: String? = nil
    ) -> String? {
        do throws(SettingsError) {
            _ = try resolved(arguments, environment: environment, file: file)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("the defaults are those of the reference")
    func defaults() throws {
        let settings = try resolved()
        #expect(settings == Settings())
        #expect(settings.webhookPort == 9443)
        #expect(settings.metricsAddress == ":8443")
        #expect(settings.isMetricsSecure)
        #expect(settings.healthProbeAddress == ":8081")
        #expect(settings.isWebhookEnabled)
        #expect(!settings.isLeaderElectionEnabled)
        #expect(settings.isMultiInstrumentationEnabled)
        #expect(settings.enabledLanguages.isDisjoint(with: ["go", "nginx"]))
        #expect(settings.annotationsFilter == ["^kubectl\\.kubernetes\\.io/last-applied-configuration$"])
        #expect(settings.labelsFilter == [])
        #expect(settings.log == LogSettings())
    }

    @Test("a flag wins over the environment, that over the file, and that over the default")
    func precedence() throws {
        let file = "webhook-port: 1\nmetrics-addr: ':1'\nhealth-probe-addr: ':1'\n"
        let environment = ["WEBHOOK_PORT": "2", "METRICS_ADDR": ":2"]
        let settings = try resolved(["--webhook-port=3"], environment: environment, file: file)
        #expect(settings.webhookPort == 3)
        #expect(settings.metricsAddress == ":2")
        #expect(settings.healthProbeAddress == ":1")
    }

    @Test("booleans stand alone or have a value, as Go reads them")
    func booleans() throws {
        #expect(try resolved(["--enable-leader-election"]).isLeaderElectionEnabled)
        #expect(try resolved(["--enable-leader-election", "--webhook-port", "1"]).webhookPort == 1)
        for text in ["1", "t", "T", "true", "TRUE", "True"] {
            #expect(try resolved(["--enable-leader-election=\(text)"]).isLeaderElectionEnabled)
        }
        for text in ["0", "f", "F", "false", "FALSE", "False"] {
            #expect(try !resolved(["--metrics-secure=\(text)"]).isMetricsSecure)
            #expect(try !resolved(environment: ["ENABLE_WEBHOOKS": text]).isWebhookEnabled)
        }
        // As in Go, a boolean never takes the next argument.
        #expect(failure(["--metrics-secure", "false"])?.contains("unexpected argument \"false\"") == true)
    }

    @Test("a value stands behind = or is the next argument, and the last of several counts")
    func values() throws {
        #expect(try resolved(["--metrics-addr", ":1"]).metricsAddress == ":1")
        #expect(try resolved(["--collector-image=a=b"]).collectorImage == "a=b")
        #expect(try resolved(["--webhook-port=1", "--webhook-port=2"]).webhookPort == 2)
        #expect(try resolved(["--metrics-addr="]).metricsAddress == ":8080")
    }

    @Test(
        "what cannot be used names where it was given and what was expected",
        arguments: [
            (["--webhook-port=http"], [:], nil, "flag --webhook-port: expected a whole number, found \"http\""),
            (["--webhook-port=70000"], [:], nil, "flag --webhook-port: expected a port from 0 to 65535, found 70000"),
            (
                [], ["ENABLE_WEBHOOKS": "yes"], nil,
                "environment variable ENABLE_WEBHOOKS: expected true or false, found \"yes\""
            ),
            ([], ["WEBHOOK_PORT": ""], nil, "environment variable WEBHOOK_PORT: expected a whole number, found \"\""),
            ([], [:], "webhook-port: [1]\n", "file operator.yaml, key webhook-port: expected a plain value, found"),
            ([], [:], "labels-filter: [1]\n", "file operator.yaml, key labels-filter: expected a list of texts"),
            ([], [:], "- a\n", "file operator.yaml: expected a map, found"),
            ([], [:], "a: [\n", "file operator.yaml:"),
            (["--zap-encoder=xml"], [:], nil, "flag --zap-encoder: expected one of json, console, found \"xml\""),
            (
                ["--zap-log-level=-1"], [:], nil,
                "flag --zap-log-level: expected debug, info, error, panic or a number above 0"
            ),
            (["--tls-min-version=1.2"], [:], nil, "flag --tls-min-version: expected VersionTLS12 or VersionTLS13"),
            (["--no-such-flag"], [:], nil, "unknown flag --no-such-flag; see otel-operator run --help"),
            (["--no-such-flag=1"], [:], nil, "unknown flag --no-such-flag; see otel-operator run --help"),
            (["--webhook-port"], [:], nil, "flag --webhook-port needs a value"),
            (["start"], [:], nil, "unexpected argument \"start\""),
            (["-v"], [:], nil, "unexpected argument \"-v\""),
            (["--enable-cr-metrics=maybe"], [:], nil, "flag --enable-cr-metrics: expected true or false"),
        ] as [([String], [String: String], String?, String)])
    func badValues(arguments: [String], environment: [String: String], file: String?, text: String) {
        let failure = failure(arguments, environment: environment, file: file)
        #expect(failure?.hasPrefix(text) == true, "\(failure ?? "accepted")")
    }

    @Test("a file that cannot be read is an error, an empty one is not")
    func files() throws {
        #expect(failure(["--config-file=missing.yaml"]) == "could not read missing.yaml")
        #expect(try resolved(file: "") == Settings())
        #expect(try resolved(file: "some-future-key: 1\n") == Settings())
    }

    @Test("file keys are as irregular as the reference's, and nested ones are found")
    func fileKeys() throws {
        let settings = try resolved(
            file: """
                enable-node-js-auto-instrumentation: off
                enable-dot-net-auto-instrumentation: "false"
                enable-go-auto-instrumentation: true
                auto-instrumentation-node-js-image: node:1
                auto-instrumentation-dot-net-image: dot:1
                tls:
                  minversion: VersionTLS13
                  ciphersuites: [TLS_A, TLS_B]
                zap:
                  message-key: msg
                  level-format: lowercase
                annotations-filter:
                - a{1,2}
                - b
                """)
        #expect(settings.enabledLanguages == ["java", "python", "go", "apache-httpd", "sdk"])
        #expect(settings.instrumentationImages == ["nodejs": "node:1", "dotnet": "dot:1"])
        #expect(settings.minimumTLSVersion == "VersionTLS13")
        #expect(settings.cipherSuites == ["TLS_A", "TLS_B"])
        #expect(settings.log.messageKey == "msg")
        #expect(settings.log.isLevelLowercase)
        #expect(settings.annotationsFilter == ["a{1,2}", "b"])
    }

    @Test("lists are separated by commas, spaces do not count, and a repeated flag adds")
    func lists() throws {
        #expect(try resolved(["--webhook-names=a, b,,", "--webhook-names", "c"]).webhookNames == ["a", "b", "c"])
        #expect(try resolved(environment: ["TLS_CIPHER_SUITES": "A,B"]).cipherSuites == ["A", "B"])
        #expect(try resolved(environment: ["LABELS_FILTER": "a.*, b"]).labelsFilter == ["a.*", "b"])
        #expect(try resolved(environment: ["LABELS_FILTER": ""]).labelsFilter == [])
    }

    @Test("a pattern in a flag may hold a comma")
    func patterns() throws {
        let settings = try resolved(["--labels-filter=x{1,2}", "--labels-filter=y"])
        #expect(settings.labelsFilter == ["x{1,2}", "y"])
        #expect(try resolved(["--annotations-filter=z"]).annotationsFilter == ["z"])
    }

    @Test("explicit log flags win over zap-devel, in whatever order they stand")
    func development() throws {
        let plain = try resolved(["--zap-devel"]).log
        #expect(plain.encoder == .console && plain.level == .debug)
        let log = try resolved(["--zap-encoder=json", "--zap-log-level=ERROR", "--zap-devel"]).log
        #expect(log.encoder == .json && log.level == .error)
        #expect(try resolved(["--zap-log-level=2"]).log.level == .trace)
    }

    // MARK: - Injection

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

    @Test("the collector's default image is set by flag, variable and key")
    func collectorImage() throws {
        #expect(try resolved(["--collector-image=f"]).collectorImage == "f")
        #expect(try resolved(environment: ["RELATED_IMAGE_COLLECTOR": "e"]).collectorImage == "e")
        #expect(try resolved(file: "collector-image: k\n").collectorImage == "k")
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

    // MARK: - A Deployment made for the reference

    @Test("takes every flag of the reference, and says which have no effect")
    func ignoredFlags() throws {
        let settings = try resolved([
            "--watch-namespace=a,b", "--pprof-addr=:1", "--create-sm-operator-metrics=true",
            "--ignore-missing-collector-crds", "--create-rbac-permissions", "--openshift-create-dashboard",
            "--openshift-webhook-replicas=3", "--clusterobservability-collector-image=x", "--target-allocator-image=x",
            "--operator-opamp-bridge-image", "x", "--tls-cluster-profile",
            "--zap-stacktrace-level=error", "--enable-leader-election",
        ])
        #expect(settings.isLeaderElectionEnabled)
        #expect(settings.notes.count == 11)
        #expect(settings.notes.contains("flag --watch-namespace: not supported by this version, ignored"))
        var rest = settings
        rest.notes = []
        rest.isLeaderElectionEnabled = false
        #expect(rest == Settings())
    }

    @Test(
        "collectors get the operator's TLS settings only when asked for",
        arguments: [
            ([], nil), (["--tls-min-version=VersionTLS13"], nil),
            (["--tls-configure-operands"], TLSProfile(minimumVersion: "1.2")),
            (
                ["--tls-configure-operands", "--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
                TLSProfile(minimumVersion: "1.2", cipherSuites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"])
            ),
            (
                [
                    "--tls-configure-operands", "--tls-min-version=VersionTLS13",
                    "--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                ], TLSProfile(minimumVersion: "1.3")
            ),
        ] as [([String], TLSProfile?)])
    func operandTLS(_ flags: [String], _ profile: TLSProfile?) throws {
        let settings = try resolved(flags)
        #expect(try settings.rendering(ProcessEnvironment()).tlsProfile == profile)
        #expect(settings.notes == [])
    }

    @Test("components that FIPS forbids come from flag, environment or file, and a slip is named")
    func forbiddenComponents() throws {
        let wanted = try ComponentDenyList(["receiver.kafka", "exporter.zipkin"])
        #expect(
            try resolved(["--fips-disabled-components=receiver.kafka,exporter.zipkin"]).forbiddenComponents == wanted)
        #expect(
            try resolved(environment: ["FIPS_DISABLED_COMPONENTS": "exporter.zipkin,receiver.kafka"])
                .forbiddenComponents == wanted)
        #expect(
            try resolved(file: "fips-disabled-components: receiver.kafka,exporter.zipkin\n").forbiddenComponents
                == wanted)
        #expect(
            failure(["--fips-disabled-components=kafka"])
                == "flag --fips-disabled-components: expected one of receiver.TYPE, exporter.TYPE, processor.TYPE, extension.TYPE, found \"kafka\""
        )
        // The default of the reference, a slip that its Deployments may carry.
        #expect(try resolved(["--fips-disabled-components=uppercase"]).forbiddenComponents == .none)
    }

    @Test("metrics about collectors are off until asked for")
    func resourceMetrics() throws {
        #expect(try !resolved().areResourceMetricsEnabled)
        #expect(try resolved(["--enable-cr-metrics"]).areResourceMetricsEnabled)
        #expect(try resolved(environment: ["ENABLE_CR_METRICS": "true"]).areResourceMetricsEnabled)
    }

    @Test("what is switched off, or empty, is no reason to warn")
    func switchedOff() throws {
        let settings = try resolved(
            ["--pprof-addr=", "--watch-namespace="], environment: ["CREATE_SM_OPERATOR_METRICS": "False"])
        #expect(settings.notes == [])
    }

    @Test("the environment and the file are looked at, too")
    func ignoredElsewhere() throws {
        let settings = try resolved(
            environment: ["WATCH_NAMESPACE": "a"], file: "targetallocator-image: x\ntls: {useclusterprofile: true}\n")
        #expect(
            settings.notes == [
                "file operator.yaml, key targetallocator-image: not supported by this version, ignored",
                "file operator.yaml, key tls.useclusterprofile: not supported by this version, ignored",
                "environment variable WATCH_NAMESPACE: not supported by this version, ignored",
            ])
    }

    @Test("feature gates that already stand as asked for need no word; others are named")
    func featureGates() throws {
        #expect(
            try resolved(["--feature-gates=operator.golang.flags,+operand.networkpolicy,-operator.networkpolicy"]).notes
                == [])
        #expect(
            try resolved(["--feature-gates= operator.clusterobservability , -operand.networkpolicy"]).notes == [
                "feature gate operator.clusterobservability: cannot be switched on in this version, ignored",
                "feature gate operand.networkpolicy: cannot be switched off in this version, ignored",
            ])
        #expect(
            failure(["--feature-gates=nonsense"])?.hasPrefix("flag --feature-gates: no feature gate \"nonsense\"")
                == true)
        #expect(
            failure(environment: ["FEATURE_GATES": "-operator.golang.flags"])
                == "environment variable FEATURE_GATES: feature gate operator.golang.flags is stable and cannot be switched off"
        )
    }

    @Test("an old TLS version is raised, not refused")
    func oldTLS() throws {
        let settings = try resolved(environment: ["TLS_MIN_VERSION": "VersionTLS10"])
        #expect(settings.minimumTLSVersion == "VersionTLS12")
        #expect(settings.notes.count == 1)
    }

    @Test("the help names every flag, variable and key")
    func help() {
        for setting in Setting.all {
            if let flag = setting.flag { #expect(Setting.flagsHelp.contains("  --\(flag)")) }
            if let name = setting.environment { #expect(Setting.flagsHelp.contains("environment \(name)")) }
            if let key = setting.fileKey { #expect(Setting.flagsHelp.contains("file key \(key)")) }
        }
        #expect(Setting.flagsHelp.contains("--config-file"))
    }

    @Test("no flag, variable or key means two things")
    func uniqueNames() {
        for names in [
            Setting.all.compactMap(\.flag), Setting.all.compactMap(\.environment), Setting.all.compactMap(\.fileKey),
        ] {
            #expect(Set(names).count == names.count)
        }
    }
}
