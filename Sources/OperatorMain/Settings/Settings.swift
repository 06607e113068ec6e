import Logging
import OperatorAPI
import Rendering

/// How the operator process is to behave: built-in defaults, then the configuration file, the environment, the flags.
///
/// Each setting is declared once, in `Setting.all`, with its flag, environment name and key in the configuration file.
struct Settings: Sendable, Equatable {
    // Serving
    var isWebhookEnabled = true
    /// Empty for every address, IPv6 and IPv4.
    var webhookHost = ""
    var webhookPort = 9443
    var webhookCertificateDirectory = "/tmp/k8s-webhook-server/serving-certs"
    /// Extra DNS names and IP addresses in the serving certificate, besides those of the Service.
    var webhookNames: [String] = []
    /// How long connections are still accepted after the signal to stop: until the cluster sends no more.
    var shutdownDelay = Duration.seconds(3)
    var certificateSecretName = "opentelemetry-operator-serving-certificate"
    var minimumTLSVersion = "VersionTLS12"
    var cipherSuites: [String] = []
    var metricsAddress = ":8443"
    var isMetricsSecure = true
    var metricsCertificateFile = ""
    var metricsKeyFile = ""
    var healthProbeAddress = ":8081"

    // Leading
    var isLeaderElectionEnabled = false

    // Injection
    var isMultiInstrumentationEnabled = true
    var enabledLanguages: Set<String> = ["java", "nodejs", "python", "dotnet", "apache-httpd", "sdk"]
    /// Replaces the built-in default image, by language.
    var instrumentationImages: [String: String] = [:]
    /// Whether `true` in an annotation asks for an Instrumentation of the pod's namespace.
    var areInstrumentationCRDsEnabled = true
    /// What `true` asks for otherwise, for all namespaces.
    var fixedInstrumentation: Instrumentation?

    // Collectors
    var collectorImage = ""
    var labelsFilter: [String] = []
    var annotationsFilter: [String] = ["^kubectl\\.kubernetes\\.io/last-applied-configuration$"]
    /// `auto`, `azmonitoring`, `coreos` or `none`.
    var monitorAPI = "auto"
    /// Whether collectors that serve TLS get the settings above where they have none of their own.
    var areOperandsConfigured = false
    /// For nodes in FIPS mode.
    var forbiddenComponents = ComponentDenyList.none
    var areResourceMetricsEnabled = false

    // Logging
    var log = LogSettings()

    /// What was asked for and has no effect, a sentence each: to be logged as warnings.
    var notes: [String] = []
}

struct LogSettings: Sendable, Equatable {
    enum Encoder: String, CaseIterable, Sendable { case json, console }
    enum TimeEncoding: String, CaseIterable, Sendable { case epoch, millis, nano, iso8601, rfc3339, rfc3339nano }

    var encoder = Encoder.json
    var timeEncoding = TimeEncoding.rfc3339
    var level = Logger.Level.info
    var messageKey = "message"
    var levelKey = "level"
    var timeKey = "timestamp"
    var isLevelLowercase = false
}

/// A setting that cannot be used as given. Printed as `configuration error: …` before the process exits with 1.
struct SettingsError: Error, Equatable, CustomStringConvertible {
    var description: String
}
