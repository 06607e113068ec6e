import Admission
import Conversion
import Injection
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import NIOCore
import NIOPosix
import OperatorAPI
import Reconcilers
import Rendering
import ServiceLifecycle
import ServingCertificate
import TLSServer
import UnixSignals
import Webhook

/// The operator as a process: everything that runs, wired together.
///
/// Started in this order and stopped in the opposite one: health and metrics, events, reflectors, certificate, webhook,
/// and what only the leader does. So a stopping replica first stops reconciling and gives its lease back, then answers
/// its last reviews from stores that are still current.
struct OperatorProcess {
    let settings: Settings
    let environment: ProcessEnvironment

    /// Until a signal to stop, or until something fails that the process cannot do without.
    func run() async throws {
        let logger = Logger(label: "operator")
        let exposition = Exposition()
        logger.info(
            "starting", metadata: ["version": "\(Version.current)", "namespace": "\(environment.namespace)"])
        let configuration = try ClusterConfiguration.detected(environment: ProcessEnvironment.all)
        let client = Client(
            configuration, options: .ours, logger: Logger(label: "kube-client"),
            onRequest: Exposition.count)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: HTTPServer.defaultThreadCount)
        do {
            let services = try assemble(client, group: group, exposition: exposition, logger: logger)
            var lifecycle = ServiceGroupConfiguration(
                services: services.map {
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            // Within the manifests' terminationGracePeriodSeconds, so that the end is ours and not a kill.
            lifecycle.maximumGracefulShutdownDuration = .seconds(25)
            try await ServiceGroup(configuration: lifecycle).run()
        } catch {
            await client.shutdown()
            try? await group.shutdownGracefully()
            throw error
        }
        await client.shutdown()
        try? await group.shutdownGracefully()
        logger.info("stopped")
    }

    private func assemble(
        _ client: Client, group: any EventLoopGroup, exposition: Exposition, logger: Logger
    ) throws -> [any Service] {
        let events = EventRecorder(api: client, instance: environment.podName, logger: Logger(label: "events"))
        let stores = Stores(api: client, logger: Logger(label: "stores"))
        let certificate = try ServingSide(settings, environment, client: client)
        let version = ClusterVersion(api: client, logger: Logger(label: "setup"))
        let collectors = try CollectorSide(
            settings, environment, client: client, stores: stores, version: version, events: events)
        let instrumentations = try InstrumentationSide(settings, client: client, stores: stores, events: events)

        let inventory = settings.areResourceMetricsEnabled ? CollectorInventory(stores.collectors) : nil
        if let inventory { exposition.observe(inventory) }
        let gauges = stores.gauges + collectors.gauges + instrumentations.gauges + certificate.gauges
        for gauge in gauges { exposition.observe(gauge) }

        var services: [any Service] = []
        services.append(
            try healthServer(stores: stores, version: version, certificate: certificate.source, group: group))
        if let metrics = try metricsServer(client, exposition: exposition, group: group) { services += metrics }
        services.append(events)
        services += stores.services + collectors.reflectors
        services += certificate.services
        services.append(version)
        if settings.isWebhookEnabled {
            services.append(
                try webhookServer(
                    stores: stores, version: version, certificate: certificate.source,
                    validation: collectors.validation, client: client, events: events, group: group))
        } else {
            logger.warning("webhooks are off: no pod is injected, and resources are not defaulted")
        }
        services.append(
            LeadingService(
                elector: settings.isLeaderElectionEnabled
                    ? LeaderElector(
                        .init(namespace: environment.namespace, identity: "\(environment.podName)_\(UniqueID.make())"),
                        api: client, recorder: events, logger: Logger(label: "leader-election")) : nil,
                work: [collectors.leading] + instrumentations.leading + (inventory.map { [$0.leading] } ?? [])))
        return services
    }
}

// MARK: - Servers

extension OperatorProcess {
    private func webhookServer(
        stores: Stores, version: ClusterVersion, certificate: CertificateSource,
        validation: @escaping @Sendable () -> CollectorValidation, client: Client, events: EventRecorder,
        group: any EventLoopGroup
    ) throws -> HTTPServer {
        let injection = try settings.injection()
        let defaults = injection.defaultImages
        let renderer = CollectorRenderer(options: try settings.rendering(environment))
        let sidecars = SidecarCatalog(collectors: stores.collectors.store) { collector throws(SidecarFailure) in
            try renderer.sidecar(of: collector)
        }
        let handlers: [String: any AdmissionHandler] = [
            PodMutator.path: PodMutator(
                injector: Injector(settings: injection), namespaces: stores.namespaces.store,
                instrumentations: stores.instrumentations.store, fixed: settings.instrumentationForAll,
                sidecars: sidecars.source { version.hasNativeSidecars },
                owners: OwnerReader(api: client, logger: Logger(label: "owners")),
                reporter: RefusalReporter(events: events, logger: Logger(label: "injection"))),
            "/mutate-opentelemetry-io-v1alpha1-instrumentation": DefaultingHandler {
                Instrumentation.defaulting($0, images: defaults)
            },
            "/validate-opentelemetry-io-v1alpha1-instrumentation": ValidatingHandler {
                try Instrumentation($0).validated(images: defaults)
            },
            CollectorDefaultingHandler.path: CollectorDefaultingHandler(events: events),
            CollectorValidatingHandler.path: CollectorValidatingHandler(
                validation, reviewer: AccessReviewer(api: client)),
        ]
        let logger = Logger(label: "webhook")
        let conversion = ConversionResponder(logger: logger) { try CollectorConversion.converted($0, to: $1) }
        return HTTPServer(
            name: "webhook", address: ListenAddress(host: settings.webhookHost, port: settings.webhookPort),
            security: .tls(TLSContextCache(source: certificate, settings: try settings.tls())),
            shutdownDelay: settings.shutdownDelay,
            responder: PathRouter(
                [ConversionResponder.path: conversion], others: AdmissionRouter(handlers, logger: logger)),
            group: group, logger: logger)
    }

    private func healthServer(
        stores: Stores, version: ClusterVersion, certificate: CertificateSource, group: any EventLoopGroup
    ) throws -> HTTPServer {
        var ready: [HealthCheck] = [
            .ping("readyz"), HealthCheck("stores") { stores.areSettled },
        ]
        if settings.isWebhookEnabled {
            ready.append(HealthCheck("webhook") { certificate.current != nil })
            ready.append(HealthCheck("version") { version.isSettled })
        }
        return HTTPServer(
            name: "health", address: try Settings.address(settings.healthProbeAddress, "health-probe-addr"),
            security: .plain, responder: HealthResponder(readyz: ready), group: group,
            logger: Logger(label: "health"))
    }

    /// `nil` when metrics are switched off.
    private func metricsServer(
        _ client: Client, exposition: Exposition, group: any EventLoopGroup
    ) throws -> [any Service]? {
        guard settings.metricsAddress != "0" else { return nil }
        let address = try Settings.address(settings.metricsAddress, "metrics-addr")
        let logger = Logger(label: "metrics")
        guard settings.isMetricsSecure else {
            let responder = MetricsResponder(access: .open) { exposition.buffer() }
            return [
                HTTPServer(
                    name: "metrics", address: address, security: .plain, responder: responder, group: group,
                    logger: logger)
            ]
        }
        let source: CertificateSource
        var services: [any Service] = []
        if settings.metricsCertificateFile.isEmpty {
            source = CertificateSource(try ServingIdentity.selfIssued(names: [.dns("localhost")], now: .now))
        } else {
            source = CertificateSource()
            services.append(
                CertificateWatcher(try settings.metricsCertificate(source), logger: logger))
        }
        let access = MetricsResponder.Access.reviewed(
            CachingAuthorizer(ClusterAccessReviewer(api: client), clock: ContinuousClock()))
        services.append(
            HTTPServer(
                name: "metrics", address: address,
                security: .tls(TLSContextCache(source: source, settings: try settings.tls())),
                responder: MetricsResponder(access: access) { exposition.buffer() }, group: group, logger: logger))
        return services
    }
}
