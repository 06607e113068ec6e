import Document
import Foundation
import KubeModel
import NIOCore
import ServingCertificate
import TLSServer
import Testing

@testable import Webhook

@Suite("A webhook server on loopback", .timeLimit(.minutes(2)))
struct ServerTests {
    private func contexts(_ settings: TLSSettings = TLSSettings()) throws -> (CertificateSource, TLSContextCache) {
        let source = CertificateSource(try Fixtures.identity())
        return (source, TLSContextCache(source: source, settings: settings))
    }

    @Test("an AdmissionReview over TLS is answered in each of the three ways, on one kept connection")
    func answers() async throws {
        let handler = ScriptedHandler()
        handler.gate.open()
        try await Fixtures.serve(Fixtures.router(handler), tls: contexts().1) { server in
            let client = try LoopbackClient(port: server.port, tls: .init())
            let skipped = try client.post("/mutate?timeout=10s", Fixtures.review(uid: "u-1"))
            #expect(skipped.status == 200)
            #expect(skipped.headers["content-type"] == "application/json")
            #expect(
                skipped.text
                    == #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u-1","#
                    + #""allowed":true,"status":{"code":200},"warnings":["shortcut"]}}"#)

            let patched = try JSONValue(parsing: client.post("/mutate", Fixtures.review(annotation: "inject")).body)
            #expect(patched[path: "response", "patchType"]?.stringValue == "JSONPatch")
            let patch = try #require(patched[path: "response", "patch"]?.stringValue.flatMap { Base64.decode($0.utf8) })
            #expect(String(decoding: patch, as: UTF8.self) == #"[{"op":"add","path":"/x","value":"apps"}]"#)

            let waited = try JSONValue(parsing: client.post("/mutate", Fixtures.review(annotation: "wait")).body)
            #expect(waited[path: "response", "allowed"]?.boolValue == false)
            #expect(waited[path: "response", "status", "code"]?.intValue == 403)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("v1beta1 is answered in kind")
    func beta() async throws {
        try await Fixtures.serve(Fixtures.router(ScriptedHandler())) { server in
            let client = try LoopbackClient(port: server.port)
            for annotation in ["none", "inject"] {
                let review = Fixtures.review(annotation: annotation).replacingOccurrences(
                    of: "io/v1\"", with: "io/v1beta1\"")
                let answer = try JSONValue(parsing: client.post("/mutate", review).body)
                #expect(answer["apiVersion"]?.stringValue == "admission.k8s.io/v1beta1")
            }
        }
    }

    @Test(
        "a bad review is answered with 400 in the review and 200 in HTTP, with the uid where there is one",
        arguments: [
            ("", ""), ("nonsense", ""), ("[]", ""), ("null", ""),
            (Fixtures.review().replacingOccurrences(of: "io/v1\"", with: "io/v7\""), "u-1"),
            (Fixtures.review().replacingOccurrences(of: "AdmissionReview", with: "Pod"), "u-1"),
            (Fixtures.review().replacingOccurrences(of: "CREATE", with: "READ"), "u-1"),
            (Fixtures.review(annotation: "inject").replacingOccurrences(of: "\"true\"", with: "tru"), "u-1"),
            (Fixtures.review(annotation: "inject").dropLast(2).description, "u-1"),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}"#, ""),
        ])
    func malformed(_ body: String, _ uid: String) async throws {
        // A handler without a shortcut, so that everything is parsed.
        struct Plain: AdmissionHandler {
            func handle(_ request: AdmissionRequest) async -> AdmissionResponse { .allowed() }
        }
        try await Fixtures.serve(Fixtures.router(Plain())) { server in
            let client = try LoopbackClient(port: server.port)
            let response = try client.post("/mutate", body)
            #expect(response.status == 200)
            let answer = try JSONValue(parsing: response.body)
            #expect(answer[path: "response", "allowed"]?.boolValue == false)
            #expect(answer[path: "response", "status", "code"]?.intValue == 400)
            #expect(answer[path: "response", "uid"]?.stringValue == uid)
            #expect(answer[path: "response", "status", "message"]?.stringValue?.isEmpty == false)
            // The connection is none the worse for it.
            #expect(try client.post("/mutate", Fixtures.review()).status == 200)
        }
    }

    @Test("content type, method and path are checked")
    func wrongRequests() async throws {
        try await Fixtures.serve(Fixtures.router(ScriptedHandler())) { server in
            let client = try LoopbackClient(port: server.port)
            let plain = try client.post("/mutate", Fixtures.review(), contentType: "text/plain")
            #expect(plain.status == 200)
            #expect(try JSONValue(parsing: plain.body)[path: "response", "status", "code"]?.intValue == 400)
            let parameters = try client.post(
                "/mutate", Fixtures.review(), contentType: "Application/JSON; charset=utf-8")
            #expect(try JSONValue(parsing: parameters.body)[path: "response", "allowed"]?.boolValue == true)
            let get = try client.get("/mutate")
            #expect(get.status == 405)
            #expect(get.headers["allow"] == "POST")
            #expect(try client.post("/other", "x").status == 404)
            #expect(try client.post("/mutate", Fixtures.review()).status == 200)
        }
    }

    @Test("10 MiB get 413, announced or in chunks, and the answer can be read")
    func tooLarge() async throws {
        try await Fixtures.serve(Fixtures.router(ScriptedHandler()), tls: contexts().1) { server in
            let megabyte = [UInt8](repeating: 0x20, count: 1_048_576)
            let announced = try LoopbackClient(port: server.port, tls: .init())
            try announced.send("POST /mutate HTTP/1.1\r\nHost: w\r\nContent-Length: 10485760\r\n\r\n")
            for _ in 0..<10 { try announced.send(megabyte) }
            let response = try announced.response()
            #expect(response.status == 413)
            #expect(response.headers["connection"] == "close")
            #expect(try JSONValue(parsing: response.body)[path: "response", "status", "code"]?.intValue == 413)
            try announced.waitForEnd()

            let chunked = try LoopbackClient(port: server.port, tls: .init())
            try chunked.send("POST /mutate HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<10 {
                try chunked.send("100000\r\n")
                try chunked.send(megabyte)
                try chunked.send("\r\n")
            }
            try chunked.send("0\r\n\r\n")
            #expect(try chunked.response().status == 413)
            try chunked.waitForEnd()
        }
    }

    @Test("a body that the listener has no memory for gets 503, and what a body held is given back")
    func budget() async throws {
        let limits = HTTPLimits(bufferedBytes: 500_000)
        try await Fixtures.serve(Fixtures.router(ScriptedHandler()), limits: limits) { server in
            func post(_ count: Int) throws -> Int {
                let client = try LoopbackClient(port: server.port)
                try client.send("POST /mutate HTTP/1.1\r\nHost: w\r\nContent-Length: \(count)\r\n\r\n")
                try client.send([UInt8](repeating: 0x20, count: count))
                return try client.response().status
            }
            for _ in 0..<5 {
                #expect(try post(500_000 + 65_536 + 1) == 503)
                #expect(try post(500_000) == 200)
            }
            // One that goes away in the middle gives it back too.
            var gone: LoopbackClient? = try LoopbackClient(port: server.port)
            try gone?.send("POST /mutate HTTP/1.1\r\nHost: w\r\nContent-Length: 500000\r\n\r\n")
            try gone?.send([UInt8](repeating: 0x20, count: 400_000))
            gone = nil
            try waitForConnections(server, atMost: 0)
            #expect(try post(500_000) == 200)
        }
    }

    @Test("7 MiB are read, also when the client waits for 100 Continue")
    func large() async throws {
        try await Fixtures.serve(Fixtures.router(ScriptedHandler()), tls: contexts().1) { server in
            let client = try LoopbackClient(port: server.port, tls: .init())
            let review = Fixtures.review()
            let body = review + String(repeating: " ", count: 7 * 1_048_576 - review.utf8.count)
            try client.send(
                "POST /mutate HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n")
            #expect(String(decoding: try client.receive(), as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send(body)
            #expect(try JSONValue(parsing: client.response().body)[path: "response", "allowed"]?.boolValue == true)
        }
    }

    @Test("requests sent without waiting are answered in their order, a slow one among them")
    func pipelining() async throws {
        let handler = ScriptedHandler()
        try await Fixtures.serve(Fixtures.router(handler)) { server in
            let client = try LoopbackClient(port: server.port)
            let bodies = [("a", "none"), ("b", "wait"), ("c", "inject"), ("d", "wait"), ("e", "none")].map {
                Fixtures.review(uid: $0.0, annotation: $0.1)
            }
            try client.send(
                bodies.map {
                    "POST /mutate HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\n"
                        + "Content-Length: \($0.utf8.count)\r\n\r\n\($0)"
                }.joined())
            try handler.gate.entered()
            handler.gate.open()
            for uid in ["a", "b", "c", "d", "e"] {
                let answer = try JSONValue(parsing: client.response().body)
                #expect(answer[path: "response", "uid"]?.stringValue == uid)
            }
        }
    }

    @Test("a head over the limit gets 431, no HTTP at all 400")
    func badHeads() async throws {
        try await Fixtures.serve(Fixtures.router(ScriptedHandler())) { server in
            let long = try LoopbackClient(port: server.port)
            try long.send("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n")
            #expect(try long.response().status == 431)
            try long.waitForEnd()
            let garbage = try LoopbackClient(port: server.port)
            try garbage.send("\u{16}\u{3}\u{1} this is not HTTP\r\n\r\n")
            #expect(try garbage.response().status == 400)
            try garbage.waitForEnd()
        }
    }

    @Test("a slow head, a slow body and an idle connection are closed in their time")
    func slow() async throws {
        let limits = HTTPLimits(
            headerTimeout: .milliseconds(200), bodyTimeout: .milliseconds(200), idleTimeout: .milliseconds(400))
        try await Fixtures.serve(Fixtures.router(ScriptedHandler()), tls: contexts().1, limits: limits) { server in
            let clock = ContinuousClock()
            let start = clock.now
            let head = try LoopbackClient(port: server.port, tls: .init())
            try head.send("POST /mutate HT")
            let body = try LoopbackClient(port: server.port, tls: .init())
            try body.send("POST /mutate HTTP/1.1\r\nHost: w\r\nContent-Length: 10\r\n\r\n123")
            let idle = try LoopbackClient(port: server.port, tls: .init())
            try head.waitForEnd()
            try body.waitForEnd()
            try idle.waitForEnd()
            #expect(clock.now - start >= .milliseconds(400))
            #expect(clock.now - start < .seconds(25))
        }
    }

    @Test("one connection too many is closed, and one that ends makes room")
    func connectionLimit() async throws {
        try await Fixtures.serve(Fixtures.router(ScriptedHandler()), limits: HTTPLimits(connections: 2)) { server in
            let first = try LoopbackClient(port: server.port)
            #expect(try first.post("/mutate", Fixtures.review()).status == 200)
            var second: LoopbackClient? = try LoopbackClient(port: server.port)
            #expect(try second?.post("/mutate", Fixtures.review()).status == 200)
            let third = try LoopbackClient(port: server.port)
            try third.waitForEnd()
            second = nil
            try waitForConnections(server, atMost: 1)
            let fourth = try LoopbackClient(port: server.port)
            #expect(try fourth.post("/mutate", Fixtures.review()).status == 200)
        }
    }

    @Test("draining finishes a request in flight and closes what is idle")
    func drain() async throws {
        let handler = ScriptedHandler()
        try await Fixtures.serve(Fixtures.router(handler), tls: contexts().1) { server in
            let idle = try LoopbackClient(port: server.port, tls: .init())
            #expect(try idle.post("/mutate", Fixtures.review()).status == 200)
            let busy = try LoopbackClient(port: server.port, tls: .init())
            let review = Fixtures.review(uid: "busy", annotation: "wait")
            try busy.send(
                "POST /mutate HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(review.utf8.count)\r\n\r\n\(review)")
            try handler.gate.entered()
            let drained = Task { await server.drain(within: .seconds(30)) }
            try idle.waitForEnd()
            #expect(throws: (any Error).self) { try LoopbackClient(port: server.port, tls: .init()) }
            handler.gate.open()
            let response = try busy.response()
            #expect(response.headers["connection"] == "close")
            #expect(try JSONValue(parsing: response.body)[path: "response", "uid"]?.stringValue == "busy")
            try blocking { await drained.value }
            #expect(server.connectionCount == 0)
        }
    }

    @Test("what does not finish in time is closed")
    func drainTimeout() async throws {
        let handler = ScriptedHandler()
        try await Fixtures.serve(Fixtures.router(handler), tls: contexts().1) { server in
            let busy = try LoopbackClient(port: server.port, tls: .init())
            let review = Fixtures.review(annotation: "wait")
            try busy.send(
                "POST /mutate HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(review.utf8.count)\r\n\r\n\(review)")
            try handler.gate.entered()
            try blocking { await server.drain(within: .milliseconds(50)) }
            try busy.waitForEnd()
            #expect(server.connectionCount == 0)
            handler.gate.open()
        }
    }

    @Test("retiring goes on serving, each connection once more")
    func retire() async throws {
        try await Fixtures.serve(Fixtures.router(ScriptedHandler()), tls: contexts().1) { server in
            let old = try LoopbackClient(port: server.port, tls: .init())
            #expect(try old.post("/mutate", Fixtures.review()).headers["connection"] == nil)
            try blocking { await server.retire() }
            #expect(try old.post("/mutate", Fixtures.review()).headers["connection"] == "close")
            let new = try LoopbackClient(port: server.port, tls: .init())
            #expect(try new.post("/mutate", Fixtures.review()).headers["connection"] == "close")
            try new.waitForEnd()
        }
    }
}
