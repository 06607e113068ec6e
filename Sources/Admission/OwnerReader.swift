import Injection
public import KubeClient
import KubeModel
public import Logging
import Synchronization

/// Reads who owns a pod's owner: for the uid attributes, for the attributes of a sidecar, and for the CronJob of a Job whose
/// name does not tell it. The one call that an admission may wait for, and not for long.
public final class OwnerReader: Sendable {
    /// Well under the webhook's timeout: the pod is injected without these attributes rather than not at all.
    static let deadline = Duration.milliseconds(800)
    static let capacity = 512

    private let api: any KubeAPI
    private let logger: Logger
    private let cache = Mutex(RecentlyUsed<OwnerLookup, OwnerFacts>(capacity: OwnerReader.capacity))

    public init(api: any KubeAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    /// `nil` when there is no answer in time, which the caller has to tell. The owners of an object with one uid do not
    /// change, so answers are kept.
    func facts(_ lookup: OwnerLookup) async -> OwnerFacts? {
        if let known = cache.withLock({ $0.value(lookup) }) { return known }
        do {
            let object = try await api.get(lookup.type, lookup.key, deadline: Self.deadline)
            let facts = OwnerFacts(owner: lookup, owners: object.ownerReferences)
            cache.withLock { $0.insert(facts, for: lookup) }
            return facts
        } catch {
            logger.warning(
                "could not read the owner of a pod",
                metadata: ["owner": "\(lookup.type.kind) \(lookup.key)", "error": "\(error)"])
            return nil
        }
    }
}
