import Injection
public import KubeClient
import KubeModel
public import Logging
import Synchronization

/// Reads who owns a pod's owner, for the uid attributes. The one call that an admission may wait for, and not for long.
public final class OwnerReader: Sendable {
    /// Well under the webhook's timeout: the pod is injected without these attributes rather than not at all.
    static let deadline = Duration.milliseconds(800)
    static let capacity = 512

    private struct Cache {
        var facts: [OwnerLookup: OwnerFacts] = [:]
        /// Least recently used first.
        var order: [OwnerLookup] = []

        mutating func use(_ lookup: OwnerLookup) -> OwnerFacts? {
            guard let known = facts[lookup] else { return nil }
            if let index = order.firstIndex(of: lookup) { order.append(order.remove(at: index)) }
            return known
        }
    }

    private let api: any KubeAPI
    private let logger: Logger
    private let cache = Mutex(Cache())

    public init(api: any KubeAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    /// `nil` when there is no answer in time. The owners of an object with one uid do not change, so answers are kept.
    func facts(_ lookup: OwnerLookup) async -> OwnerFacts? {
        if let known = cache.withLock({ $0.use(lookup) }) { return known }
        do {
            let object = try await api.get(lookup.type, lookup.key, deadline: Self.deadline)
            let facts = OwnerFacts(owner: lookup, owners: object.ownerReferences)
            cache.withLock { cache in
                if cache.facts.updateValue(facts, forKey: lookup) == nil { cache.order.append(lookup) }
                if cache.order.count > Self.capacity { cache.facts[cache.order.removeFirst()] = nil }
            }
            return facts
        } catch {
            logger.warning(
                "owner not read; its uid attributes are left out",
                metadata: ["owner": "\(lookup.type.kind) \(lookup.key)", "error": "\(error)"])
            return nil
        }
    }
}
