import Foundation
import NIOCore
import ServiceLifecycle
import Testing

@testable import Webhook

@Suite("The server as a service", .timeLimit(.minutes(1)))
struct ServiceTests {
    private func server(_ port: AsyncStream<Int>.Continuation, shutdownDelay: Duration = .zero) -> HTTPServer {
        HTTPServer(
            name: "test", address: ListenAddress(host: "127.0.0.1", port: 0), security: .plain,
            shutdownDelay: shutdownDelay, responder: CannedResponder(body: ByteBuffer(string: "{}")),
            group: Fixtures.group, logger: Fixtures.logger, listening: { port.yield($0) })
    }

    private func post(_ port: Int) async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(with: Result { try LoopbackClient(port: port).post("/", "{}").status })
            }.start()
        }
    }

    @Test("it serves until graceful shutdown and then ends")
    func gracefulShutdown() async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server(continuation, shutdownDelay: .milliseconds(20)))],
                logger: Fixtures.logger))
        let running = Task { try await group.run() }
        let port = try #require(await ports.first { _ in true })
        #expect(try await post(port) == 200)
        await group.triggerGracefulShutdown()
        try await running.value
    }

    @Test("cancelling ends it at once")
    func cancellation() async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let server = server(continuation)
        let running = Task { try await server.run() }
        let port = try #require(await ports.first { _ in true })
        #expect(try await post(port) == 200)
        running.cancel()
        try await running.value
        await #expect(throws: LoopbackClient.Failure.self) { try await post(port) }
    }
}
