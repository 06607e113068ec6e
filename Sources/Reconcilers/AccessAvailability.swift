public import KubeClient
import KubeModel
public import KubeRuntime
public import Logging
import Rendering
import Synchronization

/// Whether the operator may make ClusterRoles and ClusterRoleBindings for collectors: asked of the API server at start and
/// from time to time, so that whoever gives or takes the right needs no flag and no restart.
///
/// What it may put into them is another matter: the API server lets nobody grant what they do not hold.
///
/// Source: authorization.k8s.io/v1 `SelfSubjectAccessReview`; Kubernetes, "Using RBAC Authorization", privilege escalation
/// prevention and bootstrapping.
public final class AccessAvailability: Sendable {
    static let interval = Duration.seconds(30)
    private static let verbs = ["create", "delete", "get", "list", "patch", "watch"]

    /// On while the operator may. Off until that is known.
    public let granted = Switch()
    private let api: any KubeAPI
    private let logger: Logger
    private let isKnown = Mutex(false)
    /// Held while an answer is taken over, so that of two the later question's stays.
    private let order = Mutex(AnswerOrder())

    public init(api: any KubeAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    public var isGranted: Bool { granted.isOn }

    /// Whether the operator may, or nobody knows yet: who judges what a collector asks for must not let it pass unseen
    /// just because this replica has not asked so far.
    public var mayBeGranted: Bool { granted.isOn || !isKnown.withLock { $0 } }

    /// Asks until there is an answer, a second apart.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitUntilKnown() async throws {
        while !isKnown.withLock({ $0 }) {
            do {
                return try await refresh()
            } catch {
                try Task.checkCancellation()
                logger.warning("could not find out what the operator may do", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// As a reconcile, whatever its key.
    public func reconcile() async throws -> ReconcileResult {
        try await refresh()
        return .requeue(after: Self.interval)
    }

    func refresh() async throws(KubeError) {
        let question = order.withLock { $0.ask() }
        let missing = try await missingRight()
        order.withLock { order in
            if order.answer(question) { take(missing) }
        }
    }

    /// - Parameter missing: the first right that the operator does not have.
    private func take(_ missing: String?) {
        let wasKnown = isKnown.withLock { $0 }
        if !wasKnown || granted.isOn != (missing == nil) {
            if let missing {
                logger.info("collectors get no ClusterRoles: the operator may not \(missing)")
            } else {
                logger.info("collectors get ClusterRoles for the components that need rights")
            }
        }
        granted.set(missing == nil)
        // Only now: in between, a collector would be let pass as if nothing were granted.
        isKnown.withLock { $0 = true }
    }

    /// The first right that is missing: without it nothing works, so the others are not asked for.
    private func missingRight() async throws(KubeError) -> String? {
        for type in ClusterObjects.types {
            for verb in Self.verbs where try await !isAllowed(verb, type) { return "\(verb) \(type)" }
        }
        return nil
    }

    private func isAllowed(_ verb: String, _ type: ResourceType) async throws(KubeError) -> Bool {
        do throws(KubeError) {
            return try await api.isAllowed(
                AccessQuestion(.resource(verb: verb, group: type.group, resource: type.plural)))
        } catch {
            // Who may not even ask may not do it either.
            if error.status?.isForbidden == true || error.status?.isNotFound == true { return false }
            throw error
        }
    }
}
