public import NIOHTTP1

/// One thing that has to be well for a probe to succeed.
public struct HealthCheck: Sendable {
    public let name: String
    /// Has a few hundred milliseconds; the kubelet's default timeout is one second.
    public let isHealthy: @Sendable () async -> Bool

    public init(_ name: String, isHealthy: @escaping @Sendable () async -> Bool) {
        self.name = name
        self.isHealthy = isHealthy
    }

    /// Always well: that the process answers is all that a liveness probe asks.
    public static func ping(_ name: String) -> HealthCheck { HealthCheck(name) { true } }
}

/// `/healthz` and `/readyz` with named checks, `?verbose`, `?exclude=NAME`, and `/healthz/NAME` for one of them.
///
/// Why a check fails is never told: the endpoint is open to everybody.
///
/// Source: Kubernetes "API health endpoints"; controller-runtime `pkg/healthz`.
public struct HealthResponder: HTTPResponder {
    private let checks: [String: [HealthCheck]]

    /// - Parameters:
    ///   - healthz: liveness, `readyz`: readiness.
    public init(healthz: [HealthCheck] = [.ping("healthz")], readyz: [HealthCheck] = [.ping("readyz")]) {
        checks = ["healthz": healthz, "readyz": readyz]
    }

    private func endpoint(_ head: HTTPRequestHead) -> (group: String, check: HealthCheck?)? {
        let parts = head.path.split(separator: "/")
        guard let group = parts.first.map(String.init), let named = checks[group] else { return nil }
        if parts.count == 1 { return (group, nil) }
        guard parts.count == 2, let check = named.first(where: { $0.name == parts[1] }) else { return nil }
        return (group, check)
    }

    public func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        guard endpoint(head) != nil else { return .notFound }
        return head.method == .GET || head.method == .HEAD ? nil : .methodNotAllowed("GET, HEAD")
    }

    public func respond(to request: HTTPRequest) -> HTTPReply {
        guard let (group, check) = endpoint(request.head) else { return .now(.notFound) }
        if let check {
            return .later {
                await check.isHealthy()
                    ? .text(.ok, "ok") : .text(.internalServerError, "internal server error: \(check.name) failed")
            }
        }
        let query = request.query
        let excluded = Set(query.filter { $0.name == "exclude" }.map(\.value))
        let isVerbose = query.contains { $0.name == "verbose" }
        let checks = checks[group] ?? []
        return .later { await HealthResponder.run(checks, group: group, excluded: excluded, isVerbose: isVerbose) }
    }

    private static func run(
        _ checks: [HealthCheck], group: String, excluded: Set<String>, isVerbose: Bool
    ) async -> HTTPResponse {
        var lines: [String] = []
        var isHealthy = true
        for check in checks {
            if excluded.contains(check.name) {
                lines.append("[+]\(check.name) excluded: ok")
            } else if await check.isHealthy() {
                lines.append("[+]\(check.name) ok")
            } else {
                lines.append("[-]\(check.name) failed: reason withheld")
                isHealthy = false
            }
        }
        if isHealthy, !isVerbose { return .text(.ok, "ok") }
        let unknown = excluded.subtracting(checks.map(\.name)).sorted()
        if !unknown.isEmpty {
            lines.append(
                "warn: some health checks cannot be excluded: no matches for \(unknown.joined(separator: ", "))")
        }
        lines.append("\(group) check \(isHealthy ? "passed" : "failed")\n")
        return .text(isHealthy ? .ok : .internalServerError, lines.joined(separator: "\n"))
    }
}
