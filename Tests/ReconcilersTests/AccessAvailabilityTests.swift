import Document
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Reconcilers

@Suite("Whether the operator may make ClusterRoles", .timeLimit(.minutes(1)))
struct AccessAvailabilityTests {
    private let cluster = FakeCluster()
    private var availability: AccessAvailability { AccessAvailability(api: cluster, logger: quiet) }

    @Test("is unknown until asked, and needs every verb on both")
    func granted() async throws {
        let availability = availability
        #expect(!availability.isGranted && availability.mayBeGranted)
        try await availability.waitUntilKnown()
        #expect(availability.isGranted && availability.mayBeGranted)
        #expect(cluster.reviews == 12)
        try await availability.waitUntilKnown()
        #expect(cluster.reviews == 12)
    }

    @Test("is gone when one right is missing, and whoever follows hears of it once")
    func lost() async throws {
        let availability = availability
        let heard = Shared<[Bool]>([])
        availability.granted.onChange { heard.current.append(availability.isGranted) }
        for denied: Set<String> in [[], ["patch clusterrolebindings"], ["create clusterroles"], []] {
            cluster.denied = denied
            #expect(try await availability.reconcile() == .requeue(after: AccessAvailability.interval))
            #expect(availability.isGranted == denied.isEmpty)
            #expect(availability.mayBeGranted == denied.isEmpty)
        }
        #expect(heard.current == [true, false, true])
    }

    @Test("no answer changes nothing; who may not even ask has no right")
    func failures() async throws {
        let availability = availability
        try await availability.refresh()
        cluster.fail("review", with: .timeout("late"))
        await #expect(throws: KubeError.self) { try await availability.refresh() }
        #expect(availability.isGranted)
        cluster.fail("review", with: .status(403, "Forbidden"))
        try await availability.refresh()
        #expect(!availability.isGranted)
    }

    @Test("an answer that a later question's has overtaken changes nothing")
    func overtaken() async throws {
        let reviews = SlowReviews()
        let availability = AccessAvailability(api: reviews, logger: quiet)
        async let first: Void = availability.refresh()
        _ = try await eventually("the first question") { reviews.asked == 1 ? true : nil }
        reviews.allows.current = true
        try await availability.refresh()
        reviews.gate.open()
        try await first
        #expect(availability.isGranted)
    }

    @Test("while the first answer is taken over nobody is let pass as if nothing were granted")
    func takingOver() async throws {
        let seen = Shared<[Bool]>([])
        let looking = Shared<AccessAvailability?>(nil)
        let logger = Logger(label: "test") { _ in
            LookingLogHandler { seen.current.append(looking.current?.mayBeGranted == true) }
        }
        let availability = AccessAvailability(api: cluster, logger: logger)
        looking.current = availability
        try await availability.refresh()
        looking.current = nil
        #expect(seen.current == [true])
    }
}

/// The first question waits at the gate for its answer, which is no; the others are answered at once.
private final class SlowReviews: RefusingAPI {
    let gate = Gate()
    let allows = Shared(false)
    private let count = Mutex(0)

    var asked: Int { count.withLock { $0 } }

    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        let isAllowed = allows.current
        let isFirst = count.withLock { count in
            count += 1
            return count == 1
        }
        if isFirst { await gate.wait() }
        var object = object
        object["status"] = ["allowed": .bool(isAllowed)]
        return object
    }
}

/// Looks at something whenever something is logged.
private struct LookingLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    let look: @Sendable () -> Void

    init(_ look: @escaping @Sendable () -> Void) { self.look = look }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { look() }
}
