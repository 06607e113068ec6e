import KubeClient
import KubeModel
import Logging
import ServiceLifecycle
import Synchronization

/// The API server's version, read once at start. Until it is known the process is not ready, so no pod gets a sidecar in the
/// wrong form, and no collector is reconciled, as its objects must not have fields that the server does not know.
final class ClusterVersion: Service {
    private enum State {
        case asking
        case settled(ServerVersion)
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

    var hasNativeSidecars: Bool {
        state.withLock { if case .settled(let version) = $0 { version.hasNativeSidecars } else { false } }
    }

    /// `nil` as long as nobody knows, and when the server does not say.
    var known: KubernetesVersion? {
        state.withLock { if case .settled(.known(let version)) = $0 { version } else { nil } }
    }

    /// Waits until the server has answered.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func waitUntilSettled() async throws {
        while !isSettled { try await Task.sleep(for: .milliseconds(50)) }
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
            let answer = try await api.serverVersion()
            state.withLock { $0 = .settled(answer) }
            switch answer {
            case .known(let version):
                logger.info(
                    "API server",
                    metadata: ["version": "\(version)", "nativeSidecars": "\(version.hasNativeSidecars)"])
            case .untold(let problem):
                logger.warning(
                    "API server's version unknown: sidecars become ordinary containers",
                    metadata: ["error": "\(problem)"])
            }
        } catch {
            logger.warning("could not read the API server's version", metadata: ["error": "\(error)"])
        }
    }
}

/// What an API server answers when it is asked for its version.
enum ServerVersion {
    case known(KubernetesVersion)
    /// The server does not say, and would not if it were asked again.
    case untold(problem: String)

    /// A version that nobody knows has the old form, which works everywhere.
    var hasNativeSidecars: Bool {
        if case .known(let version) = self { version.hasNativeSidecars } else { false }
    }
}

extension KubeAPI {
    /// - Throws: what may be otherwise the next time: no answer, an error of the server's own, or 429 (Too Many Requests).
    func serverVersion() async throws(KubeError) -> ServerVersion {
        do throws(KubeError) {
            let answer = try await raw("/version")
            return KubernetesVersion(answer).map(ServerVersion.known) ?? .untold(problem: "unreadable")
        } catch {
            guard let code = error.status?.code, (400..<500).contains(code), code != 429 else { throw error }
            return .untold(problem: "\(error)")
        }
    }
}
