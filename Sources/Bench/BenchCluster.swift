import Glibc
import KubeClient

/// The cluster of `KUBECONFIG`, for the parts that measure what an API server takes.
struct BenchCluster: Sendable {
    let client: Client
    /// Pieces of work under way at the same time.
    let concurrency: Int

    init(concurrency: Int) throws {
        let environment = ["KUBECONFIG": getenv("KUBECONFIG").map { String(cString: $0) } ?? ""]
        var options = ClientOptions()
        options.userAgent = "otel-operator-bench"
        client = Client(try ClusterConfiguration.kubeconfig(environment: environment), options: options)
        self.concurrency = concurrency
    }

    /// Does something for each number below `count`.
    func forEach(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= concurrency { try await group.next() }
                group.addTask { try await work(number) }
            }
            try await group.waitForAll()
        }
    }

    /// Prints under that key how many seconds something took.
    func time(_ key: String, _ work: () async throws -> Void) async throws {
        let started = ContinuousClock.now
        try await work()
        let took = (ContinuousClock.now - started).components
        Bench.print(key, Double(took.seconds) + Double(took.attoseconds) / 1e18)
    }
}
