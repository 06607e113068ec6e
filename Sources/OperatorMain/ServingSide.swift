import Glibc
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Reconcilers
import ServiceLifecycle
import ServingCertificate
import Webhook

/// Where the webhook's certificate comes from: a mounted folder when it holds one, our own CA otherwise.
struct ServingSide {
    let source = CertificateSource()
    let services: [any Service]

    init(_ settings: Settings, _ environment: ProcessEnvironment, client: Client) throws {
        guard settings.isWebhookEnabled else {
            services = []
            return
        }
        let logger = Logger(label: "certificate")
        let directory = settings.webhookCertificateDirectory
        if access("\(directory)/tls.crt", R_OK) == 0 {
            logger.info("serving the mounted certificate", metadata: ["directory": "\(directory)"])
            services = [CertificateWatcher(MountedCertificate(directory: directory, source: source), logger: logger)]
            return
        }
        let secret = ObjectKey(namespace: environment.namespace, name: settings.certificateSecretName)
        let reconciler = CertificateReconciler(
            api: client, secret: secret, names: try settings.servingNames(namespace: environment.namespace),
            source: source, webhooks: Self.configurations, logger: logger)
        let controller = Controller(name: "certificate", logger: logger) { _ in try await reconciler.reconcile() }
        let key = ObjectKey(name: "serving")

        // One object each, by name: RBAC allows no more.
        let secrets = Reflector(
            .secret, namespaces: [secret.namespace],
            options: ListOptions(fieldSelector: "metadata.name=\(secret.name)"), projection: .metadata, api: client,
            logger: logger
        ) { _ in true }
        controller.watch(secrets) { _ in [key] }
        var services: [any Service] = [secrets]
        for configuration in Self.configurations {
            let reflector = Reflector(
                configuration.type, options: ListOptions(fieldSelector: "metadata.name=\(configuration.name)"),
                projection: .metadata, api: client, logger: logger
            ) { _ in true }
            controller.watch(reflector) { _ in [key] }
            services.append(reflector)
        }
        controller.queue.add(key)
        self.services = services + [controller]
    }

    /// When the certificate that is served now ends; not a number until there is one.
    var gauges: [ObservedGauge] {
        let source = source
        return [
            ObservedGauge(
                name: "otel_operator_serving_certificate_expiry_timestamp_seconds",
                help: "End of the webhook's serving certificate in seconds since 1970", labels: [],
                read: { source.current.map { Double($0.identity.leaf.notAfter.secondsSince1970) } ?? .nan })
        ]
    }

    private static let configurations: [CertificateReconciler.WebhookConfiguration] = [
        .init(
            type: .mutatingWebhookConfiguration, name: "opentelemetry-operator-mutating-webhook-configuration"),
        .init(
            type: .validatingWebhookConfiguration, name: "opentelemetry-operator-validating-webhook-configuration"),
        // Its versions are converted by us. A tool that applies it anew without the bundle is seen by the watch.
        .init(type: .customResourceDefinition, name: "opentelemetrycollectors.opentelemetry.io"),
    ]
}
