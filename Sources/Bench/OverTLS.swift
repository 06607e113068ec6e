import ArgumentParser
import Glibc
import Logging
import NIOCore
import NIOPosix
import ServingCertificate
import TLSServer
import Webhook

/// Group 2: reviews over TLS on loopback with kept connections, from wrk, beside the same server that answers each request
/// with a canned body of the same size.
///
/// This process is the server: run it on one core (`taskset`), wrk gets another.
struct OverTLS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure admission over TLS: throughput, latency and CPU a review, as ratios to a canned answer.")

    @Option(help: "The core for wrk.")
    var loadCore = 1
    @Option(help: "Seconds for each measurement.")
    var seconds = 6
    @Option(help: "Connections that are kept open, like those of kube-apiserver.")
    var connections = 8

    func run() async throws {
        let webhook = try WebhookUnderTest()
        let security = HTTPServer.Security.tls(
            TLSContextCache(source: CertificateSource(try Self.identity()), settings: TLSSettings()))
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        for (size, bytes) in PodReview.sizes {
            for kind in PodReview.Case.main {
                let body = ByteBuffer(bytes: PodReview(kind, bytes: bytes).body)
                let answer = try webhook.checkedAnswer(kind, to: body)
                let load = try LoadGenerator(
                    body: body, core: loadCore, seconds: seconds, connections: connections, path: WebhookUnderTest.path)
                defer { load.remove() }
                // One after the other, twice: what else the machine does then meets both alike.
                var canned: [LoadGenerator.Result] = []
                var reviewed: [LoadGenerator.Result] = []
                for _ in 0..<2 {
                    canned.append(
                        try await Self.measure(CannedResponder(body: answer), security, group, load))
                    reviewed.append(try await Self.measure(webhook.router, security, group, load))
                }
                Self.print("tls.\(size).\(kind.name)", reviewed.mean, limit: canned.mean)
            }
        }
        try await group.shutdownGracefully()
    }

    private static func measure(
        _ responder: any HTTPResponder, _ security: HTTPServer.Security, _ group: any EventLoopGroup,
        _ load: LoadGenerator
    ) async throws -> LoadGenerator.Result {
        let server = try await HTTPServer(
            name: "bench", address: ListenAddress(host: "127.0.0.1", port: 0), security: security,
            responder: responder, group: group, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        ).start()
        let result = try load.run(port: server.port)
        await server.drain(within: .seconds(1))
        return result
    }

    private static func print(_ key: String, _ result: LoadGenerator.Result, limit: LoadGenerator.Result) {
        Bench.print("\(key).throughput", result.throughput)
        Bench.print("\(key).limit", limit.throughput)
        Bench.print("\(key).throughput_ratio", result.throughput / limit.throughput)
        Bench.print("\(key).p99", result.p99)
        Bench.print("\(key).p99_ratio", result.p99 / limit.p99)
        Bench.print("\(key).cpu", result.cpu)
        Bench.print("\(key).limit_cpu", limit.cpu)
    }

    private static func identity() throws -> ServingIdentity {
        let lifetime = Duration.seconds(86_400)
        let authority = try CertificateAuthority.make(name: "bench", now: .now, lifetime: lifetime)
        let leaf = try authority.issueLeaf(names: [try SubjectName("127.0.0.1")], now: .now, lifetime: lifetime)
        return try ServingIdentity(chain: [leaf.certificate], key: leaf.key)
    }
}

extension [LoadGenerator.Result] {
    fileprivate var mean: LoadGenerator.Result {
        func mean(_ value: (LoadGenerator.Result) -> Double) -> Double { map(value).reduce(0, +) / Double(count) }
        return LoadGenerator.Result(throughput: mean(\.throughput), p99: mean(\.p99), cpu: mean(\.cpu))
    }
}
