import COpenSSL
import Foundation
import NIOCore
import ServingCertificate
import TLSServer
import Testing

@testable import Webhook

@Suite("TLS on loopback", .timeLimit(.minutes(2)))
struct TLSServerTests {
    private let source: CertificateSource

    init() throws { source = CertificateSource(try Fixtures.identity()) }

    private func contexts(_ settings: TLSSettings = TLSSettings()) -> TLSContextCache {
        TLSContextCache(source: source, settings: settings)
    }

    private var responder: CannedResponder { CannedResponder(body: ByteBuffer(string: "{}")) }

    @Test("1.2 and 1.3 are spoken, 1.1 is refused")
    func versions() async throws {
        try await Fixtures.serve(responder, tls: contexts()) { server in
            for (version, name) in [(TLS1_2_VERSION, "TLSv1.2"), (TLS1_3_VERSION, "TLSv1.3")] {
                let client = try LoopbackClient(port: server.port, tls: .init(version: version))
                #expect(client.version == name)
                #expect(try client.post("/", "{}").text == "{}")
            }
            #expect(throws: LoopbackClient.Failure.self) {
                try LoopbackClient(port: server.port, tls: .init(version: TLS1_1_VERSION))
            }
        }
    }

    @Test("a minimum of 1.3 refuses 1.2")
    func minimum() async throws {
        try await Fixtures.serve(responder, tls: contexts(TLSSettings(minimumVersion: .tls13))) { server in
            #expect(throws: LoopbackClient.Failure.self) {
                try LoopbackClient(port: server.port, tls: .init(version: TLS1_2_VERSION))
            }
            let last = try LoopbackClient(port: server.port, tls: .init())
            #expect(last.version == "TLSv1.3")
        }
    }

    @Test("ALPN chooses http/1.1, goes without, and refuses a client that wants only h2")
    func alpn() async throws {
        try await Fixtures.serve(responder, tls: contexts()) { server in
            let both = try LoopbackClient(port: server.port, tls: .init(protocols: ["h2", "http/1.1"]))
            #expect(both.negotiatedProtocol == "http/1.1")
            let none = try LoopbackClient(port: server.port, tls: .init(protocols: []))
            #expect(none.negotiatedProtocol == "")
            #expect(try none.post("/", "{}").status == 200)
            #expect(throws: LoopbackClient.Failure.self) {
                try LoopbackClient(port: server.port, tls: .init(protocols: ["h2"]))
            }
        }
    }

    @Test("a new certificate is for new connections; an old one goes on")
    func swap() async throws {
        let first = try #require(source.current).identity.leaf.fingerprint
        let next = try Fixtures.identity()
        try await Fixtures.serve(responder, tls: contexts()) { server in
            let old = try LoopbackClient(port: server.port, tls: .init())
            #expect(old.serverCertificate == first)
            #expect(source.replace(next))
            #expect(!source.replace(next))
            let new = try LoopbackClient(port: server.port, tls: .init())
            #expect(new.serverCertificate == next.leaf.fingerprint)
            for client in [old, new] { #expect(try client.post("/", "{}").status == 200) }
        }
    }

    @Test("without a certificate a connection is closed; with the first one it works")
    func noCertificateYet() async throws {
        let source = CertificateSource()
        let identity = try Fixtures.identity()
        try await Fixtures.serve(responder, tls: TLSContextCache(source: source, settings: .init())) { server in
            #expect(throws: LoopbackClient.Failure.self) { try LoopbackClient(port: server.port, tls: .init()) }
            source.replace(identity)
            let last = try LoopbackClient(port: server.port, tls: .init())
            #expect(try last.post("/", "{}").status == 200)
        }
    }

    @Test("a wrong cipher list is found before the server listens")
    func wrongCiphers() async throws {
        // RSA suites only, and an EC certificate: OpenSSL takes it, a 1.2 handshake then finds nothing in common.
        let suite = try #require(CipherSuite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
        try await Fixtures.serve(responder, tls: contexts(TLSSettings(cipherSuites: [suite]))) { server in
            #expect(throws: LoopbackClient.Failure.self) {
                try LoopbackClient(port: server.port, tls: .init(version: TLS1_2_VERSION))
            }
            let last = try LoopbackClient(port: server.port, tls: .init())
            #expect(last.version == "TLSv1.3")
        }
    }

    @Test("a handshake that stops, or ends, or is none, leaves nothing behind")
    func brokenHandshakes() async throws {
        let settings = TLSSettings(handshakeTimeout: .milliseconds(200))
        try await Fixtures.serve(responder, tls: contexts(settings)) { server in
            let silent = try LoopbackClient(port: server.port)
            let half = try LoopbackClient(port: server.port)
            try half.send([0x16, 3, 1, 2, 0, 1, 0])
            for _ in 0..<50 {
                let ended = try LoopbackClient(port: server.port)
                try ended.send([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3])
            }
            let other = try LoopbackClient(port: server.port)
            try other.send("GET / HTTP/1.1\r\n\r\n")
            try other.waitForEnd()
            try silent.waitForEnd()
            try half.waitForEnd()
            try waitForConnections(server, atMost: 0)
            let last = try LoopbackClient(port: server.port, tls: .init())
            #expect(try last.post("/", "{}").status == 200)
        }
    }

    @Test("thousands of random inputs do no harm", arguments: [false, true])
    func garbage(_ isTLS: Bool) async throws {
        let router = Fixtures.router(ScriptedHandler())
        try await Fixtures.serve(router, tls: isTLS ? contexts() : nil) { server in
            var random = SystemRandomNumberGenerator()
            let request = Array(
                """
                POST /mutate HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n\
                {"request":{"uid":"1"}}
                """.utf8)
            for round in 0..<2_000 {
                var bytes = (0..<Int.random(in: 1...300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                if isTLS {
                    // A record that says it is a handshake gets further.
                    if round.isMultiple(of: 2) { bytes = [0x16, 3, 1] + bytes }
                } else if !round.isMultiple(of: 3) {
                    let noise = bytes
                    bytes = request
                    for byte in noise.prefix(3) { bytes[Int.random(in: 0..<bytes.count, using: &random)] = byte }
                }
                try? LoopbackClient(port: server.port).send(bytes)
            }
            let last = try LoopbackClient(port: server.port, tls: isTLS ? .init() : nil)
            #expect(try last.post("/mutate", Fixtures.review()).status == 200)
        }
    }

    @Test("a thousand connections leave no file descriptor behind")
    func descriptors() async throws {
        try await Fixtures.serve(responder, tls: contexts()) { server in
            let before = try openDescriptors()
            for round in 0..<1_000 {
                let client = try LoopbackClient(port: server.port, tls: round.isMultiple(of: 10) ? nil : .init())
                if !round.isMultiple(of: 10) { #expect(try client.post("/", "{}").status == 200) }
            }
            try waitForConnections(server, atMost: 0)
            // Other tests run at the same time and hold some for a while; a leak would be a thousand for ever.
            try waitForDescriptors(below: before + 200)
        }
    }

    @Test("an answer larger than the socket's buffers arrives whole")
    func largeAnswer() async throws {
        let body = [UInt8](repeating: 0x61, count: 8 * 1_048_576)
        let canned = CannedResponder(body: ByteBuffer(bytes: body))
        try await Fixtures.serve(canned, tls: contexts()) { server in
            let client = try LoopbackClient(port: server.port, tls: .init())
            #expect(try client.post("/", "{}").body.count == body.count)
            #expect(try client.post("/", "{}").body.count == body.count)
        }
    }
}
