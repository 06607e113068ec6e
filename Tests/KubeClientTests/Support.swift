import Document
import KubeModel
import Synchronization
import TestSupport

@testable import KubeClient

/// Sleeps for no time and keeps how long it was asked to.
final class ImpatientClock: Clock {
    typealias Instant = ContinuousClock.Instant

    private let asked = Mutex<[Duration]>([])
    var sleeps: [Duration] { asked.withLock { $0 } }

    var now: Instant { ContinuousClock.now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let duration = ContinuousClock.now.duration(to: deadline)
        asked.withLock { $0.append(duration) }
        try Task.checkCancellation()
    }

    /// Rounded to seconds.
    var seconds: [Int64] { sleeps.map { ($0 + .milliseconds(500)).components.seconds } }
}

func makeClient(
    _ server: FakeAPIServer, credentials: Credentials = .none, clock: any Clock<Duration> = ContinuousClock(),
    _ change: (inout ClientOptions) -> Void = { _ in },
    onRequest: (@Sendable (FinishedRequest) -> Void)? = nil
) throws -> Client {
    var options = ClientOptions()
    options.timeout = .seconds(20)
    change(&options)
    return Client(
        ClusterConfiguration(server: try ServerAddress(server.url), credentials: credentials), options: options,
        clock: clock, onRequest: onRequest ?? { _ in })
}

func configMap(_ name: String, version: String = "1") -> JSONValue {
    [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": .string(name), "namespace": "default", "resourceVersion": .string(version)],
    ]
}

/// The error that the body throws; `nil` when it throws none.
func kubeError<Value>(_ body: () async throws -> Value) async -> KubeError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? KubeError
    }
}

extension WatchStream {
    /// All events until the end.
    func collected() async throws -> [WatchEvent] {
        var events: [WatchEvent] = []
        for try await event in self { events.append(event) }
        return events
    }
}
