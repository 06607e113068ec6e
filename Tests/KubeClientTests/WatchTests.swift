import Document
import KubeModel
import Synchronization
import TestSupport
import Testing

@testable import KubeClient

@Suite(.timeLimit(.minutes(1)))
struct WatchTests {
    func watch(_ client: Client, projection: Projection = .full) -> WatchStream {
        client.watch(
            .configMap, namespace: "default", from: "7", options: ListOptions(labelSelector: "a=b", limit: 500),
            projection: projection)
    }

    let bookmark: JSONValue = ["kind": "ConfigMap", "apiVersion": "v1", "metadata": ["resourceVersion": "9"]]

    @Test("a watch brings events and bookmarks, and ends when the server ends it")
    func events() async throws {
        let server = FakeAPIServer(script: [
            .events([
                ("ADDED", configMap("a", version: "8")), ("MODIFIED", configMap("a", version: "9")),
                ("BOOKMARK", bookmark), ("FUTURE", configMap("a")), ("DELETED", configMap("a", version: "10")),
            ])
        ])
        let client = try makeClient(server) { $0.watchTimeout = 300...300 }
        let events = try await watch(client).collected()
        #expect(
            events == [
                .added(KubeObject(configMap("a", version: "8"))), .modified(KubeObject(configMap("a", version: "9"))),
                .bookmark(resourceVersion: "9"), .deleted(KubeObject(configMap("a", version: "10"))),
            ])
        #expect(
            server.seen.first?.target
                == "/api/v1/namespaces/default/configmaps?labelSelector=a%3Db&watch=true&allowWatchBookmarks=true"
                + "&resourceVersion=7&timeoutSeconds=300")
    }

    /// A ConfigMap with that many levels below `data`, and a field manager's record of as many.
    private func deep(_ levels: Int, version: String) -> JSONValue {
        func nested(_ levels: Int) -> JSONValue { (0..<levels).reduce("x") { inner, _ in ["a": inner] } }
        var object = configMap("deep", version: version)
        object["data"] = nested(levels)
        object["metadata"]?["managedFields"] = [["manager": "m", "fieldsV1": ["f:data": nested(levels + 200)]]]
        return object
    }

    @Test("objects come without the record of who set which field, and one that is too deep is told instead")
    func depth() async throws {
        let server = FakeAPIServer(script: [
            .events([
                ("ADDED", deep(120, version: "8")), ("MODIFIED", deep(300, version: "9")),
                ("DELETED", deep(300, version: "10")),
            ]),
            .json([
                "metadata": ["resourceVersion": "11"],
                "items": [deep(120, version: "8"), deep(300, version: "9"), configMap("b")],
            ]),
        ])
        let client = try makeClient(server)
        let events = try await watch(client).collected()
        var expected = deep(120, version: "8")
        expected["metadata"]?["managedFields"] = nil
        let key = ObjectKey(namespace: "default", name: "deep")
        #expect(events.count == 3)
        #expect(events.first == .added(KubeObject(expected)))
        guard case .unreadable(let object) = events[1], case .deleted(let gone) = events[2] else {
            Issue.record("got \(events)")
            return
        }
        #expect(object.key == key && object.resourceVersion == "9")
        #expect(object.reason.contains("nested deeper than 128 levels"))
        #expect(gone.key == key && gone.resourceVersion == "10")

        let list = try await client.list(.configMap, namespace: nil, options: ListOptions(), projection: .full)
        #expect(list.items == [KubeObject(expected), KubeObject(configMap("b"))])
        #expect(list.unreadable.map(\.key) == [key])
        #expect(list.resourceVersion == "11")
    }

    @Test("all objects are listed by halves of a page when a whole one is too large")
    func tooLarge() async throws {
        let server = FakeAPIServer { request in
            let text = JSONValue.string(String(repeating: "x", count: 400))
            let count = request.target.contains("limit=500") ? 50 : 5
            return .json([
                "metadata": ["resourceVersion": "11"], "items": .array(Array(repeating: ["data": text], count: count)),
            ])
        }
        let client = try makeClient(server) { $0.bodyLimit = 10_000 }
        let list = try await client.listAll(.configMap)
        #expect(list.items.count == 5)
        #expect(server.seen.map { $0.target.contains("limit=250") } == [false, true])
    }

    @Test("nothing is asked before the first event is")
    func lazy() async throws {
        let server = FakeAPIServer { _ in .json(configMap("a")) }
        let client = try makeClient(server)
        _ = watch(client)
        _ = try await client.get(.configMap, ObjectKey(namespace: "default", name: "a"))
        #expect(server.seen.count == 1)
    }

    @Test("a metadata-only watch asks for it, and its objects carry their real kind")
    func metadata() async throws {
        let partial: JSONValue = [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": ["name": "a"],
        ]
        let server = FakeAPIServer(script: [.events([("ADDED", partial)])])
        let events = try await watch(makeClient(server), projection: .metadata).collected()
        guard case .added(let object) = events.first else {
            Issue.record("got \(events)")
            return
        }
        #expect(object.kind == "ConfigMap")
        #expect(
            server.seen.first?.headers["accept"] == "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
    }

    @Test("events come one by one as they are sent")
    func promptness() async throws {
        let gate = Gate()
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                connection.writeEvent("ADDED", configMap("a"))
                gate.waitBlocking()
                connection.writeEvent("ADDED", configMap("b"))
                connection.endChunks()
            }
        }
        var iterator = watch(try makeClient(server)).makeAsyncIterator()
        #expect(try await iterator.next() == .added(KubeObject(configMap("a"))))
        gate.open()
        #expect(try await iterator.next() == .added(KubeObject(configMap("b"))))
        #expect(try await iterator.next() == nil)
        #expect(try await iterator.next() == nil)
    }

    @Test("an event may come in pieces")
    func pieces() async throws {
        let line: JSONValue = ["type": "ADDED", "object": configMap("a")]
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                for byte in line.serialized() + [13, 10] { connection.writeChunk([byte]) }
                connection.endChunks()
            }
        }
        #expect(try await watch(makeClient(server)).collected() == [.added(KubeObject(configMap("a")))])
    }

    @Test("a 410 event ends the watch with that status")
    func goneEvent() async throws {
        let status: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "code": 410, "reason": "Expired",
            "message": "too old resource version",
        ]
        let server = FakeAPIServer(script: [.events([("ERROR", status), ("ADDED", configMap("a"))])])
        #expect(
            try await watch(makeClient(server)).collected() == [
                .error(Status(code: 410, reason: "Expired", message: "too old resource version"))
            ])
    }

    @Test("a 410 instead of a watch is the same event")
    func goneAnswer() async throws {
        let server = FakeAPIServer(script: [.status(410, reason: "Gone", message: "old")])
        #expect(
            try await watch(makeClient(server)).collected() == [
                .error(Status(code: 410, reason: "Gone", message: "old"))
            ])
    }

    @Test("a watch that is refused throws what the server said")
    func refused() async throws {
        let server = FakeAPIServer(script: [.status(403, reason: "Forbidden", message: "no")])
        let error = await kubeError { try await watch(makeClient(server)).collected() }
        #expect(error?.status?.isForbidden == true)
    }

    @Test("a 429 is waited out")
    func tooManyRequests() async throws {
        let server = FakeAPIServer(script: [
            .status(429, reason: "TooManyRequests", headers: [("Retry-After", "2")]),
            .events([("ADDED", configMap("a"))]),
        ])
        let clock = ImpatientClock()
        #expect(try await watch(makeClient(server, clock: clock)).collected().count == 1)
        #expect(clock.seconds == [2])
    }

    @Test("a connection that drops throws after the events before it")
    func dropped() async throws {
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                connection.writeEvent("ADDED", configMap("a"))
                connection.cut()
            }
        }
        var iterator = watch(try makeClient(server)).makeAsyncIterator()
        #expect(try await iterator.next() == .added(KubeObject(configMap("a"))))
        let error = await kubeError { try await iterator.next() }
        guard case .transport(let text) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(text.contains("was lost"))
    }

    @Test("an end inside an event is an error")
    func truncated() async throws {
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                connection.writeChunk(Array(#"{"type":"ADDED","obj"#.utf8))
                connection.endChunks()
            }
        }
        let error = await kubeError { try await watch(makeClient(server)).collected() }
        #expect(error == .transport("the watch on configmaps ended in the middle of an event"))
    }

    @Test("a line that is no event is an error", arguments: ["{", "[]", #"{"type":"ADDED"}"#, #"{"object":{}}"#])
    func malformed(line: String) async throws {
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                connection.writeChunk(Array("\(line)\n".utf8))
                connection.endChunks()
            }
        }
        let error = await kubeError { try await watch(makeClient(server)).collected() }
        guard case .decoding = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    @Test("an event beyond the limit is an error and closes the stream")
    func oversized() async throws {
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                while connection.isOpen { connection.writeChunk([UInt8](repeating: 0x20, count: 4096)) }
            }
        }
        let client = try makeClient(server) { $0.eventLimit = 100_000 }
        let error = await kubeError { try await watch(client).collected() }
        #expect(
            error == .decoding("could not read the watch on configmaps: an event is larger than 100000 bytes"))
        await server.waitForClosedConnections()
    }

    @Test("a slow reader makes the server wait, and loses nothing")
    func backPressure() async throws {
        let written = Mutex(0)
        let blocked = Gate()
        let padding = String(repeating: "x", count: 10_000)
        let total = 4_000
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                for number in 0..<total {
                    if !connection.isWritable(within: 300) {
                        blocked.open()
                    }
                    var object = configMap("\(number)")
                    object["data"] = ["padding": .string(padding)]
                    connection.writeEvent("ADDED", object)
                    written.withLock { $0 += 1 }
                }
                blocked.open()
                connection.endChunks()
            }
        }
        let client = try makeClient(server) { $0.watchBuffer = 100_000 }
        var iterator = watch(client).makeAsyncIterator()
        var names: [String] = []
        if case .added(let object)? = try await iterator.next() { names.append(object.name) }
        await blocked.wait()
        // 40 MB are to come; the sockets of both sides take a few of them.
        #expect(written.withLock { $0 } < total / 3)
        while case .added(let object)? = try await iterator.next() { names.append(object.name) }
        #expect(names == (0..<total).map(String.init))
    }

    @Test("cancelling the reader closes the stream")
    func cancellation() async throws {
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                connection.writeEvent("ADDED", configMap("a"))
                connection.waitUntilClosed()
            }
        }
        let client = try makeClient(server)
        let first = Gate()
        let stream = watch(client)
        let task = Task {
            for try await _ in stream { first.open() }
        }
        await first.wait()
        task.cancel()
        #expect(await kubeError { try await task.value } == .cancelled)
        await server.waitForClosedConnections()
    }

    @Test("letting the stream go closes it")
    func letGo() async throws {
        let server = FakeAPIServer { _ in
            FakeReply { connection in
                connection.beginChunks()
                connection.writeEvent("ADDED", configMap("a"))
                connection.waitUntilClosed()
            }
        }
        let client = try makeClient(server)
        for try await _ in watch(client) { break }
        await server.waitForClosedConnections()
        await client.shutdown()
    }

    @Test("many watches and requests run beside each other")
    func many() async throws {
        let server = FakeAPIServer { request in
            if !request.target.contains("watch=true") { return .json(configMap("a")) }
            return FakeReply { connection in
                connection.beginChunks()
                connection.writeEvent("ADDED", configMap("a"))
                connection.waitUntilClosed()
            }
        }
        let client = try makeClient(server)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    var iterator = watch(client).makeAsyncIterator()
                    _ = try await iterator.next()
                    for _ in 0..<10 { _ = try await client.get(.configMap, ObjectKey(namespace: "default", name: "a")) }
                    withExtendedLifetime(iterator) {}
                }
            }
            try await group.waitForAll()
        }
        #expect(server.seen.count == 220)
    }
}
