public import KubeClient
public import KubeModel
public import KubeRuntime
public import Logging
public import ServingCertificate
import Synchronization

/// Keeps the operator's own serving certificate: in a Secret that the replicas share, in the TLS server's source, and in
/// the `caBundle` of our webhook configurations and of the definition whose versions we convert.
///
/// Every replica runs it; they decide alike, and the one that writes first wins.
///
/// - Guarantees: a replica serves what the Secret holds. A webhook trusts what is served, as its `caBundle` follows the
///   Secret within seconds and the certificate changes a day after the authority; also when the Secret was deleted,
///   since the replicas remember what they serve.
/// - Assumptions: nobody else writes the Secret or the `caBundle`s; if somebody does, it is put right at the next event.
/// - Errors: what the API server said. The last certificate stays in use.
public struct CertificateReconciler: Sendable {
    private let api: any KubeAPI
    private let secret: ObjectKey
    private let names: [SubjectName]
    private let policy: RotationPolicy
    private let source: CertificateSource
    private let webhooks: [WebhookConfiguration]
    private let logger: Logger
    private let served = Served()

    /// The content in use, for the case that the Secret loses it.
    private final class Served: Sendable {
        let content = Mutex<ServingCertificateContent?>(nil)
    }

    /// A webhook configuration, or a CustomResourceDefinition with a conversion webhook, whose `caBundle` is kept.
    public struct WebhookConfiguration: Sendable {
        public var type: ResourceType
        public var name: String

        public init(type: ResourceType, name: String) {
            self.type = type
            self.name = name
        }
    }

    public init(
        api: any KubeAPI, secret: ObjectKey, names: [SubjectName], policy: RotationPolicy = RotationPolicy(),
        source: CertificateSource, webhooks: [WebhookConfiguration], logger: Logger
    ) {
        self.api = api
        self.secret = secret
        self.names = names
        self.policy = policy
        self.source = source
        self.webhooks = webhooks
        self.logger = logger
    }

    public func reconcile() async throws -> ReconcileResult {
        let configurations = try await readConfigurations()
        let stored = try await read(.secret, secret)
        let content = stored.flatMap { ServingCertificateSecret.content(of: $0.json) }
        let now = WallTime.now
        let published = CABundle.fingerprintsInAll(configurations.map(\.object))
        switch try policy.evaluate(
            content, served: served.content.withLock { $0 }, names: names, now: now, published: published)
        {
        case .keep(let lookAgain):
            guard let content else { return .requeue(after: max(.seconds(1), lookAgain - now)) }
            try await use(content, configurations)
            return .requeue(after: max(.seconds(1), lookAgain - now))
        case .replace(let content, let reason, let lookAgain):
            guard try await write(content, over: stored) else { return .requeue(after: .zero) }
            logger.info("serving certificate stored", metadata: ["reason": "\(reason)", "secret": "\(secret)"])
            try await use(content, configurations)
            return .requeue(after: max(.seconds(1), lookAgain - now))
        }
    }

    private func use(
        _ content: ServingCertificateContent,
        _ configurations: [(configuration: WebhookConfiguration, object: KubeObject)]
    ) async throws {
        if source.replace(try content.identity()) {
            logger.info("serving certificate in use", metadata: ["secret": "\(secret)"])
        }
        served.content.withLock { $0 = content }
        // One that cannot be written does not keep the others from being right.
        var failure: KubeError?
        for (configuration, object) in configurations {
            let operations = CABundle.patch(object, authorities: content.authorities)
            if operations.isEmpty { continue }
            do throws(KubeError) {
                _ = try await api.patch(
                    configuration.type, ObjectKey(name: configuration.name), .json(operations), subresource: nil)
                logger.info("caBundle set", metadata: ["configuration": "\(configuration.name)"])
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// - Returns: whether it was written; not, when another replica was faster.
    private func write(_ content: ServingCertificateContent, over stored: KubeObject?) async throws -> Bool {
        let object = KubeObject(
            ServingCertificateSecret.object(
                name: secret.name, namespace: secret.namespace,
                labels: ["app.kubernetes.io/name": "opentelemetry-operator"], content: content, updating: stored?.json))
        do throws(KubeError) {
            if stored == nil {
                _ = try await api.create(.secret, object)
            } else {
                _ = try await api.replace(.secret, object, subresource: nil)
            }
            return true
        } catch {
            if error.status?.isConflict == true || error.status?.isAlreadyExists == true { return false }
            throw error
        }
    }

    private func readConfigurations() async throws -> [(configuration: WebhookConfiguration, object: KubeObject)] {
        var found: [(WebhookConfiguration, KubeObject)] = []
        for configuration in webhooks {
            if let object = try await read(configuration.type, ObjectKey(name: configuration.name)) {
                found.append((configuration, object))
            } else {
                logger.warning("no such webhook configuration", metadata: ["configuration": "\(configuration.name)"])
            }
        }
        return found
    }

    private func read(_ type: ResourceType, _ key: ObjectKey) async throws(KubeError) -> KubeObject? {
        do {
            return try await api.get(type, key)
        } catch {
            if error.status?.isNotFound == true { return nil }
            throw error
        }
    }
}
