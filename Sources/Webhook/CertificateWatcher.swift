public import Logging
public import Metrics
public import ServiceLifecycle
public import ServingCertificate

/// Keeps a `MountedCertificate` up to date while the process runs, and tells how that goes by log and metrics.
public struct CertificateWatcher: Service {
    private let certificate: MountedCertificate
    private let interval: Duration
    private let reads: Counter
    private let errors: Counter
    private let logger: Logger

    public init(
        _ certificate: MountedCertificate, every interval: Duration = .seconds(5), logger: Logger,
        metrics factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.certificate = certificate
        self.interval = interval
        reads = Counter(label: "certwatcher_read_certificate_total", factory: factory)
        errors = Counter(label: "certwatcher_read_certificate_errors_total", factory: factory)
        self.logger = logger
    }

    public func run() async {
        await cancelWhenGracefulShutdown {
            await certificate.run(every: interval) { look in
                reads.increment()
                switch look {
                case .unchanged: break
                case .taken(let fingerprint):
                    logger.info("serving certificate taken over", metadata: ["sha256": "\(fingerprint)"])
                case .failed(let error):
                    errors.increment()
                    logger.error("could not take over the serving certificate", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
