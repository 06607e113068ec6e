import Document
public import KubeClient
public import KubeModel
public import KubeRuntime
public import Logging
public import OperatorAPI

/// Brings the agent images of stored Instrumentations to those of this operator.
///
/// Expected flow, for one object: read → ``InstrumentationUpgrade`` → update, when something changes → status → Events.
///
/// - Guarantees: an object that needs nothing is not written. One that fails does not keep the others from being upgraded.
///   A second run changes nothing.
/// - Assumptions: only the leader runs it, once for each object after it began to lead. A later edit of an object is not
///   answered: then its image is the user's.
/// - Caveats: the update goes through the operator's own webhooks, and the defaulting one writes today's images into the
///   annotations of all languages, blocked ones included. During a rolling update it may be an older operator's, which
///   writes its own images there; the object is then written again until the annotations say what `spec` does.
/// - Errors: what may pass (no webhook answers yet, a conflict) is tried again; what the API server refuses is told in an
///   Event and in the log, and tried again by the next leader.
public struct InstrumentationUpgrader: Sendable {
    /// Long enough for a webhook that starts beside us.
    static let retryInterval = Duration.seconds(10)
    static let blockedReason = "UpgradeBlocked"
    static let failedReason = "UpgradeFailed"

    private let api: any KubeAPI
    private let images: DefaultImages
    private let enabledLanguages: Set<Language>
    private let events: EventRecorder
    private let logger: Logger

    public init(
        api: any KubeAPI, images: DefaultImages, enabledLanguages: Set<Language>, events: EventRecorder,
        logger: Logger
    ) {
        self.api = api
        self.images = images
        self.enabledLanguages = enabledLanguages
        self.events = events
        self.logger = logger
    }

    /// Upgrades one object.
    public func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        do throws(KubeError) {
            return try await upgrade(key) ? .done : .requeue(after: Self.retryInterval)
        } catch {
            if error == .cancelled { throw error }
            let isRefused = Self.isRefusal(error)
            logger.warning(
                isRefused
                    ? "could not upgrade the instrumentation" : "could not upgrade the instrumentation; trying again",
                metadata: ["instrumentation": "\(key)", "error": "\(error)"])
            guard isRefused else { return .requeue(after: Self.retryInterval) }
            record(
                KubeObject(.instrumentation, key), Self.failedReason, action: "Upgrade",
                "Automated upgrade failed: \(error)")
            return .done
        }
    }

    /// - Returns: whether the object is now as it is to be.
    private func upgrade(_ key: ObjectKey) async throws(KubeError) -> Bool {
        var stored: KubeObject
        do throws(KubeError) {
            stored = try await api.get(.instrumentation, key)
        } catch {
            if error.status?.isNotFound == true { return true }
            throw error
        }
        if stored.isBeingDeleted { return true }
        let upgrade = InstrumentationUpgrade(of: stored.json, images: images, enabledLanguages: enabledLanguages)
        if let object = upgrade.object {
            stored = try await api.replace(.instrumentation, KubeObject(object), subresource: nil)
            for (language, old, new) in upgrade.images {
                logger.info(
                    "agent image upgraded",
                    metadata: [
                        "instrumentation": "\(key)", "language": "\(language.rawValue)", "from": "\(old)",
                        "to": "\(new)",
                    ])
            }
        }
        if let patch = upgrade.statusPatch(for: stored["status"]) {
            _ = try await api.patch(.instrumentation, key, .merge(patch), subresource: "status")
        }
        for block in upgrade.blocks {
            record(stored, Self.blockedReason, action: "Upgrade-\(block.language.rawValue)", block.note)
        }
        let after = InstrumentationUpgrade(of: stored.json, images: images, enabledLanguages: enabledLanguages)
        if after.object == nil { return true }
        logger.info(
            "an older operator's webhook wrote its default images; upgrading again",
            metadata: ["instrumentation": "\(key)"])
        return false
    }

    private func record(_ object: KubeObject, _ reason: String, action: String, _ note: String) {
        events.record(
            .warning, regarding: ObjectReference(.instrumentation, object), reason: reason, action: action, note: note)
    }

    /// The same request would be refused again: denied by a validation, invalid, or not permitted. A webhook that cannot
    /// be reached is an internal error instead, and somebody else's change a conflict.
    private static func isRefusal(_ error: KubeError) -> Bool {
        guard let code = error.status?.code else { return false }
        return (400..<500).contains(code) && code != 409 && code != 429 && code != 408
    }
}
