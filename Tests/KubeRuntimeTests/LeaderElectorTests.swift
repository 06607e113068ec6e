import Document
import KubeClient
import KubeModel
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import KubeRuntime

@Suite struct ElectionStateTests {
    private let start = Timestamp(seconds: 1_700_000_000)

    private func state() -> ElectionState {
        ElectionState(identity: "me", leaseDuration: .seconds(15), renewDeadline: .seconds(10))
    }

    private func lease(holder: String, duration: Int = 15, renewed: String = "r1", transitions: Int = 3) -> KubeObject {
        var lease = KubeObject(.lease, ObjectKey(namespace: "ns", name: "l"), labels: [("kept", "yes")])
        LeaseRecord(
            holder: holder, durationSeconds: duration, acquireTime: "a1", renewTime: renewed, transitions: transitions
        ).write(into: &lease)
        return lease
    }

    @Test("a lease of somebody else is claimed only after its record has not changed for its duration, by our clock")
    func waitsForSilence() {
        var state = state()
        state.observed(lease(holder: "other"), at: .seconds(100))
        #expect(!state.mayClaim(at: .seconds(114)))
        state.observed(lease(holder: "other", renewed: "r2"), at: .seconds(114))
        #expect(!state.mayClaim(at: .seconds(128)))
        state.observed(lease(holder: "other", renewed: "r2"), at: .seconds(128))
        #expect(!state.mayClaim(at: .milliseconds(128_999)))
        #expect(state.mayClaim(at: .seconds(129)))
        let claim = state.claim(now: start)
        #expect(claim.holder == "me")
        #expect(claim.durationSeconds == 15)
        #expect(claim.transitions == 4)
        #expect(claim.acquireTime == "2023-11-14T22:13:20.000000Z")
    }

    @Test("the holder's own duration counts, such as the reference's 137 s")
    func honoursTheirDuration() {
        var state = state()
        state.observed(lease(holder: "reference", duration: 137), at: .zero)
        #expect(!state.mayClaim(at: .seconds(136)))
        #expect(state.mayClaim(at: .seconds(137)))
        state.observed(lease(holder: "broken", duration: 0), at: .seconds(200))
        #expect(!state.mayClaim(at: .seconds(214)))
        #expect(state.mayClaim(at: .seconds(215)))
    }

    @Test("a released lease and a missing one may be claimed at once")
    func released() {
        var state = state()
        #expect(state.mayClaim(at: .zero))
        #expect(state.claim(now: start).transitions == 0)
        state.observed(lease(holder: "", duration: 1), at: .zero)
        #expect(state.mayClaim(at: .zero))
        #expect(state.claim(now: start).transitions == 4)
    }

    @Test("renewing keeps the time of acquisition and counts no transition")
    func renews() {
        var state = state()
        state.claimed(lease(holder: "me", transitions: 4), start: .seconds(3))
        #expect(state.isLeader)
        #expect(state.deadline == .seconds(13))
        let claim = state.claim(now: start)
        #expect(claim.acquireTime == "a1")
        #expect(claim.transitions == 4)
    }

    @Test("a lease that another has taken is lost, and our own name in it is ours")
    func lost() {
        var state = state()
        state.claimed(lease(holder: "me"), start: .zero)
        state.observed(lease(holder: "other", transitions: 4), at: .seconds(5))
        #expect(!state.isLeader)
        #expect(state.release(now: start) == nil)
        state.observed(lease(holder: "me", transitions: 5), at: .seconds(6))
        #expect(state.mayClaim(at: .seconds(6)))
        #expect(state.claim(now: start).transitions == 5)
    }

    /// Several candidates whose clocks start at different times, requests that take a while, and a server that comes and
    /// goes: at no moment do two lead.
    @Test("candidates never lead together, and somebody leads when the server is there", arguments: 0..<50)
    func exclusion(seed: Int) {
        struct Candidate {
            var state: ElectionState
            var clockOffset: Duration
            var nextTry: Duration
        }
        var random = SeededGenerator(seed: UInt64(seed))
        func milliseconds(_ range: ClosedRange<Int>) -> Duration {
            .milliseconds(Int.random(in: range, using: &random))
        }
        var candidates = (0..<4).map { index in
            Candidate(
                state: ElectionState(identity: "\(index)", leaseDuration: .seconds(15), renewDeadline: .seconds(10)),
                clockOffset: milliseconds(0...1_000_000), nextTry: milliseconds(0...2000))
        }
        var stored = lease(holder: "")
        var version = 1
        var isDown = false
        var now = Duration.zero
        var terms = 0
        for _ in 0..<5000 {
            now += milliseconds(1...200)
            if Int.random(in: 0..<200, using: &random) == 0 { isDown.toggle() }
            for index in candidates.indices where candidates[index].nextTry <= now {
                var candidate = candidates[index]
                defer { candidates[index] = candidate }
                // A request began earlier than it arrives.
                let local = now + candidate.clockOffset
                let began = local - milliseconds(0...1500)
                if let deadline = candidate.state.deadline, local >= deadline { candidate.state.steppedDown() }
                candidate.nextTry = now + milliseconds(2000...4400)
                guard !isDown else { continue }
                candidate.state.observed(stored, at: local)
                guard candidate.state.mayClaim(at: local) else { continue }
                if !candidate.state.isLeader { terms += 1 }
                candidate.state.claim(now: Timestamp(seconds: Int(now.components.seconds))).write(into: &stored)
                version += 1
                stored.json["metadata"]?["resourceVersion"] = .string("\(version)")
                candidate.state.claimed(stored, start: began)
                // Now and then a leader dies without a word.
                if Int.random(in: 0..<100, using: &random) == 0 { candidate.nextTry = now + .seconds(60) }
            }
            let leaders = candidates.filter { candidate in
                candidate.state.deadline.map { now + candidate.clockOffset < $0 } ?? false
            }
            #expect(leaders.count <= 1)
        }
        #expect(terms > 1)
    }

    @Test("an identity is the host's name and a random UUID")
    func identity() {
        var random = SeededGenerator(seed: 1)
        let identities = (0..<100).map { _ in
            LeaderElector.Configuration.makeIdentity(hostname: "pod-1", using: &random)
        }
        let form = /pod-1_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        #expect(identities.allSatisfy { $0.wholeMatch(of: form) != nil })
        #expect(Set(identities).count == 100)
        #expect(LeaderElector.Configuration.makeIdentity(hostname: "pod-1").wholeMatch(of: form) != nil)
    }

    @Test("releasing empties the holder and leaves the rest of the object alone")
    func releases() {
        var state = state()
        state.claimed(lease(holder: "me", transitions: 4), start: .zero)
        var written = state.lease ?? lease(holder: "")
        state.release(now: start)?.write(into: &written)
        let record = LeaseRecord(written)
        #expect(record.holder == "")
        #expect(record.durationSeconds == 1)
        #expect(record.transitions == 4)
        #expect(written.label("kept") == "yes")
    }
}

/// Keeps one lease, and refuses writes with an old resource version, as the API server does.
private final class LeaseAPI: RefusingAPI {
    struct State {
        var lease: KubeObject?
        var version = 0
        var isDown = false
        var writes = 0
    }

    let state = Mutex(State())

    var record: LeaseRecord? { state.withLock { $0.lease.map(LeaseRecord.init) } }
    var writes: Int { state.withLock { $0.writes } }
    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    private func answer(
        _ body: (inout State) throws(KubeError) -> KubeObject
    ) async throws(KubeError) -> KubeObject {
        if Task.isCancelled { throw .cancelled }
        let result = state.withLock { state -> Result<KubeObject, KubeError> in
            if state.isDown { return .failure(.transport("connection refused")) }
            do throws(KubeError) { return .success(try body(&state)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private func store(_ object: KubeObject, in state: inout State) -> KubeObject {
        var object = object
        state.version += 1
        state.writes += 1
        object.json["metadata"]?["resourceVersion"] = .string("\(state.version)")
        state.lease = object
        return object
    }

    /// Another candidate writes.
    func write(holder: String, duration: Int = 15, renewed: String) {
        state.withLock { state in
            var lease = state.lease ?? KubeObject(.lease, ObjectKey(namespace: "ns", name: "l"))
            LeaseRecord(
                holder: holder, durationSeconds: duration, acquireTime: "", renewTime: renewed,
                transitions: LeaseRecord(lease).transitions + 1
            ).write(into: &lease)
            _ = store(lease, in: &state)
        }
    }

    func get(_ type: ResourceType, _ key: ObjectKey, deadline: Duration?) async throws(KubeError) -> KubeObject {
        try await answer { state throws(KubeError) in
            guard let lease = state.lease else { throw .status(404, "NotFound") }
            return lease
        }
    }

    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        try await answer { state throws(KubeError) in
            guard state.lease == nil else { throw .status(409, "AlreadyExists") }
            return self.store(object, in: &state)
        }
    }

    func replace(
        _ type: ResourceType, _ object: KubeObject, subresource: String?
    ) async throws(KubeError) -> KubeObject {
        try await answer { state throws(KubeError) in
            guard let lease = state.lease else { throw .status(404, "NotFound") }
            guard lease.resourceVersion == object.resourceVersion else { throw .status(409, "Conflict") }
            return self.store(object, in: &state)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct LeaderElectorTests {
    private let api = LeaseAPI()
    private let clock = TestClock()
    private let terms = Recorder<String>()

    private func elector(_ identity: String = "me", clock: TestClock? = nil) -> LeaderElector {
        LeaderElector(
            LeaderElector.Configuration(namespace: "ns", name: "l", identity: identity), api: api,
            clock: clock ?? self.clock, generator: ConstantGenerator(), logger: quiet)
    }

    /// Leads until cancelled, and tells when a term begins and ends.
    private func lead() async throws {
        terms.append("leads")
        defer { terms.append("ended") }
        try await Latch().wait()
    }

    @Test("the first candidate makes the lease, leads, and renews every 2 s")
    func acquires() async throws {
        let elector = elector()
        try await whileRunning({ try await elector.run(whileLeading: lead) }) {
            await terms.wait(for: 1)
            #expect(elector.isLeader)
            #expect(api.record?.holder == "me")
            #expect(api.record?.transitions == 0)
            #expect(await clock.advanceToNextSleeper() == .seconds(2))
            while api.writes < 2 { await Task.yield() }
        }
    }

    @Test("cancelling ends the work and gives the lease back")
    func cancelled() async throws {
        let elector = elector()
        try await whileRunning({ try await elector.run(whileLeading: lead) }) { await terms.wait(for: 1) }
        #expect(terms.elements == ["leads", "ended"])
        #expect(api.record?.holder == "")
        #expect(api.record?.durationSeconds == 1)
        #expect(!elector.isLeader)
    }

    @Test("a renewal whose answer was lost does not keep the lease from being given back")
    func releasesAfterLostAnswer() async throws {
        let elector = elector()
        try await whileRunning({ try await elector.run(whileLeading: lead) }) {
            await terms.wait(for: 1)
            api.write(holder: "me", renewed: "r9")
        }
        #expect(api.record?.holder == "")
    }

    @Test("work that ends by itself ends the election and gives the lease back; its error is passed on")
    func finishes() async throws {
        struct Broken: Error {}
        try await elector().run(whileLeading: {})
        #expect(api.record?.holder == "")
        await #expect(throws: Broken.self) { try await elector("second").run(whileLeading: { throw Broken() }) }
        #expect(api.record?.holder == "")
        #expect(api.record?.transitions == 1)
    }

    @Test("a leader that cannot renew steps down at the deadline, contends again, and goes on when the server is back")
    func survivesOutage() async throws {
        let elector = elector()
        let endedAt = Recorder<Duration>()
        let lead: @Sendable () async throws -> Void = {
            defer { endedAt.append(clock.now.offset) }
            try await self.lead()
        }
        try await whileRunning({ try await elector.run(whileLeading: lead) }) {
            await terms.wait(for: 1)
            api.setDown(true)
            while terms.elements.count < 2 {
                // Short steps: the elector may be contending again before we look.
                if clock.sleeperCount > 0 { clock.advance(by: .milliseconds(100)) }
                for _ in 0..<20 { await Task.yield() }
            }
            #expect(terms.elements == ["leads", "ended"])
            let end = await endedAt.wait(for: 1)[0]
            #expect(end >= .seconds(10) && end < .seconds(15), "\(end)")
            #expect(!elector.isLeader)
            api.setDown(false)
            while terms.elements.count < 3 {
                if clock.sleeperCount > 0 { clock.advance(by: .seconds(1)) }
                await Task.yield()
            }
            #expect(elector.isLeader)
            #expect(api.record?.transitions == 0, "nobody else led in between")
        }
    }

    @Test("somebody else in the lease ends the term at once")
    func usurped() async throws {
        let elector = elector()
        try await whileRunning({ try await elector.run(whileLeading: lead) }) {
            await terms.wait(for: 1)
            await clock.waitForSleepers()
            api.write(holder: "other", renewed: "r1")
            await clock.advanceToNextSleeper()
            await terms.wait(for: 2)
            #expect(terms.elements == ["leads", "ended"])
            #expect(api.record?.holder == "other")
        }
        #expect(api.record?.holder == "other", "what is not ours is not given back")
    }

    @Test("a second candidate leads when the first one has been silent for 15 s")
    func takesOver() async throws {
        api.write(holder: "dead", renewed: "r1")
        let elector = elector()
        try await whileRunning({ try await elector.run(whileLeading: lead) }) {
            while terms.elements.isEmpty {
                if clock.sleeperCount > 0 { clock.advance(by: .seconds(1)) }
                await Task.yield()
            }
            #expect(clock.now.offset >= .seconds(15))
            #expect(api.record?.holder == "me")
            #expect(api.record?.transitions == 2)
        }
    }

    @Test("a released lease is taken with the next try")
    func takesReleased() async throws {
        let first = elector("first")
        let second = elector("second")
        let gate = Latch()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await first.run { try await gate.wait() } }
            while !first.isLeader { await Task.yield() }
            group.addTask { try await second.run(whileLeading: lead) }
            await clock.waitForSleepers(2)
            gate.open()
            try await group.next()
            #expect(api.record?.holder == "")
            // Not while a request is under way, which has a deadline of 10 s.
            while await clock.nextSleep() > .milliseconds(4400) { await Task.yield() }
            await clock.advanceToNextSleeper()
            await terms.wait(for: 1)
            #expect(api.record?.holder == "second")
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    @Test("a graceful shutdown lets the work finish, then gives the lease back")
    func finishesOnShutdown() async throws {
        struct Elected: Service {
            let body: @Sendable () async throws -> Void
            func run() async throws { try await body() }
        }
        let elector = elector()
        let service = Elected {
            try await elector.run {
                terms.append("leads")
                try? await gracefulShutdown()
                #expect(api.record?.holder == "me", "still ours while the work finishes")
                terms.append("finished")
            }
        }
        let group = ServiceGroup(
            configuration: .init(services: [service], gracefulShutdownSignals: [], logger: quiet))
        async let run: Void = group.run()
        await terms.wait(for: 1)
        await group.triggerGracefulShutdown()
        try await run
        #expect(terms.elements == ["leads", "finished"])
        #expect(api.record?.holder == "")
    }

    @Test("a graceful shutdown of a candidate leaves the lease alone")
    func shutdownWhileContending() async throws {
        struct Elected: Service {
            let body: @Sendable () async throws -> Void
            func run() async throws { try await body() }
        }
        api.write(holder: "other", renewed: "r1")
        let elector = elector()
        let group = ServiceGroup(
            configuration: .init(
                services: [Elected { try await elector.run(whileLeading: lead) }], gracefulShutdownSignals: [],
                logger: quiet))
        async let run: Void = group.run()
        await clock.waitForSleepers()
        await group.triggerGracefulShutdown()
        try await run
        #expect(terms.elements.isEmpty)
        #expect(api.record?.holder == "other")
    }
}
