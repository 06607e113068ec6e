import KubeClient
import KubeModel
import Testing

@testable import KubeRuntime

@Suite struct WatchStateTests {
    private var state = WatchState(backOff: .watching(generator: ConstantGenerator()))

    private mutating func list(at version: String) {
        _ = state.next()
        expect(state.listed(resourceVersion: version, continueToken: nil), is: true)
    }

    @Test("it lists in pages of 500 and watches from the version of the last page")
    mutating func pages() {
        expect(state.next(), is: .list(continueToken: nil, limit: 500))
        expect(state.listed(resourceVersion: "10", continueToken: "more"), is: false)
        expect(state.next(), is: .list(continueToken: "more", limit: 500))
        expect(state.listed(resourceVersion: "10", continueToken: ""), is: true)
        expect(state.next(), is: .watch(from: "10"))
        #expect(state.availability == .served)
    }

    @Test("a watch that ended in good order goes on from the last event or bookmark at once")
    mutating func resumes() {
        list(at: "10")
        expect(state.next(), is: .watch(from: "10"))
        state.advanced(to: "11")
        state.advanced(to: "15")
        state.watchEnded(nil, after: .milliseconds(100))
        expect(state.next(), is: .watch(from: "15"))
        state.watchEnded(nil, after: .seconds(400))
        expect(state.next(), is: .watch(from: "15"))
    }

    @Test("a server that closes every watch at once is not asked in a tight loop")
    mutating func backsOffFromShortWatches() {
        list(at: "10")
        for delay in [800, 1600, 3200] {
            expect(state.next(), is: .watch(from: "10"))
            state.advanced(to: "10")  // the same version is no progress
            state.watchEnded(nil, after: .milliseconds(1))
            expect(state.next(), is: .wait(.milliseconds(delay)))
        }
    }

    @Test("a dropped connection resumes where it was, after a back-off that grows until there is progress")
    mutating func dropped() {
        list(at: "10")
        for delay in [800, 1600, 3200, 6400] {
            expect(state.next(), is: .watch(from: "10"))
            state.watchEnded(.unavailable(retryAfter: nil), after: .zero)
            expect(state.next(), is: .wait(.milliseconds(delay)))
        }
        expect(state.next(), is: .watch(from: "10"))
        state.advanced(to: "12")
        state.watchEnded(.unavailable(retryAfter: nil), after: .zero)
        expect(state.next(), is: .wait(.milliseconds(800)))
        expect(state.next(), is: .watch(from: "12"))
    }

    @Test("an expired version lists again, at once after a watch that had held")
    mutating func expired() {
        list(at: "10")
        _ = state.next()
        state.watchEnded(.expired, after: .seconds(60))
        expect(state.next(), is: .list(continueToken: nil, limit: 500))
        _ = state.listed(resourceVersion: "90", continueToken: nil)
        expect(state.next(), is: .watch(from: "90"))
        state.watchEnded(.expired, after: .zero)
        expect(state.next(), is: .wait(.milliseconds(800)))
        expect(state.next(), is: .list(continueToken: nil, limit: 500))
    }

    @Test("a continue token that expired starts over, without pages")
    mutating func expiredToken() {
        _ = state.next()
        _ = state.listed(resourceVersion: "10", continueToken: "more")
        state.listFailed(.expired)
        expect(state.next(), is: .wait(.milliseconds(800)))
        expect(state.next(), is: .list(continueToken: nil, limit: 0))
        _ = state.listed(resourceVersion: "11", continueToken: nil)
        _ = state.next()
        state.watchEnded(.expired, after: .seconds(10))
        expect(state.next(), is: .list(continueToken: nil, limit: 500))
    }

    @Test("a page that is too large is asked for by halves, from the beginning, and later pages stay small")
    mutating func tooLarge() {
        _ = state.next()
        _ = state.listed(resourceVersion: "10", continueToken: "more")
        var limits: [Int] = []
        for _ in 0..<8 {
            state.listFailed(.tooLarge)
            guard case .list(nil, let limit) = state.next() else { break }
            limits.append(limit)
        }
        expect(limits, is: [250, 125, 62, 31, 15, 7, 3, 1])
        // One object alone: no tight loop.
        state.listFailed(.tooLarge)
        expect(state.next(), is: .wait(.milliseconds(800)))
        expect(state.next(), is: .list(continueToken: nil, limit: 1))
        expect(state.listed(resourceVersion: "10", continueToken: nil), is: true)
        _ = state.next()
        state.watchEnded(.expired, after: .seconds(60))
        expect(state.next(), is: .list(continueToken: nil, limit: 1))
        #expect(WatchState.Failure(KubeError.tooLarge("64 MiB")) == .tooLarge)
    }

    @Test("a page that could not be fetched is asked for again with its token")
    mutating func unavailablePage() {
        _ = state.next()
        _ = state.listed(resourceVersion: "10", continueToken: "more")
        state.listFailed(.unavailable(retryAfter: .seconds(7)))
        expect(state.next(), is: .wait(.seconds(7)))
        expect(state.next(), is: .list(continueToken: "more", limit: 500))
        state.listFailed(.rejected)
        _ = state.next()
        expect(state.next(), is: .list(continueToken: nil, limit: 500))
    }

    @Test("a resource that is not served is asked for again until it is, every 30 s at last")
    mutating func notServed() {
        for _ in 0..<6 {
            expect(state.next(), is: .list(continueToken: nil, limit: 500))
            state.listFailed(.notServed)
            #expect(state.availability == .notServed)
            _ = state.next()
        }
        _ = state.next()
        state.listFailed(.notServed)
        expect(state.next(), is: .wait(.seconds(30)))
        list(at: "5")
        #expect(state.availability == .served)
        expect(state.next(), is: .watch(from: "5"))
    }

    @Test("a watch answered with 404 asks the list whether the resource is gone")
    mutating func removedWhileWatching() {
        list(at: "10")
        _ = state.next()
        state.watchEnded(.notServed, after: .seconds(100))
        expect(state.next(), is: .list(continueToken: nil, limit: 500))
        #expect(state.availability == .served)
    }

    @Test("three refused watches in a row give up the version")
    mutating func refused() {
        list(at: "10")
        for _ in 0..<2 {
            expect(state.next(), is: .watch(from: "10"))
            state.watchEnded(.rejected, after: .zero)
            _ = state.next()
        }
        expect(state.next(), is: .watch(from: "10"))
        state.watchEnded(.rejected, after: .zero)
        _ = state.next()
        expect(state.next(), is: .list(continueToken: nil, limit: 500))
    }

    @Test(
        "failures are told apart by status and reason",
        arguments: [
            (410, "Expired", .expired), (410, "Gone", .expired), (500, "Expired", .expired),
            (404, "NotFound", .notServed), (429, "TooManyRequests", .unavailable(retryAfter: .seconds(3))),
            (503, "ServiceUnavailable", .unavailable(retryAfter: .seconds(3))), (403, "Forbidden", .rejected),
            (500, "InternalError", .rejected),
        ] as [(Int, String, WatchState.Failure)])
    func failures(code: Int, reason: String, expected: WatchState.Failure) {
        let status = Status(code: code, reason: reason, message: "", retryAfterSeconds: 3)
        #expect(WatchState.Failure(status) == expected)
        #expect(WatchState.Failure(KubeError.api(status)) == expected)
    }

    @Test("without an answer the position is still good")
    func noAnswer() {
        #expect(WatchState.Failure(KubeError.transport("reset")) == .unavailable(retryAfter: nil))
        #expect(WatchState.Failure(KubeError.timeout("late")) == .unavailable(retryAfter: nil))
        #expect(WatchState.Failure(KubeError.decoding("cut")) == .rejected)
    }
}
