import Foundation
import KubeModel
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import Webhook

extension HTTPResponder {
    /// Asks in memory, without a connection.
    func ask(_ uri: String, method: HTTPMethod = .GET, headers: HTTPHeaders = [:]) async -> HTTPResponse {
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)
        if let refusal = refusal(of: head) { return refusal }
        switch respond(to: HTTPRequest(head: head, body: ByteBuffer())) {
        case .now(let response): return response
        case .later(let work): return await work()
        }
    }
}

@Suite("Health probes")
struct HealthResponderTests {
    private let responder = HealthResponder(
        readyz: [.ping("readyz"), HealthCheck("webhook") { false }, HealthCheck("cache") { true }])

    private func text(_ uri: String) async -> (UInt, String) {
        let response = await responder.ask(uri)
        return (response.status.code, String(buffer: response.body))
    }

    @Test(
        "paths, verbose output and excluded checks",
        arguments: [
            ("/healthz", 200, "ok"),
            ("/healthz/", 200, "ok"),
            ("/healthz?verbose", 200, "[+]healthz ok\nhealthz check passed\n"),
            ("/healthz/healthz", 200, "ok"),
            ("/readyz", 500, "[+]readyz ok\n[-]webhook failed: reason withheld\n[+]cache ok\nreadyz check failed\n"),
            ("/readyz?exclude=webhook", 200, "ok"),
            (
                "/readyz?exclude=webhook&verbose=1", 200,
                "[+]readyz ok\n[+]webhook excluded: ok\n[+]cache ok\nreadyz check passed\n"
            ),
            (
                "/readyz?exclude=webhook&exclude=a%2Fb&verbose", 200,
                "[+]readyz ok\n[+]webhook excluded: ok\n[+]cache ok\n"
                    + "warn: some health checks cannot be excluded: no matches for a/b\nreadyz check passed\n"
            ),
            ("/readyz/cache", 200, "ok"),
            ("/readyz/webhook", 500, "internal server error: webhook failed"),
            ("/readyz/other", 404, "404 page not found"),
            ("/livez", 404, "404 page not found"),
            ("/", 404, "404 page not found"),
        ] as [(String, UInt, String)])
    func answers(_ uri: String, _ status: UInt, _ body: String) async {
        #expect(await text(uri) == (status, body))
    }

    @Test("only GET and HEAD")
    func methods() async {
        #expect(await responder.ask("/healthz", method: .HEAD).status == .ok)
        #expect(await responder.ask("/healthz", method: .POST).status == .methodNotAllowed)
    }

    @Test("over a socket, HEAD has no body and the connection stays", .timeLimit(.minutes(1)))
    func socket() async throws {
        try await Fixtures.serve(responder) { server in
            let client = try LoopbackClient(port: server.port)
            try client.send("HEAD /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
            let text = try client.receive()
            var rest = text
            while !String(decoding: rest, as: UTF8.self).hasSuffix("\r\n\r\nok") { rest += try client.receive() }
            let answers = String(decoding: rest, as: UTF8.self)
            #expect(answers.components(separatedBy: "HTTP/1.1 200 OK").count == 3)
            #expect(answers.components(separatedBy: "Content-Length: 2\r\n").count == 3)
        }
    }
}

/// A clock that stands still until it is told the time.
final class StandingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let offset = Mutex(Duration.zero)
    var now: Instant { Instant(offset: offset.withLock { $0 }) }
    var minimumResolution: Duration { .zero }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
    func advance(_ duration: Duration) { offset.withLock { $0 += duration } }
}

private final class Reviewer: AccessReviewer {
    struct Down: Error {}
    struct State {
        var authentications = 0
        var authorizations = 0
        var isDown = false
    }
    let state = Mutex(State())

    func authenticate(token: String) async throws -> UserInfo? {
        try state.withLock { state in
            state.authentications += 1
            if state.isDown { throw Down() }
        }
        switch token {
        case "anonymous": return UserInfo(name: "system:anonymous", groups: ["system:unauthenticated"])
        case "wrong": return nil
        default: return UserInfo(name: token)
        }
    }

    func authorize(_ user: UserInfo, verb: String, path: String) async throws -> Bool {
        try state.withLock { state in
            state.authorizations += 1
            if state.isDown { throw Down() }
        }
        return user.name == "prometheus" && verb == "get" && path == "/metrics"
    }

    var counts: [Int] { state.withLock { [$0.authentications, $0.authorizations] } }
}

@Suite("Access to the metrics")
struct MetricsResponderTests {
    private let reviewer = Reviewer()
    private let clock = StandingClock()

    private var responder: MetricsResponder {
        MetricsResponder(access: .reviewed(CachingAuthorizer(reviewer, clock: clock))) { ByteBuffer(string: "up 1\n") }
    }

    @Test("a bearer that may is served; others get 401, 403 and 500")
    func access() async {
        let responder = responder
        func status(_ authorization: String?) async -> HTTPResponseStatus {
            await responder.ask("/metrics", headers: authorization.map { ["Authorization": $0] } ?? [:]).status
        }
        #expect(await status("Bearer prometheus") == .ok)
        #expect(await status("bearer  prometheus") == .ok)
        #expect(await status("Bearer somebody") == .forbidden)
        for refused in [nil, "Bearer", "Bearer ", "Basic prometheus", "Bearer wrong", "Bearer anonymous"] {
            #expect(await status(refused) == .unauthorized)
        }
        reviewer.state.withLock { $0.isDown = true }
        #expect(await status("Bearer another") == .internalServerError)
        #expect(await responder.ask("/other").status == .notFound)
        #expect(await responder.ask("/metrics", method: .POST).status == .methodNotAllowed)
    }

    @Test("open access asks nobody")
    func open() async {
        let response = await MetricsResponder(access: .open) { ByteBuffer(string: "up 1\n") }.ask("/metrics?x=y")
        #expect(response.status == .ok)
        #expect(String(buffer: response.body) == "up 1\n")
        #expect(response.contentType.hasPrefix("text/plain; version=0.0.4"))
    }

    @Test("who it is holds for a minute, allowed for five, denied for half a minute, a failure not at all")
    func caching() async {
        let authorizer = CachingAuthorizer(reviewer, clock: clock)
        func decide(_ token: String) async -> AccessDecision {
            await authorizer.decide(token: token, verb: "get", path: "/metrics")
        }
        #expect(await decide("prometheus") == .allowed)
        clock.advance(.seconds(59))
        #expect(await decide("prometheus") == .allowed)
        #expect(reviewer.counts == [1, 1])
        clock.advance(.seconds(1))
        #expect(await decide("prometheus") == .allowed)
        #expect(reviewer.counts == [2, 1])
        clock.advance(.seconds(240))
        #expect(await decide("prometheus") == .allowed)
        #expect(reviewer.counts == [3, 2])

        #expect(await decide("other") == .denied)
        clock.advance(.seconds(29))
        #expect(await decide("other") == .denied)
        #expect(reviewer.counts == [4, 3])
        clock.advance(.seconds(1))
        #expect(await decide("other") == .denied)
        #expect(reviewer.counts == [4, 4])

        reviewer.state.withLock { $0.isDown = true }
        #expect(await decide("new") == .failed)
        reviewer.state.withLock { $0.isDown = false }
        #expect(await decide("new") == .denied)
    }

    @Test("the cache is bounded")
    func bounded() {
        var cache = ExpiringCache<Int, Int, StandingClock.Instant>()
        let now = clock.now
        for key in 0..<3_000 { cache.keep(key, for: key, until: now.advanced(by: .seconds(1)), now: now) }
        #expect(cache.count <= ExpiringCache<Int, Int, StandingClock.Instant>.capacity)
        #expect(cache.value(2_999, now: now) == 2_999)
        #expect(cache.value(2_999, now: now.advanced(by: .seconds(1))) == nil)
    }
}

@Suite("Small things of HTTP")
struct HTTPTextTests {
    @Test("the Date header")
    func date() {
        #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test("addresses as Go writes them")
    func addresses() {
        #expect(ListenAddress(":8443") == ListenAddress(host: "", port: 8_443))
        #expect(ListenAddress("127.0.0.1:0")?.description == "127.0.0.1:0")
        #expect(ListenAddress("[::1]:9443")?.host == "::1")
        #expect(ListenAddress("[::1]:9443")?.description == "[::1]:9443")
        for text in ["", "8443", ":", ":x", ":65536", ":-1", "::1:80"] { #expect(ListenAddress(text) == nil) }
    }

    @Test("content types")
    func contentTypes() {
        for type in ["application/json", "application/json; charset=utf-8", "Application/JSON ;x"] {
            #expect(AdmissionRouter.isJSON(type))
        }
        for type in [nil, "", "text/plain", "application/jsonp", "application/json-patch+json"] {
            #expect(!AdmissionRouter.isJSON(type))
        }
    }
}
