import Document
import KubeClient
import KubeModel
import Rendering
import Synchronization
import TestSupport
import Testing

@testable import Admission

@Suite("Reviewing access", .timeLimit(.minutes(1)))
struct AccessReviewTests {
    static let rules = [
        AccessRule(apiGroups: [""], resources: ["pods", "nodes/stats"], verbs: ["get", "list"]),
        AccessRule(apiGroups: ["", "apps"], resources: ["pods"], verbs: ["get"]),
        AccessRule(nonResourceURLs: ["/metrics"], verbs: ["get"]),
    ]

    /// With time enough on a busy machine.
    private static func reviewer(_ api: ReviewAPI) -> AccessReviewer {
        AccessReviewer(api: api, deadline: .seconds(50))
    }

    @Test("asks once for each verb and resource, and tells what is denied")
    func denied() async throws {
        let api = ReviewAPI { spec in
            spec[path: "resourceAttributes", "resource"] == "nodes" ? ["allowed": false] : ["allowed": true]
        }
        let denied = try await Self.reviewer(api).denied(Self.rules, user: UserInfo(name: "alice"))
        #expect(
            denied == [
                AccessRule(apiGroups: [""], resources: ["nodes/stats"], verbs: ["get"]),
                AccessRule(apiGroups: [""], resources: ["nodes/stats"], verbs: ["list"]),
            ])
        #expect(api.specs.count == 6)
        #expect(api.mostAtOnce <= 8)
    }

    @Test("asks by verb, group, resource and part, or by path")
    func action() {
        let stats = AccessRule(apiGroups: [""], resources: ["nodes/stats"], verbs: ["get"])
        #expect(
            AccessReviewer.action(stats)
                == .resource(verb: "get", group: "", resource: "nodes", subresource: "stats"))
        let path = AccessRule(nonResourceURLs: ["/metrics"], verbs: ["get"])
        #expect(AccessReviewer.action(path) == .path(verb: "get", "/metrics"))
    }

    @Test(
        "only allowed and not denied is allowed",
        arguments: [
            (["allowed": true], 0), (["allowed": true, "denied": false], 0), (["allowed": true, "denied": true], 1),
            (["allowed": false], 1), ([:], 1),
        ] as [(JSONValue, Int)])
    func verdict(_ status: JSONValue, _ count: Int) async throws {
        let rule = AccessRule(apiGroups: [""], resources: ["pods"], verbs: ["get"])
        let api = ReviewAPI { _ in status }
        #expect(try await Self.reviewer(api).denied([rule], user: UserInfo(name: "a")).count == count)
    }

    @Test("nobody is asked about nothing")
    func nothing() async throws {
        let api = ReviewAPI { _ in ["allowed": false] }
        #expect(try await Self.reviewer(api).denied([], user: UserInfo(name: "a")) == [])
        #expect(api.specs.isEmpty)
    }

    @Test("an answer that does not come in time is an error")
    func timeout() async {
        let reviewer = AccessReviewer(api: ReviewAPI(answer: nil), deadline: .milliseconds(20))
        await #expect(throws: AccessReviewError.timeout(user: "a", after: .milliseconds(20))) {
            try await reviewer.denied(Self.rules, user: UserInfo(name: "a"))
        }
    }

    @Test("what the API server refuses is an error, and so are more questions than are asked")
    func refused() async {
        let failing = ReviewAPI { _ in .null }
        await #expect(throws: KubeError.self) {
            try await Self.reviewer(failing).denied(Self.rules, user: UserInfo(name: "a"))
        }
        let many = AccessRule(apiGroups: [""], resources: (0...1000).map { "r\($0)" }, verbs: ["get"])
        await #expect(throws: AccessReviewError.tooMany(1001)) {
            try await Self.reviewer(failing).denied([many], user: UserInfo(name: "a"))
        }
    }
}

/// Answers SubjectAccessReviews with a status; `null` is an error, and without an answer it waits for ever.
private final class ReviewAPI: RefusingAPI {
    private struct State {
        var specs: [JSONValue] = []
        var running = 0
        var mostAtOnce = 0
    }

    private let state = Mutex(State())
    private let answer: (@Sendable (JSONValue) -> JSONValue)?

    init(answer: (@Sendable (JSONValue) -> JSONValue)?) { self.answer = answer }

    var specs: [JSONValue] { state.withLock { $0.specs } }
    var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }

    func create(_ type: ResourceType, _ object: KubeObject) async throws(KubeError) -> KubeObject {
        state.withLock {
            $0.specs.append(object["spec"] ?? .null)
            $0.running += 1
            $0.mostAtOnce = max($0.mostAtOnce, $0.running)
        }
        defer { state.withLock { $0.running -= 1 } }
        await Task.yield()
        guard let answer else {
            // Only cancelling ends it.
            let never = AsyncStream<Never> { _ in }
            for await _ in never {}
            throw .cancelled
        }
        let status = answer(object["spec"] ?? .null)
        if status.isNull { throw .api(Status(code: 403, reason: "Forbidden", message: "no")) }
        var object = object
        object["status"] = status
        return object
    }
}
