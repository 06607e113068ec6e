import Document
import KubeModel
import Testing

@testable import KubeClient

@Suite
struct RequestTests {
    @Test(
        "paths follow group, version, namespace, name and subresource",
        arguments: [
            (ResourceType.pod, "a", "b", nil, "/api/v1/namespaces/a/pods/b"),
            (.pod, nil, nil, nil, "/api/v1/pods"),
            (.pod, "", nil, nil, "/api/v1/pods"),
            (.namespace, nil, "a", nil, "/api/v1/namespaces/a"),
            (.namespace, "ignored", "a", nil, "/api/v1/namespaces/a"),
            (.deployment, "a", "b", "status", "/apis/apps/v1/namespaces/a/deployments/b/status"),
            (.event, "a", "b/c d%", nil, "/apis/events.k8s.io/v1/namespaces/a/events/b%2Fc%20d%25"),
        ] as [(ResourceType, String?, String?, String?, String)])
    func paths(type: ResourceType, namespace: String?, name: String?, subresource: String?, expected: String) {
        #expect(Request.path(type, namespace: namespace, name: name, subresource: subresource) == expected)
    }

    @Test("a query is encoded, whatever it holds")
    func query() {
        let request = Request(.get, "/x", query: [.init("labelSelector", "a=b,c in (d, ü)&e#"), .init("empty", "")])
        #expect(request.target == "/x?labelSelector=a%3Db%2Cc%20in%20%28d%2C%20%C3%BC%29%26e%23&empty=")
    }

    @Test("a list without limit does not name one")
    func listWithoutLimit() {
        let request = Request.list(.pod, namespace: nil, options: ListOptions(limit: 0), projection: .full)
        #expect(request.query.isEmpty)
        #expect(
            Request.list(.pod, namespace: nil, options: ListOptions(), projection: .full).query == [
                .init("limit", "500")
            ])
    }

    @Test("a delete without conditions has no body")
    func plainDelete() {
        let request = Request.delete(.pod, ObjectKey(namespace: "a", name: "b"), options: DeleteOptions())
        #expect(request.body == nil)
        #expect(request.headers == [.init("Accept", "application/json")])
    }

    @Test("what may be carried out twice says so")
    func idempotence() {
        let object = KubeObject(.pod, ObjectKey(namespace: "a", name: "b"))
        #expect(Request.get(.pod, object.key).isIdempotent)
        #expect(Request.apply(.pod, object, fieldManager: "m", force: false).isIdempotent)
        #expect(!Request.create(.pod, object).isIdempotent)
        #expect(!Request.patch(.pod, object.key, .merge([:])).isIdempotent)
    }

    @Test("a header value cannot start another header")
    func headerInjection() {
        #expect(Request.Header("A", "b\r\nC: d").line == nil)
        #expect(Request.Header("A", "b").line == "A: b")
        #expect(Request.Header("A", "").line == "A;")
    }

    @Test("a proxy is named in errors without its password")
    func proxyAddress() throws {
        var configuration = ClusterConfiguration(server: try ServerAddress("https://h"))
        configuration.proxy = .url("http://jane:geheim@p:3128/", exceptions: "")
        let transfer = configuration.transfer(
            Request(.get, "/"), Authentication(), timeout: nil, userAgent: "me", bodyLimit: 10)
        #expect(transfer.server == "https://h:443 (proxy p:3128)")
        #expect(Proxy.url("socks5://p", exceptions: "").address == "p")
        #expect(Proxy.none.address == nil)
    }

    @Test("a server name goes into the URL, the address into the connection")
    func serverName() throws {
        var configuration = ClusterConfiguration(server: try ServerAddress("https://10.0.0.1:6443/prefix/"))
        configuration.serverName = "kubernetes.default"
        configuration.impersonation = Impersonation(
            user: "jane", uid: "7", groups: ["a", "b"], extra: ["Corp/team": ["x"]])
        let transfer = configuration.transfer(
            Request(.get, "/api", query: [.init("a", "b")]), Authentication(authorization: "Bearer t"), timeout: nil,
            userAgent: "me", bodyLimit: 10)
        #expect(transfer.url == "https://kubernetes.default:6443/prefix/api?a=b")
        #expect(transfer.connectTo == "kubernetes.default:6443:10.0.0.1:6443")
        #expect(transfer.server == "https://10.0.0.1:6443")
        #expect(
            transfer.headers == [
                "User-Agent: me", "Authorization: Bearer t", "Impersonate-User: jane", "Impersonate-Uid: 7",
                "Impersonate-Group: a", "Impersonate-Group: b", "Impersonate-Extra-corp%2Fteam: x",
                "Host: 10.0.0.1:6443",
            ])
    }
}

@Suite
struct ResponseTests {
    @Test("a Status is read, and the HTTP code decides")
    func status() {
        let body = #"{"kind":"Status","code":200,"reason":"Conflict","message":"m","details":{"retryAfterSeconds":3}}"#
        let response = Response(head: ResponseHead(code: 409), body: Array(body.utf8))
        #expect(response.status == Status(code: 409, reason: "Conflict", message: "m", retryAfterSeconds: 3))
    }

    @Test("the header goes before the body's retryAfterSeconds")
    func retryAfter() {
        let body = #"{"kind":"Status","details":{"retryAfterSeconds":3}}"#
        let head = ResponseHead(code: 429, headers: [.init("retry-after", "7")])
        #expect(Response(head: head, body: Array(body.utf8)).status.retryAfterSeconds == 7)
    }

    @Test(
        "a Retry-After that is no number of seconds is none",
        arguments: ["", "soon", "-1", "1.5", "Fri, 31 Dec 1999 23:59:59 GMT"])
    func badRetryAfter(value: String) {
        #expect(ResponseHead(code: 429, headers: [.init("retry-after", value)]).retryAfterSeconds == nil)
    }

    @Test("a body that is no Status becomes a short message")
    func plainText() {
        let response = Response(head: ResponseHead(code: 500), body: Array(String(repeating: "ü\n", count: 300).utf8))
        #expect(response.status.code == 500)
        #expect(response.status.message.utf8.count <= 300)
        #expect(response.status.message.hasSuffix("ü"))
    }

    @Test("status lines of both versions are read")
    func statusLines() {
        #expect(ResponseHead(statusLine: "HTTP/2 200 ") == ResponseHead(code: 200, isMultiplexed: true))
        #expect(ResponseHead(statusLine: "HTTP/1.1 404 Not Found") == ResponseHead(code: 404))
        #expect(ResponseHead(statusLine: "Retry-After: 1") == nil)
        #expect(ResponseHead(statusLine: "HTTP/1.1 ok") == nil)
        var head = ResponseHead(code: 200)
        head.add(line: "Retry-AFTER:\t 12")
        head.add(line: "no header")
        #expect(head.retryAfterSeconds == 12)
        #expect(head.headers.count == 1)
    }
}

@Suite
struct RetryPolicyTests {
    let policy = RetryPolicy(attempts: 3, longestWait: .seconds(10), firstWait: .milliseconds(500))

    @Test(
        "what is repeated, and after how long",
        arguments: [
            (1, 429, 2, false, .seconds(2)), (1, 429, 2, true, .seconds(2)), (1, 503, 2, true, .seconds(2)),
            (1, 429, nil, false, .milliseconds(500)), (2, 429, nil, false, .seconds(1)),
            (1, 429, 0, false, .zero),
            // Nothing said when, might have been carried out, or is no "not now".
            (1, 503, nil, true, nil), (1, 503, 2, false, nil), (1, 500, 2, true, nil), (1, 409, 2, true, nil),
            // Too often, too long, or past the deadline of 8 seconds.
            (3, 429, 1, true, nil), (1, 429, 11, true, nil), (1, 429, 8, true, nil), (1, 429, Int.max, true, nil),
        ] as [(Int, Int, Int?, Bool, Duration?)])
    func delays(attempt: Int, code: Int, retryAfter: Int?, isIdempotent: Bool, expected: Duration?) {
        #expect(
            policy.delay(
                after: attempt, code: code, retryAfterSeconds: retryAfter, isIdempotent: isIdempotent,
                remaining: .seconds(8)) == expected)
    }

    @Test("credentials are renewed once")
    func renewal() {
        var attempts = Attempts(policy: policy, isIdempotent: true)
        let refused = Status(code: 401, reason: "Unauthorized", message: "")
        #expect(attempts.next(after: refused, remaining: .seconds(10)) == .renewCredentials)
        #expect(attempts.next(after: refused, remaining: .seconds(10)) == .giveUp)
    }

    @Test("a renewal does not use up a retry")
    func renewalBesideRetries() {
        var attempts = Attempts(policy: policy, isIdempotent: true)
        let busy = Status(code: 429, reason: "", message: "", retryAfterSeconds: 1)
        #expect(attempts.next(after: busy, remaining: .seconds(10)) == .wait(.seconds(1)))
        #expect(
            attempts.next(after: Status(code: 401, reason: "", message: ""), remaining: .seconds(10))
                == .renewCredentials)
        #expect(attempts.next(after: busy, remaining: .seconds(10)) == .wait(.seconds(1)))
        #expect(attempts.next(after: busy, remaining: .seconds(10)) == .giveUp)
    }
}

@Suite
struct LineBufferTests {
    func lines(_ chunks: [String], limit: Int = 100) throws -> [String] {
        var buffer = LineBuffer(limit: limit)
        var lines: [String] = []
        for chunk in chunks {
            buffer.append(Array(chunk.utf8))
            while let line = try buffer.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        if buffer.hasPartialLine { lines.append("…") }
        return lines
    }

    @Test("however the bytes are cut, the lines are the same", arguments: 1...12)
    func cuts(size: Int) throws {
        let text = Array("one\ntwo\n\nthree is long\n\nx\n".utf8)
        let chunks = stride(from: 0, to: text.count, by: size).map {
            String(decoding: text[$0..<min($0 + size, text.count)], as: UTF8.self)
        }
        #expect(try lines(chunks) == ["one", "two", "three is long", "x"])
    }

    @Test("a line without its break is seen")
    func partial() throws {
        #expect(try lines(["a\nb"]) == ["a", "…"])
        #expect(try lines(["a\n", "b", "c\n", "d"]) == ["a", "bc", "…"])
        #expect(try lines([""]) == [])
    }

    @Test("a line beyond the limit is refused, with its break or without")
    func limit() throws {
        #expect(try lines(["12345\n"], limit: 5) == ["12345"])
        #expect(throws: LineBuffer.Failure.lineTooLong) { try lines(["123456\n"], limit: 5) }
        #expect(throws: LineBuffer.Failure.lineTooLong) { try lines(["1\n", "123", "456"], limit: 5) }
    }
}
