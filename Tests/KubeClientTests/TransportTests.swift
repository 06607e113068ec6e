import Document
import KubeModel
import TestSupport
import Testing

@testable import KubeClient

@Suite(.timeLimit(.minutes(1)))
struct TransportTests {
    let key = ObjectKey(namespace: "default", name: "a")

    @Test("a deadline ends a request that gets no answer")
    func deadline() async throws {
        let server = FakeAPIServer { _ in .silence }
        let client = try makeClient(server)
        let error = await kubeError { try await client.get(.configMap, key, deadline: .milliseconds(200)) }
        guard case .timeout(let text) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(text.contains("127.0.0.1"))
        await server.waitForClosedConnections()
    }

    @Test("a deadline ends an answer that trickles")
    func deadlineInBody() async throws {
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                connection.writeChunk(Array("{\"a\":".utf8))
                connection.waitUntilClosed()
            }
        }
        let error = await kubeError {
            try await makeClient(server).get(.configMap, key, deadline: .milliseconds(300))
        }
        guard case .timeout = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        await server.waitForClosedConnections()
    }

    @Test("cancelling the task closes the connection of its request")
    func cancellation() async throws {
        let server = FakeAPIServer { _ in .silence }
        let client = try makeClient(server)
        let task = Task { try await client.get(.configMap, key) }
        await server.waitForRequests(1)
        task.cancel()
        #expect(await kubeError { try await task.value } == .cancelled)
        await server.waitForClosedConnections()
    }

    @Test("a task that is cancelled before it asks sends nothing it waits for")
    func cancelledBefore() async throws {
        let server = FakeAPIServer { _ in .silence }
        let client = try makeClient(server)
        let gate = Gate()
        let task = Task {
            await gate.wait()
            return try await client.get(.configMap, key)
        }
        task.cancel()
        gate.open()
        #expect(await kubeError { try await task.value } == .cancelled)
    }

    @Test("a server that is not there is named, with the reason")
    func refused() async throws {
        let server = FakeAPIServer { _ in .silence }
        let url = server.url
        server.stop()
        let client = Client(ClusterConfiguration(server: try ServerAddress(url)))
        // The port is closed a moment after the stop; until then the connection breaks instead.
        var error: KubeError?
        repeat {
            error = await kubeError { try await client.get(.configMap, key) }
        } while error?.description.contains("could not reach") == false && error != nil
        #expect(error == .transport("could not reach \(url): Connection refused"))
    }

    @Test("a connection that closes before or inside the answer is lost")
    func lostConnections() async throws {
        let half = FakeReply { connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":")
            connection.cut()
        }
        let reset = FakeReply { $0.reset() }
        let server = FakeAPIServer(script: [.cut, half, reset, .json(configMap("a"))])
        let client = try makeClient(server)
        for _ in 0..<3 {
            // A create is never repeated behind the caller's back.
            let error = await kubeError { try await client.create(.configMap, KubeObject(configMap("a"))) }
            guard case .transport(let text) = error else {
                Issue.record("got \(String(describing: error))")
                return
            }
            #expect(text.hasPrefix("the connection to \(server.url) was lost"))
        }
        _ = try await client.get(.configMap, key)
    }

    @Test("an answer beyond the limit is refused")
    func bodyLimit() async throws {
        let server = FakeAPIServer { _ in .text(200, String(repeating: "x", count: 100_000)) }
        let client = try makeClient(server) { $0.bodyLimit = 50_000 }
        let error = await kubeError { try await client.get(.configMap, key) }
        #expect(error == .tooLarge("the answer of \(server.url) is larger than the 50000 bytes that are allowed"))
    }

    @Test("requests run beside each other, and connections are used again")
    func concurrency() async throws {
        let server = FakeAPIServer { _ in .json(configMap("a")) }
        let client = try makeClient(server)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<200 { group.addTask { try await client.get(.configMap, key).name } }
            for try await name in group { #expect(name == "a") }
        }
        #expect(server.seen.count == 200)
    }

    @Test("a shutdown ends what runs and refuses what comes")
    func shutdown() async throws {
        let server = FakeAPIServer { _ in .silence }
        let client = try makeClient(server)
        let task = Task { try await client.get(.configMap, key) }
        await server.waitForRequests(1)
        await client.shutdown()
        #expect(await kubeError { try await task.value } == .cancelled)
        #expect(await kubeError { try await client.get(.configMap, key) } == .cancelled)
        await server.waitForClosedConnections()
        await client.shutdown()
    }

    @Test("a client that is let go closes its connections")
    func letGo() async throws {
        let server = FakeAPIServer { _ in .json(configMap("a")) }
        do {
            let client = try makeClient(server)
            _ = try await client.get(.configMap, key)
        }
        await server.waitForClosedConnections()
    }

    @Test("a short deadline that passes leaves the other requests alone")
    func shortDeadline() async throws {
        let gate = Gate()
        let server = FakeAPIServer { request in
            request.path.contains("secrets")
                ? .silence
                : FakeReply { connection in
                    gate.waitBlocking()
                    connection.answer(200, body: configMap("a").serialized())
                }
        }
        let client = try makeClient(server)
        let other = Task { try await client.get(.configMap, key) }
        await server.waitForRequests(1)
        _ = await kubeError { try await client.get(.secret, key, deadline: .milliseconds(50)) }
        gate.open()
        #expect(try await other.value.name == "a")
    }

    @Test("after a deadline on a silent connection the other requests do not wait for it")
    func deadConnection() async throws {
        let server = FakeAPIServer { request in request.path.hasSuffix("/b") ? .json(configMap("b")) : .silence }
        let client = try makeClient(server) { $0.silenceLimit = .milliseconds(100) }
        let other = Task { try await client.get(.configMap, key, deadline: .seconds(20)) }
        await server.waitForRequests(1)
        let error = await kubeError { try await client.get(.secret, key, deadline: .milliseconds(200)) }
        guard case .timeout = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(
            await kubeError { try await other.value }
                == .transport("the connection to \(server.url) was given up: it no longer answers"))
        #expect(try await client.get(.configMap, ObjectKey(namespace: "default", name: "b")).name == "b")
    }
}
