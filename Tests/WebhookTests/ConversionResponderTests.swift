import Document
import NIOCore
import NIOHTTP1
import Testing

@testable import Webhook

@Suite("Conversion reviews")
struct ConversionResponderTests {
    private struct Refused: Error, CustomStringConvertible {
        var description: String { "it is the wrong one" }
    }

    private let factory = RecordingFactory()

    private var responder: ConversionResponder {
        ConversionResponder(logger: Fixtures.logger, metrics: factory) { object, version in
            guard object[path: "metadata", "name"] != "bad", version == "example.com/v2" else { throw Refused() }
            var object = object
            object["apiVersion"] = .string(version)
            return object
        }
    }

    private func object(_ name: String, namespace: String? = "apps") -> JSONValue {
        [
            "apiVersion": "example.com/v1", "kind": "Thing",
            "metadata": .object(compacting: ["name": .string(name), "namespace": namespace.map(JSONValue.string)]),
        ]
    }

    private func review(
        _ objects: [JSONValue], apiVersion: String = "apiextensions.k8s.io/v1", desired: String = "example.com/v2"
    ) -> JSONValue {
        [
            "kind": "ConversionReview", "apiVersion": .string(apiVersion),
            "request": ["uid": "u-1", "desiredAPIVersion": .string(desired), "objects": .array(objects)],
        ]
    }

    private func head(_ method: HTTPMethod = .POST, type: String = "application/json") -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: method, uri: "/convert?timeout=30s", headers: ["content-type": type])
    }

    private func send(_ body: String, type: String = "application/json") async -> HTTPResponse {
        switch responder.respond(to: HTTPRequest(head: head(type: type), body: ByteBuffer(string: body))) {
        case .now(let response): return response
        case .later(let work): return await work()
        }
    }

    private func answer(_ review: JSONValue) async throws -> JSONValue {
        let response = await send(review.serializedString())
        #expect(response.status == .ok)
        #expect(response.contentType == "application/json")
        return try JSONValue(parsing: response.body.readableBytesView)
    }

    @Test(
        "objects come back converted and in their order, in a review of the version that was sent",
        arguments: ["apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"])
    func converted(apiVersion: String) async throws {
        let answer = try await answer(review([object("a"), object("b"), object("c")], apiVersion: apiVersion))
        #expect(answer["kind"] == "ConversionReview")
        #expect(answer["apiVersion"] == .string(apiVersion))
        #expect(answer["request"] == nil)
        #expect(answer[path: "response", "uid"] == "u-1")
        #expect(answer[path: "response", "result"] == ["status": "Success"])
        let objects = answer[path: "response", "convertedObjects"]?.arrayValue ?? []
        #expect(objects.map { $0[path: "metadata", "name"] } == ["a", "b", "c"])
        #expect(objects.allSatisfy { $0["apiVersion"] == "example.com/v2" })
    }

    @Test("a review without objects succeeds")
    func empty() async throws {
        let answer = try await answer(review([]))
        #expect(answer[path: "response", "result", "status"] == "Success")
        #expect(answer[path: "response", "convertedObjects"] == [])
    }

    @Test(
        "an object that cannot be converted fails the review with its name and the reason",
        arguments: [
            (
                [("a", "apps"), ("bad", "apps")], "example.com/v2",
                "could not convert Thing apps/bad to example.com/v2: "
            ),
            ([("bad", nil)], "example.com/v2", "could not convert Thing bad to example.com/v2: "),
            ([("a", "apps")], "example.com/v9", "could not convert Thing apps/a to example.com/v9: "),
        ] as [([(String, String?)], String, String)])
    func failed(names: [(String, String?)], desired: String, message: String) async throws {
        let answer = try await answer(review(names.map { object($0.0, namespace: $0.1) }, desired: desired))
        #expect(answer[path: "response", "uid"] == "u-1")
        #expect(answer[path: "response", "convertedObjects"] == [])
        #expect(
            answer[path: "response", "result"]
                == ["status": "Failure", "message": .string(message + "it is the wrong one")])
    }

    @Test("what is no object is named as what it is")
    func strangeObjects() async throws {
        let answer = try await answer(review([3], desired: "x/v1"))
        #expect(
            answer[path: "response", "result", "message"]
                == "could not convert a number without a name to x/v1: it is the wrong one")
    }

    @Test(
        "what is no review gets a line of text",
        arguments: [
            ("", "could not read the review"), ("[]", "the body is a list"), ("{}", "kind is not"),
            (#"{"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v2"}"#, "apiVersion is neither"),
            (#"{"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1"}"#, "no request"),
            (#"{"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1","request":{}}"#, "no uid"),
        ])
    func unreadable(body: String, words: String) async {
        let response = await send(body)
        #expect(response.status == .badRequest)
        #expect(String(buffer: response.body).contains(words))
    }

    @Test("only JSON by POST is taken, and a body over the limit is told how to get below it")
    func refusals() async {
        #expect(await send("{}", type: "text/plain").status == .badRequest)
        #expect(responder.refusal(of: head(.GET))?.status == .methodNotAllowed)
        #expect(responder.refusal(of: head()) == nil)
        let response = responder.bodyTooLarge(head(), limit: 7)
        #expect(response.status == .payloadTooLarge)
        #expect(String(buffer: response.body).contains("larger than 7 bytes"))
    }

    @Test("requests are counted like those of the other webhooks")
    func metrics() async throws {
        _ = try await answer(review([object("a")]))
        _ = await send("{")
        #expect(factory.value("controller_runtime_webhook_requests_total{webhook=/convert,code=200}") == 1)
        #expect(factory.value("controller_runtime_webhook_requests_total{webhook=/convert,code=400}") == 1)
        #expect(factory.value("controller_runtime_webhook_latency_seconds{webhook=/convert}") == 2)
        #expect(factory.value("controller_runtime_webhook_requests_in_flight{webhook=/convert}") == 0)
    }

    @Test("the router gives the path to conversion and everything else to admission")
    func routed() async throws {
        let router = PathRouter(
            [ConversionResponder.path: responder], others: Fixtures.router(ScriptedHandler()))
        #expect(router.refusal(of: head()) == nil)
        #expect(
            router.refusal(of: HTTPRequestHead(version: .http1_1, method: .POST, uri: "/convert/x"))?.status
                == .notFound)
        #expect(router.refusal(of: HTTPRequestHead(version: .http1_1, method: .POST, uri: "/mutate")) == nil)
        #expect(router.bodyTooLarge(head(), limit: 7).contentType.hasPrefix("text/plain"))
        let body = ByteBuffer(string: review([object("a")]).serializedString())
        guard case .later(let work) = router.respond(to: HTTPRequest(head: head(), body: body)) else {
            Issue.record("the event loop works on a conversion")
            return
        }
        #expect(await work().status == .ok)
    }

    @Test("a list is converted object by object, and one that cannot be read fails the review")
    func list() async throws {
        let objects = (0..<300).map { object("name\($0) [{\\\"]}") }
        let response = try await answer(review(objects))
        #expect(response[path: "response", "uid"] == "u-1")
        #expect(response[path: "response", "result"] == ["status": "Success"])
        let converted = try #require(response[path: "response", "convertedObjects"]?.arrayValue)
        #expect(converted.count == 300)
        #expect(converted.map { $0[path: "metadata", "name"] } == objects.map { $0[path: "metadata", "name"] })
        let broken =
            #"{"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1","request":{"uid":"u","#
            + #""desiredAPIVersion":"example.com/v2","objects":[{"a":1},{"a":[1}}]}}"#
        let failed = try JSONValue(parsing: await send(broken).body.readableBytesView)
        #expect(failed[path: "response", "result", "status"] == "Failure")
        #expect(failed[path: "response", "convertedObjects"] == [])
    }

    @Test("a list may be larger than other bodies, one at a time until it is answered")
    func largeList() async throws {
        let router = PathRouter([ConversionResponder.path: responder], others: Fixtures.router(ScriptedHandler()))
        let limits = HTTPLimits(
            bodyBytes: 100_000, bufferedBytes: 100_000, listBytes: 1_000_000, bufferedListBytes: 1_000_000)
        try await Fixtures.serve(router, limits: limits) { server in
            func post(_ path: String, _ count: Int) throws -> Int {
                let client = try LoopbackClient(port: server.port)
                var body = review([object("a")]).serializedString()
                body += String(repeating: " ", count: count - body.utf8.count)
                try client.send(
                    "POST \(path) HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: \(count)\r\n\r\n"
                )
                try client.send(Array(body.utf8))
                return try client.response().status
            }
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try post("/convert", 1_000_000)) }
            statuses.append(try post("/convert", 1_000_001))
            statuses.append(try post("/mutate", 100_001))
            #expect(statuses == [200, 200, 200, 413, 413])
        }
    }
}
