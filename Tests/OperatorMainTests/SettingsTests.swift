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

    @Test("the collector's default image is set by flag, variable and key")
    func collectorImage() throws {
        #expect(try resolved(["--collector-image=f"]).collectorImage == "f")
        #expect(try resolved(environment: ["RELATED_IMAGE_COLLECTOR": "e"]).collectorImage == "e")
        #expect(try resolved(file: "collector-image: k\n").collectorImage == "k")
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

// MARK: - Settings to test with

func resolved(
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

func failure(
    _ arguments: [String] = [], environment: [String: String] = [:], file: String? = nil
) -> String? {
    do throws(SettingsError) {
        _ = try resolved(arguments, environment: environment, file: file)
        return nil
    } catch {
        return error.description
    }
}
