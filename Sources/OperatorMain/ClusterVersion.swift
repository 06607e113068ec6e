import KubeClient
import KubeModel
import Logging
import ServiceLifecycle
import Synchronization

/// The API server's version, read once at start. Until it is known the process is not ready, so no pod gets a sidecar in the
/// wrong form.
final class ClusterVersion: Service {
    private enum State {
        case asking
        case known(KubernetesVersion)
        /// The server does not say.
        case unknown
    }

    private let api: any KubeAPI
    private let logger: Logger
    private let state = Mutex(State.asking)

    init(api: any KubeAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    var isSettled: Bool {
        state.withLock { if case .asking = $0 { false } else { true } }
    }

    /// A version that nobody knows has the old form, which works everywhere.
    var hasNativeSidecars: Bool {
        state.withLock { if case .known(let version) = $0 { version.hasNativeSidecars } else { false } }
    }

    func run() async throws {
        // A cancelled sleep is the orderly end.
        await cancelWhenGracefulShutdown {
            while !self.isSettled {
                await self.ask()
                if !self.isSettled, (try? await Task.sleep(for: .seconds(1))) == nil { return }
            }
        }
        try? await gracefulShutdown()
    }

    private func ask() async {
        do throws(KubeError) {
            let answer = try await api.raw("/version")
            guard let version = KubernetesVersion(answer) else { return settle(.unknown, "unreadable") }
            state.withLock { $0 = .known(version) }
            logger.info(
                "API server",
                metadata: ["version": "\(version)", "nativeSidecars": "\(version.hasNativeSidecars)"])
        } catch {
            // It answered, and will say the same again.
            if let code = error.status?.code, (400..<500).contains(code), code != 429 {
                return settle(.unknown, "\(error)")
            }
            logger.warning("could not read the API server's version", metadata: ["error": "\(error)"])
        }
    }

    private func settle(_ state: State, _ problem: String) {
        self.state.withLock { $0 = state }
        logger.warning(
            "API server's version unknown: sidecars become ordinary containers", metadata: ["error": "\(problem)"])
    }
}
