import CCurl
import Testing

@testable import KubeClient

@Suite(.timeLimit(.minutes(1)))
struct BodyStreamTests {
    func fill(_ stream: BodyStream, _ bytes: [UInt8]) -> BodyStream.Acceptance {
        bytes.withUnsafeBytes { stream.received($0) }
    }

    @Test("a full stream takes no more until its reader has taken what there is, and then asks to go on")
    func pauses() async throws {
        let stream = BodyStream(capacity: 4)
        #expect(fill(stream, [1, 2, 3]) == .taken)
        // A chunk is taken whole or not at all: libcurl cannot offer a part again.
        #expect(fill(stream, [4, 5, 6]) == .taken)
        #expect(fill(stream, [7]) == .pause)
        let first = try await stream.next()
        #expect(first?.bytes == [1, 2, 3, 4, 5, 6])
        #expect(first?.demand == .resume)
        #expect(fill(stream, [7]) == .taken)
        let second = try await stream.next()
        #expect(second?.bytes == [7])
        #expect(second?.demand == .nothing)
    }

    @Test("on a shared connection a full stream is cut, and what came before is read")
    func cuts() async throws {
        let stream = BodyStream(capacity: 2, cutLimit: 4)
        stream.received(head: ResponseHead(code: 200, isMultiplexed: true))
        #expect(fill(stream, [1, 2, 3]) == .taken)
        #expect(fill(stream, [4]) == .taken)
        #expect(!stream.isCut)
        #expect(fill(stream, [5]) == .cut)
        stream.finished(.failure(.transport("libcurl says that the transfer was stopped")))
        let rest = try await stream.next()
        #expect(rest?.bytes == [1, 2, 3, 4])
        #expect(rest?.demand == .nothing)
        #expect(try await stream.next()?.bytes == nil)
        #expect(stream.isCut)
    }

    @Test("what came before the end is read before the end")
    func endAfterBytes() async throws {
        let stream = BodyStream(capacity: 4)
        _ = fill(stream, [1])
        stream.finished(.failure(.cancelled))
        #expect(try await stream.next()?.bytes == [1])
        #expect(await kubeError { try await stream.next()?.bytes } == .cancelled)
    }

    @Test("a waiting reader is woken by bytes and by the end")
    func wakes() async throws {
        let stream = BodyStream(capacity: 4)
        async let first = stream.next()?.bytes
        #expect(fill(stream, [1]) == .taken)
        #expect(try await first == [1])
        async let second = stream.next()?.bytes
        stream.finished(.success(()))
        #expect(try await second == nil)
    }

    @Test("the first end counts")
    func firstEnd() async throws {
        let stream = BodyStream(capacity: 4)
        stream.finished(.failure(.timeout("late")))
        stream.finished(.success(()))
        #expect(await kubeError { try await stream.next()?.bytes } == .timeout("late"))
        #expect(await kubeError { try await stream.head() } == .timeout("late"))
    }

    @Test("an end without a beginning is an error")
    func noHead() async {
        let stream = BodyStream(capacity: 4)
        stream.finished(.success(()))
        #expect(await kubeError { try await stream.head() } == .transport("the answer ended before it began"))
    }
}

@Suite
struct TransportFailureTests {
    @Test(
        "libcurl's codes become sentences",
        arguments: [
            (CURLE_COULDNT_CONNECT, 111, "x", KubeError.transport("could not reach https://h:1: Connection refused")),
            (CURLE_COULDNT_RESOLVE_HOST, 0, "no such host", .transport("could not reach https://h:1: no such host")),
            (CURLE_OPERATION_TIMEDOUT, 0, "10 s", .timeout("could not reach https://h:1 in time: 10 s")),
            (CURLE_PEER_FAILED_VERIFICATION, 0, "self-signed", .transport("could not trust https://h:1: self-signed")),
            (
                CURLE_SSL_CERTPROBLEM, 0, "no key",
                .configuration("could not use the certificates for https://h:1: no key")
            ),
            (CURLE_GOT_NOTHING, 0, "gone", .transport("the connection to https://h:1 was lost: gone")),
            (CURLE_URL_MALFORMAT, 0, "bad", .transport("could not talk to https://h:1: bad")),
        ] as [(CURLcode, Int32, String, KubeError)])
    func sentences(code: CURLcode, systemError: Int32, detail: String, expected: KubeError) {
        #expect(
            TransportFailure.error(code: code, systemError: systemError, detail: detail, server: "https://h:1")
                == expected)
    }
}

@Suite(.timeLimit(.minutes(1)))
struct WatchStreamTests {
    @Test("a stream made of a function reads it to its end, once")
    func function() async throws {
        let events = ["1", "2"].map { WatchEvent.bookmark(resourceVersion: $0) }
        let reader = Reader(events)
        var iterator = WatchStream { await reader.next() }.makeAsyncIterator()
        #expect(try await iterator.next() == events[0])
        #expect(try await iterator.next()?.resourceVersion == "2")
        #expect(try await iterator.next() == nil)
        #expect(try await iterator.next() == nil)
    }

    @Test("after an error it has ended")
    func error() async throws {
        var iterator = WatchStream { throw KubeError.cancelled }.makeAsyncIterator()
        await #expect(throws: KubeError.cancelled) { try await iterator.next() }
        #expect(try await iterator.next() == nil)
    }

    private actor Reader {
        private var left: [WatchEvent]
        init(_ events: [WatchEvent]) { left = events }
        func next() -> WatchEvent? { left.isEmpty ? nil : left.removeFirst() }
    }
}
