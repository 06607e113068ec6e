import NIOCore
import Testing

@testable import Webhook

@Suite("Where an HTTP connection stands")
struct HTTPConnectionStateTests {
    private func head(
        keepsAlive: Bool = true, length: Int? = nil, expects: Bool = false, refused: Bool = false
    ) -> HTTPConnectionState.Head {
        .init(keepsAlive: keepsAlive, contentLength: length, expectsContinue: expects, isRefused: refused)
    }

    @Test("a kept connection goes round")
    func keepAlive() {
        var state = HTTPConnectionState(bodyLimit: 10)
        for _ in 0..<3 {
            #expect(state.head(head(length: 4)) == .receive)
            #expect(state.body(4) == .append)
            #expect(state.end() == .respond)
            #expect(!state.wantsInput)
            #expect(state.answered() == .writeAndGoOn)
            #expect(state.wantsInput)
        }
    }

    @Test("HTTP/1.0 and Connection: close end after the answer")
    func close() {
        var state = HTTPConnectionState(bodyLimit: 10)
        _ = state.head(head(keepsAlive: false))
        _ = state.end()
        #expect(state.answered() == .writeAndClose)
        #expect(state.head(head()) == .ignore)
    }

    @Test("a body over the limit is answered early, by its declared or its real size, and read to its end")
    func tooLarge() {
        var declared = HTTPConnectionState(bodyLimit: 10)
        #expect(declared.head(head(length: 11, expects: true)) == .answerTooLarge)
        #expect(declared.body(11) == .ignore)
        #expect(declared.end() == .close)

        var chunked = HTTPConnectionState(bodyLimit: 10)
        #expect(chunked.head(head()) == .receive)
        #expect(chunked.body(10) == .append)
        #expect(chunked.body(1) == .answerTooLarge)
        #expect(chunked.body(1) == .ignore)
        #expect(chunked.end() == .close)
    }

    @Test("a refused request's body is thrown away, up to the limit")
    func refused() {
        var state = HTTPConnectionState(bodyLimit: 10)
        #expect(state.head(head(expects: true, refused: true)) == .receive)
        #expect(state.body(10) == .ignore)
        #expect(state.end() == .answerRefusal)
        #expect(state.answered() == .writeAndGoOn)
    }

    @Test("who expects 100 gets it")
    func expects() {
        var state = HTTPConnectionState(bodyLimit: 10)
        #expect(state.head(head(length: 5, expects: true)) == .sendContinue)
    }

    @Test("draining closes an idle connection, lets a request finish and a new connection make its first")
    func drain() {
        var fresh = HTTPConnectionState(bodyLimit: 10)
        #expect(fresh.drain() == .goOn)
        _ = fresh.head(head())
        _ = fresh.end()
        #expect(fresh.answered() == .writeAndClose)

        var used = HTTPConnectionState(bodyLimit: 10)
        _ = used.head(head())
        _ = used.end()
        _ = used.answered()
        #expect(used.drain() == .close)

        var busy = HTTPConnectionState(bodyLimit: 10)
        _ = busy.head(head())
        _ = busy.end()
        #expect(busy.drain() == .goOn)
        #expect(busy.answered() == .writeAndClose)
    }

    @Test("the end of input lets an answer under way be written")
    func inputClosed() {
        var idle = HTTPConnectionState(bodyLimit: 10)
        #expect(idle.inputClosed() == .close)
        var busy = HTTPConnectionState(bodyLimit: 10)
        _ = busy.head(head())
        _ = busy.end()
        #expect(busy.inputClosed() == .goOn)
        #expect(busy.answered() == .writeAndClose)
    }

    @Test("garbage is answered once, and never within another answer")
    func unreadable() {
        var idle = HTTPConnectionState(bodyLimit: 10)
        #expect(idle.unreadable() == true)
        #expect(idle.unreadable() == false)
        var busy = HTTPConnectionState(bodyLimit: 10)
        _ = busy.head(head())
        _ = busy.end()
        #expect(busy.unreadable() == false)
    }
}

@Suite("Deadlines of a connection")
struct ConnectionDeadlineTests {
    private let limits = HTTPLimits(
        headerTimeout: .seconds(10), bodyTimeout: .seconds(30), idleTimeout: .seconds(120), lingerTimeout: .seconds(2))
    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(1) + .seconds(seconds) }

    @Test("a head that dribbles in does not move its deadline")
    func slowHead() {
        var deadline = ConnectionDeadline(limits, now: at(0))
        #expect(deadline.moment == at(120))
        deadline.headStarted(now: at(5))
        deadline.headStarted(now: at(14))
        #expect(deadline.moment == at(15))
        deadline.follow(.idle, now: at(14))
        #expect(deadline.moment == at(134))
    }

    @Test("a body that dribbles in does not move its deadline, and an answer has none")
    func slowBody() {
        var deadline = ConnectionDeadline(limits, now: at(0))
        deadline.follow(.receiving(isRefused: false), now: at(1))
        deadline.follow(.receiving(isRefused: false), now: at(29))
        #expect(deadline.moment == at(31))
        deadline.follow(.responding, now: at(30))
        #expect(deadline.moment == .distantFuture)
        deadline.follow(.lingering, now: at(40))
        #expect(deadline.moment == at(42))
    }

    @Test("the last chance is short and never later than before")
    func lastChance() {
        var deadline = ConnectionDeadline(limits, now: at(0))
        deadline.lastChance(now: at(10))
        #expect(deadline.moment == at(12))
        deadline.lastChance(now: at(11))
        #expect(deadline.moment == at(12))
    }
}
