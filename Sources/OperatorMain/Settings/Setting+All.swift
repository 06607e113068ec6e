import Logging
import Rendering

extension Setting {
    /// Every setting, in the order in which `run --help` lists them.
    static let all: [Setting] = serving + leading + injection + collectors + tls + logging + unsupported

    private static let serving: [Setting] = [
        .boolean(
            "enable-webhooks", env: "ENABLE_WEBHOOKS", file: "enable-webhooks",
            "Serve the admission webhooks (default true)."
        ) { $0.isWebhookEnabled = $1 },
        .text("webhook-host", env: nil, file: nil, "Address that the webhooks listen on (default: all).") {
            $0.webhookHost = $1
        },
        .integer("webhook-port", env: "WEBHOOK_PORT", file: "webhook-port", "Port of the webhooks (default 9443).") {
            (settings, value) throws(SettingsError) in
            guard (0...65535).contains(value) else {
                throw SettingsError(description: "expected a port from 0 to 65535, found \(value)")
            }
            settings.webhookPort = value
        },
        .text(
            "webhook-cert-dir", env: nil, file: nil,
            "Folder with tls.crt and tls.key, used instead of the operator's own certificate when it holds both."
        ) { $0.webhookCertificateDirectory = $1 },
        .list(
            "webhook-names", env: nil, file: nil,
            "More DNS names or IP addresses for the serving certificate, comma separated."
        ) { $0.webhookNames = $1 },
        .integer(
            "shutdown-delay", env: nil, file: nil,
            "Seconds for which connections are still accepted after the signal to stop (default 3)."
        ) { (settings, value) throws(SettingsError) in
            guard (0...300).contains(value) else {
                throw SettingsError(description: "expected 0 to 300 seconds, found \(value)")
            }
            settings.shutdownDelay = .seconds(value)
        },
        .text("webhook-secret", env: nil, file: nil, "Secret that holds the operator's own CA and certificate.") {
            $0.certificateSecretName = $1
        },
        .boolean(
            "enable-cr-metrics", env: "ENABLE_CR_METRICS", file: "enable-cr-metrics",
            "Metrics about the collectors' components, from the replica that leads (default false)."
        ) { $0.areResourceMetricsEnabled = $1 },
        .text(
            "metrics-addr", env: "METRICS_ADDR", file: "metrics-addr",
            "Address of the metrics endpoint (default :8443; 0 switches it off)."
        ) { $0.metricsAddress = $1.isEmpty ? ":8080" : $1 },
        .boolean(
            "metrics-secure", env: "METRICS_SECURE", file: "metrics-secure",
            "Serve metrics over HTTPS to authorized ServiceAccounts only (default true)."
        ) { $0.isMetricsSecure = $1 },
        .text(
            "metrics-tls-cert-file", env: "METRICS_TLS_CERT_FILE", file: "metrics-tls-cert-file",
            "Certificate of the metrics endpoint (default: a self-signed one)."
        ) { $0.metricsCertificateFile = $1 },
        .text(
            "metrics-tls-key-file", env: "METRICS_TLS_KEY_FILE", file: "metrics-tls-key-file",
            "Key of that certificate."
        ) { $0.metricsKeyFile = $1 },
        .text(
            "health-probe-addr", env: "HEALTH_PROBE_ADDR", file: "health-probe-addr",
            "Address of /healthz and /readyz (default :8081)."
        ) { $0.healthProbeAddress = $1 },
    ]

    private static let leading: [Setting] = [
        .boolean(
            "enable-leader-election", env: "ENABLE_LEADER_ELECTION", file: "enable-leader-election",
            "Reconcile only while holding the Lease (default false; needed with more than one replica)."
        ) { $0.isLeaderElectionEnabled = $1 }
    ]

    /// What decides how pods are injected: all of it is the same for `run` and `inject`.
    static let injection: [Setting] =
        [
            .boolean(
                "enable-multi-instrumentation", env: "ENABLE_MULTI_INSTRUMENTATION",
                file: "enable-multi-instrumentation", "Allow several languages in one pod (default true)."
            ) { $0.isMultiInstrumentationEnabled = $1 },
            .text(
                "collector-image", env: "RELATED_IMAGE_COLLECTOR", file: "collector-image",
                "Collector image for resources that name none."
            ) { $0.collectorImage = $1 },
        ]
        + languages.map { language, flag, env, file, isOn in
            .boolean(flag, env: env, file: file, "Inject \(language) agents (default \(isOn)).") {
                if $1 { $0.enabledLanguages.insert(language) } else { $0.enabledLanguages.remove(language) }
            }
        }
        + images.map { language, env, file in
            .text(
                "auto-instrumentation-\(language)-image", env: env, file: file, "Image of the \(language) agent."
            ) { $0.instrumentationImages[language] = $1 }
        }
        + [
            .boolean(
                nil, env: nil, file: "enable-instrumentation-crds",
                "Whether \"true\" in an annotation means the Instrumentation of the pod's namespace (default true), or the one of the key instrumentations."
            ) { $0.areInstrumentationCRDsEnabled = $1 },
            .tree(
                file: "instrumentations",
                "The one Instrumentation of all namespaces, for enable-instrumentation-crds: false; written like the custom resource."
            ) { (settings, value) throws(SettingsError) in
                settings.fixedInstrumentation = try FixedInstrumentation.read(value, notes: &settings.notes)
            },
        ]

    /// The file keys are as irregular as the reference's.
    private static let languages: [(String, flag: String, env: String, file: String, isOn: Bool)] = [
        (
            "java", "enable-java-instrumentation", "ENABLE_JAVA_AUTO_INSTRUMENTATION",
            "enable-java-auto-instrumentation", true
        ),
        (
            "nodejs", "enable-nodejs-instrumentation", "ENABLE_NODEJS_AUTO_INSTRUMENTATION",
            "enable-node-js-auto-instrumentation", true
        ),
        (
            "python", "enable-python-instrumentation", "ENABLE_PYTHON_AUTO_INSTRUMENTATION",
            "enable-python-auto-instrumentation", true
        ),
        (
            "dotnet", "enable-dotnet-instrumentation", "ENABLE_DOTNET_AUTO_INSTRUMENTATION",
            "enable-dot-net-auto-instrumentation", true
        ),
        ("go", "enable-go-instrumentation", "ENABLE_GO_AUTO_INSTRUMENTATION", "enable-go-auto-instrumentation", false),
        (
            "apache-httpd", "enable-apache-httpd-instrumentation", "ENABLE_APACHE_HTTPD_AUTO_INSTRUMENTATION",
            "enable-apache-httpd-instrumentation", true
        ),
        (
            "nginx", "enable-nginx-instrumentation", "ENABLE_NGINX_AUTO_INSTRUMENTATION",
            "enable-nginx-auto-instrumentation", false
        ),
    ]

    private static let images: [(String, env: String, file: String)] = [
        ("java", "RELATED_IMAGE_AUTO_INSTRUMENTATION_JAVA", "auto-instrumentation-java-image"),
        ("nodejs", "RELATED_IMAGE_AUTO_INSTRUMENTATION_NODEJS", "auto-instrumentation-node-js-image"),
        ("python", "RELATED_IMAGE_AUTO_INSTRUMENTATION_PYTHON", "auto-instrumentation-python-image"),
        ("dotnet", "RELATED_IMAGE_AUTO_INSTRUMENTATION_DOTNET", "auto-instrumentation-dot-net-image"),
        ("go", "RELATED_IMAGE_AUTO_INSTRUMENTATION_GO", "auto-instrumentation-go-image"),
        (
            "apache-httpd", "RELATED_IMAGE_AUTO_INSTRUMENTATION_APACHE_HTTPD",
            "auto-instrumentation-apache-httpd-image"
        ),
        ("nginx", "RELATED_IMAGE_AUTO_INSTRUMENTATION_NGINX", "auto-instrumentation-nginx-image"),
    ]

    /// What decides how collectors are rendered: all of it is the same for `run` and `render`.
    static let rendering: [Setting] = injection.filter { $0.flag == "collector-image" } + collectors + tls

    private static let tls: [Setting] = [
        .text(
            "tls-min-version", env: "TLS_MIN_VERSION", file: "tls.minversion",
            "Lowest TLS version served: VersionTLS12 (default) or VersionTLS13."
        ) { (settings, value) throws(SettingsError) in
            switch value {
            case "VersionTLS12", "VersionTLS13": settings.minimumTLSVersion = value
            case "VersionTLS10", "VersionTLS11":
                // Known to the reference; no client of a webhook needs them.
                settings.minimumTLSVersion = "VersionTLS12"
                settings.notes.append("TLS version \(value): not served, the lowest is VersionTLS12")
            default:
                throw SettingsError(description: "expected VersionTLS12 or VersionTLS13, found \"\(value)\"")
            }
        },
        .list(
            "tls-cipher-suites", env: "TLS_CIPHER_SUITES", file: "tls.ciphersuites",
            "TLS 1.2 cipher suites by their IANA names, comma separated (default: those with forward secrecy and AEAD)."
        ) { $0.cipherSuites = $1 },
    ]

    private static let collectors: [Setting] = [
        .patterns(
            "labels-filter", env: "LABELS_FILTER", file: "labels-filter",
            "Regular expressions; labels that match are not copied to a collector's objects."
        ) { $0.labelsFilter = $1 },
        .patterns(
            "annotations-filter", env: "ANNOTATIONS_FILTER", file: "annotations-filter",
            "Regular expressions; annotations that match are not copied (default: kubectl's last-applied)."
        ) { $0.annotationsFilter = $1 },
        .choice(
            "monitor-api", env: "MONITOR_API", file: "monitor-api",
            "PodMonitors to create: auto (what the cluster serves), azmonitoring, coreos or none.",
            of: MonitorAPIChoice.self
        ) { $0.monitorAPI = $1.rawValue },
        .boolean(
            "tls-configure-operands", env: "TLS_CONFIGURE_OPERANDS", file: "tls.configureoperands",
            "Give tls-min-version and tls-cipher-suites to collectors, too, where they serve TLS and say nothing (default false)."
        ) { $0.areOperandsConfigured = $1 },
        .list(
            "fips-disabled-components", env: "FIPS_DISABLED_COMPONENTS", file: "fips-disabled-components",
            "Components that no collector may use on a node in FIPS mode, comma separated: receiver.kafka,exporter.zipkin."
        ) { (settings, value) throws(SettingsError) in
            // The reference's default is this word, which forbids nothing.
            let entries = value.filter { $0 != "uppercase" }
            do throws(ComponentDenyList.InvalidEntry) {
                settings.forbiddenComponents = try ComponentDenyList(entries)
            } catch {
                throw SettingsError(description: error.description)
            }
        },
    ]

    private static let logging: [Setting] = [
        // First, so that the other flags can still say otherwise.
        .boolean("zap-devel", env: nil, file: nil, "Console text at level debug, unless other flags say otherwise.") {
            if $1 {
                $0.log.encoder = .console
                $0.log.level = .debug
            }
        },
        .text("zap-log-level", env: nil, file: nil, "Log level: debug, info (default), error, panic, or a number.") {
            (settings, value) throws(SettingsError) in
            switch value.lowercased() {
            case "debug": settings.log.level = .debug
            case "info": settings.log.level = .info
            case "error": settings.log.level = .error
            case "panic": settings.log.level = .critical
            default:
                guard let number = Int(value), number > 0 else {
                    throw SettingsError(
                        description: "expected debug, info, error, panic or a number above 0, found \"\(value)\"")
                }
                settings.log.level = number > 1 ? .trace : .debug
            }
        },
        .choice("zap-encoder", "Log lines as json (default) or console text.", of: LogSettings.Encoder.self) {
            $0.log.encoder = $1
        },
        .choice(
            "zap-time-encoding", "Time in log lines: rfc3339 (default), rfc3339nano, iso8601, epoch, millis, nano.",
            of: LogSettings.TimeEncoding.self
        ) { $0.log.timeEncoding = $1 },
        .text(
            "zap-stacktrace-level", env: nil, file: nil,
            "Accepted for compatibility; log lines hold no stack traces."
        ) { _, _ in },
        .text(
            "zap-message-key", env: "ZAP_MESSAGE_KEY", file: "zap.message-key", "Key of the message (default message)."
        ) { $0.log.messageKey = $1 },
        .text("zap-level-key", env: "ZAP_LEVEL_KEY", file: "zap.level-key", "Key of the level (default level).") {
            $0.log.levelKey = $1
        },
        .text("zap-time-key", env: "ZAP_TIME_KEY", file: "zap.time-key", "Key of the time (default timestamp).") {
            $0.log.timeKey = $1
        },
        .text(
            "zap-level-format", env: "ZAP_LEVEL_FORMAT", file: "zap.level-format",
            "Levels in lowercase, or uppercase (default)."
        ) { $0.log.isLevelLowercase = $1 == "lowercase" },
    ]

    /// So that a Deployment made for the reference starts, whatever flags it has.
    private static let unsupported: [Setting] = [
        .text(
            "feature-gates", env: "FEATURE_GATES", file: "feature-gates",
            "Comma separated names of the reference's feature gates, each with + (on) or - (off) before it."
        ) { (settings, value) throws(SettingsError) in
            settings.notes += try FeatureGate.notes(on: value)
        },
        .ignored(
            .list, "watch-namespace", env: "WATCH_NAMESPACE", file: "watch-namespace", "Namespaces to watch."),
        .ignored(.text, "pprof-addr", env: "PPROF_ADDR", file: "pprof-addr", "Address of the profiler."),
        .ignored(
            .boolean, "create-sm-operator-metrics", env: "CREATE_SM_OPERATOR_METRICS",
            file: "create-service-monitor-operator-metrics", "A ServiceMonitor for the operator."),
        .ignored(
            .boolean, "ignore-missing-collector-crds", env: "IGNORE_MISSING_COLLECTOR_CRDS",
            file: "ignore-missing-collector-crds", "Start without CRDs, as this version always does."),
        .ignored(
            .boolean, "create-rbac-permissions", env: nil, file: nil, "Deprecated in the reference, too."),
        .ignored(
            .boolean, "openshift-create-dashboard", env: "OPENSHIFT_CREATE_DASHBOARD",
            file: "openshift-create-dashboard", "An OpenShift dashboard."),
        .ignored(
            .integer, "openshift-webhook-replicas", env: "OPENSHIFT_WEBHOOK_REPLICAS",
            file: "openshift-webhook-replicas", "Replicas of the webhook on OpenShift."),
        .ignored(
            .text, "clusterobservability-collector-image", env: nil, file: "clusterobservability-collector-image",
            "Collector image of ClusterObservability."),
        .ignored(
            .text, "target-allocator-image", env: "RELATED_IMAGE_TARGET_ALLOCATOR", file: "targetallocator-image",
            "Image of target allocators."),
        .ignored(
            .text, "operator-opamp-bridge-image", env: "RELATED_IMAGE_OPERATOR_OPAMP_BRIDGE",
            file: "operatoropampbridge-image", "Image of OpAMP bridges."),
        .ignored(
            .boolean, "tls-cluster-profile", env: "TLS_CLUSTER_PROFILE", file: "tls.useclusterprofile",
            "The TLS profile of an OpenShift cluster."),
    ]
}
