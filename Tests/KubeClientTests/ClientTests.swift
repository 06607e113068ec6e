import Document
import KubeModel
import Synchronization
import TestSupport
import Testing

@testable import KubeClient

@Suite(.timeLimit(.minutes(1)))
struct ClientTests {
    let key = ObjectKey(namespace: "default", name: "a")

    @Test("a get brings the object")
    func getsObject() async throws {
        let server = FakeAPIServer(script: [.json(configMap("a"))])
        let client = try makeClient(server)
        let object = try await client.get(.configMap, key)
        #expect(object.name == "a")
        let seen = try #require(server.seen.first)
        #expect(seen.method == "GET")
        #expect(seen.target == "/api/v1/namespaces/default/configmaps/a")
        #expect(seen.headers["accept"] == "application/json")
        #expect(seen.headers["user-agent"] == "otel-operator")
        #expect(seen.headers["authorization"] == nil)
        #expect(seen.headers["accept-encoding"] == nil)
        await client.shutdown()
    }

    @Test("an error status is a typed error")
    func typedError() async throws {
        let server = FakeAPIServer(script: [
            .status(404, reason: "NotFound", message: "configmaps \"a\" not found"),
            .text(502, "<html>bad gateway</html>"),
        ])
        let client = try makeClient(server)
        let error = await kubeError { try await client.get(.configMap, key) }
        #expect(error?.status?.isNotFound == true)
        #expect(error?.description == "configmaps \"a\" not found (404 NotFound)")
        let proxied = await kubeError { try await client.get(.configMap, key) }
        #expect(proxied == .api(Status(code: 502, reason: "", message: "<html>bad gateway</html>")))
    }

    @Test("every write says what it is")
    func writes() async throws {
        let server = FakeAPIServer { _ in .json(configMap("a")) }
        let client = try makeClient(server)
        let object = KubeObject(configMap("a"))
        _ = try await client.create(.configMap, object)
        _ = try await client.replace(.configMap, object, subresource: "status")
        _ = try await client.apply(.configMap, object, fieldManager: "m", force: true, subresource: nil)
        _ = try await client.patch(.configMap, key, .merge(["a": 1]), subresource: nil)
        _ = try await client.patch(.configMap, key, .json([["op": "remove", "path": "/a"]]), subresource: "status")
        try await client.delete(.configMap, key, options: DeleteOptions(uid: "u", propagationPolicy: "Background"))

        let seen = server.seen
        #expect(seen.map(\.method) == ["POST", "PUT", "PATCH", "PATCH", "PATCH", "DELETE"])
        let path = "/api/v1/namespaces/default/configmaps"
        #expect(
            seen.map(\.target) == [
                path, "\(path)/a/status", "\(path)/a?fieldManager=m&force=true", "\(path)/a", "\(path)/a/status",
                "\(path)/a",
            ])
        #expect(
            seen.map { $0.headers["content-type"] } == [
                "application/json", "application/json", "application/apply-patch+yaml", "application/merge-patch+json",
                "application/json-patch+json", "application/json",
            ])
        #expect(seen.allSatisfy { $0.headers["expect"] == nil })
        #expect(seen[0].bodyJSON == configMap("a"))
        #expect(seen[3].bodyJSON == ["a": 1])
        #expect(seen[4].bodyJSON == [["op": "remove", "path": "/a"]])
        #expect(
            seen[5].bodyJSON == [
                "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["uid": "u"],
                "propagationPolicy": "Background",
            ])
    }

    @Test("a large body arrives whole")
    func largeBody() async throws {
        let server = FakeAPIServer { request in .json(request.bodyJSON ?? .null) }
        let client = try makeClient(server)
        var object = KubeObject(configMap("a"))
        object["data"] = ["text": .string(String(repeating: "0123456789", count: 300_000))]
        let answer = try await client.create(.configMap, object)
        #expect(answer == object)
    }

    @Test("a list is read page by page")
    func pages() async throws {
        let server = FakeAPIServer(script: [
            .list([configMap("a"), configMap("b")], resourceVersion: "10", continue: "t/1"),
            .list([configMap("c")], resourceVersion: "10", continue: ""),
        ])
        let client = try makeClient(server)
        let list = try await client.listAll(
            .configMap, namespace: nil, options: ListOptions(labelSelector: "a=b,c", limit: 2, resourceVersion: "0"))
        #expect(list.items.map(\.name) == ["a", "b", "c"])
        #expect(list.resourceVersion == "10")
        #expect(
            server.seen.map(\.target) == [
                "/api/v1/configmaps?labelSelector=a%3Db%2Cc&limit=2&resourceVersion=0",
                "/api/v1/configmaps?labelSelector=a%3Db%2Cc&limit=2&continue=t%2F1",
            ])
    }

    @Test("a 410 between two pages lists again without pages")
    func expiredPage() async throws {
        let server = FakeAPIServer(script: [
            .list([configMap("old")], resourceVersion: "10", continue: "t"), .status(410, reason: "Expired"),
            .list([configMap("a"), configMap("b")], resourceVersion: "20"),
        ])
        let list = try await makeClient(server).listAll(.configMap, options: ListOptions(limit: 1))
        #expect(list.items.map(\.name) == ["a", "b"])
        #expect(list.resourceVersion == "20")
        #expect(server.seen.last?.target == "/api/v1/configmaps")
    }

    @Test("a 410 for the first page is the caller's")
    func expiredFirstPage() async throws {
        let server = FakeAPIServer(script: [.status(410, reason: "Expired")])
        let error = await kubeError { try await makeClient(server).listAll(.configMap) }
        #expect(error?.status?.isExpired == true)
    }

    @Test("a metadata-only list asks for it, and its items carry their real kind")
    func metadataList() async throws {
        let item: JSONValue = [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": ["name": "a"],
        ]
        let server = FakeAPIServer(script: [.list([item], resourceVersion: "1")])
        let list = try await makeClient(server).list(
            .deployment, namespace: "x", options: ListOptions(), projection: .metadata)
        #expect(list.items.first?.kind == "Deployment")
        #expect(list.items.first?.apiVersion == "apps/v1")
        #expect(
            server.seen.first?.headers["accept"]
                == "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
    }

    @Test("a 429 is tried again after the time that the server says")
    func retriesTooManyRequests() async throws {
        let server = FakeAPIServer(script: [
            .status(429, reason: "TooManyRequests", headers: [("Retry-After", "3")]), .json(configMap("a")),
        ])
        let clock = ImpatientClock()
        _ = try await makeClient(server, clock: clock).create(.configMap, KubeObject(configMap("a")))
        #expect(clock.seconds == [3])
        #expect(server.seen.count == 2)
    }

    @Test("a Retry-After that is too long is the caller's to wait")
    func retryAfterTooLong() async throws {
        let server = FakeAPIServer(script: [.status(429, reason: "TooManyRequests", headers: [("Retry-After", "600")])])
        let clock = ImpatientClock()
        let error = await kubeError { try await makeClient(server, clock: clock).get(.configMap, key) }
        #expect(error?.status?.code == 429)
        #expect(error?.status?.retryAfterSeconds == 600)
        #expect(clock.sleeps.isEmpty)
    }

    @Test("a 503 repeats only what may run twice")
    func retriesUnavailable() async throws {
        let server = FakeAPIServer(script: [
            .status(503, reason: "ServiceUnavailable", headers: [("Retry-After", "1")]), .json(configMap("a")),
            .status(503, reason: "ServiceUnavailable", headers: [("Retry-After", "1")]),
        ])
        let client = try makeClient(server, clock: ImpatientClock())
        _ = try await client.get(.configMap, key)
        let error = await kubeError { try await client.create(.configMap, KubeObject(configMap("a"))) }
        #expect(error?.status?.code == 503)
        #expect(server.seen.count == 3)
    }

    @Test("a retry without end stops after five tries")
    func retriesAreBounded() async throws {
        let server = FakeAPIServer { _ in .status(429, reason: "TooManyRequests", headers: [("Retry-After", "1")]) }
        let error = await kubeError {
            try await makeClient(server, clock: ImpatientClock()).get(.configMap, key)
        }
        #expect(error?.status?.code == 429)
        #expect(server.seen.count == 5)
    }

    @Test("a body that is no JSON is a decoding error that names the object")
    func notJSON() async throws {
        let server = FakeAPIServer(script: [.text(200, "<html>")])
        let error = await kubeError { try await makeClient(server).get(.configMap, key) }
        guard case .decoding(let text) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(text.hasPrefix("could not read configmaps default/a: "))
    }

    @Test("every try is reported once")
    func reportsRequests() async throws {
        let server = FakeAPIServer(script: [
            .cut, .status(429, reason: "TooManyRequests", headers: [("Retry-After", "1")]), .json(configMap("a")),
        ])
        let reported = Mutex<[Int?]>([])
        let client = try makeClient(
            server, clock: ImpatientClock(),
            onRequest: { request in
                reported.withLock { $0.append(request.code) }
            })
        _ = await kubeError { try await client.get(.configMap, key) }
        _ = try await client.get(.configMap, key)
        #expect(reported.withLock { $0 } == [nil, 429, 200])
    }

    @Test("deleting what is gone is done")
    func deleteIfPresent() async throws {
        let server = FakeAPIServer(script: [.status(404, reason: "NotFound"), .json(configMap("a"))])
        let client = try makeClient(server)
        #expect(try await !client.deleteIfPresent(.configMap, key))
        #expect(try await client.deleteIfPresent(.configMap, key))
    }
}
