import Document
import Foundation
import KubeModel
import Logging
import NIOPosix
import ServingCertificate
import Synchronization
import TLSServer

@testable import Webhook

/// Handlers, servers and reviews that the tests of this target share.
enum Fixtures {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func identity(_ name: String = "webhook.test.svc") throws -> ServingIdentity {
        let authority = try CertificateAuthority.make(name: "test", now: .now, lifetime: .seconds(86_400))
        let leaf = try authority.issueLeaf(names: [SubjectName(name)], now: .now, lifetime: .seconds(3_600))
        return try ServingIdentity(chain: [leaf.certificate], key: leaf.key)
    }

    static func review(uid: String = "u-1", annotation: String = "none", namespace: String = "apps") -> String {
        """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"\(uid)",\
        "kind":{"group":"","version":"v1","kind":"Pod"},"name":"p","namespace":"\(namespace)","operation":"CREATE",\
        "userInfo":{"username":"u"},"object":{"metadata":{"uid":"inner","namespace":"inner",\
        "annotations":{"\(annotation)":"true"}}},"oldObject":null,"dryRun":false,"options":null}}
        """
    }

    /// Serves on a free port for as long as `body` runs. `body` may block: it has a thread of its own, so that it does
    /// not keep one from the tasks that it waits for.
    static func serve(
        _ responder: any HTTPResponder, tls: TLSContextCache? = nil, limits: HTTPLimits = HTTPLimits(),
        _ body: @escaping @Sendable (RunningServer) throws -> Void
    ) async throws {
        let server = try await HTTPServer(
            name: "test", address: ListenAddress(host: "127.0.0.1", port: 0),
            security: tls.map(HTTPServer.Security.tls) ?? .plain, limits: limits, responder: responder, group: group,
            logger: logger
        ).start()
        let result = await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: Result { try body(server) }) }.start()
        }
        await server.drain(within: .milliseconds(200))
        try result.get()
    }

    static func router(_ handler: any AdmissionHandler) -> AdmissionRouter {
        AdmissionRouter(["/mutate": handler], logger: logger)
    }
}

/// Answers by the annotation in the review: by shortcut when there is none, at once, or later.
struct ScriptedHandler: AdmissionHandler {
    /// Opened by the test when a request for `wait` may be answered.
    var gate = Gate()

    func shortcut(_ review: RawReview) -> AdmissionResponse? {
        review.contains("inject") || review.contains("wait") ? nil : .allowed(warnings: ["shortcut"])
    }

    func handleNow(_ request: AdmissionRequest) -> AdmissionResponse? {
        let annotations = request.object[path: "metadata", "annotations"]
        if annotations?["wait"] != nil { return nil }
        return .patched([["op": "add", "path": "/x", "value": .string(request.namespace)]])
    }

    func handle(_ request: AdmissionRequest) async -> AdmissionResponse {
        await gate.wait()
        return .denied("waited")
    }
}

/// Closed until somebody opens it.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
            arrivals.signal()
        }
    }

    /// Blocks until somebody waits at the gate.
    func entered() throws {
        if arrivals.wait(timeout: .now() + 30) == .timedOut {
            throw LoopbackClient.Failure(description: "nobody came to the gate in time")
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Blocks until the work is done, at most half a minute. Not for the cooperative pool's threads.
func blocking(_ work: @escaping @Sendable () async -> Void) throws {
    let done = DispatchSemaphore(value: 0)
    Task {
        await work()
        done.signal()
    }
    if done.wait(timeout: .now() + 30) == .timedOut {
        throw LoopbackClient.Failure(description: "not done in time")
    }
}

/// Blocks until the server has at most so many connections.
func waitForConnections(_ server: RunningServer, atMost count: Int) throws {
    try wait(until: { server.connectionCount <= count }, or: { "\(server.connectionCount) connections left" })
}

/// Waits until this process has fewer file descriptors open.
func waitForDescriptors(below count: Int) throws {
    try wait(until: { try openDescriptors() < count }, or: { "\(try openDescriptors()) file descriptors left" })
}

private func wait(until isMet: () throws -> Bool, or failure: () throws -> String) throws {
    let start = ContinuousClock.now
    while try !isMet() {
        sched_yield()
        if ContinuousClock.now - start > .seconds(30) { throw LoopbackClient.Failure(description: try failure()) }
    }
}

/// How many file descriptors this process has open.
func openDescriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
}
