import Document
public import KubeModel
public import Rendering
public import Webhook

/// Checks a collector that is created or changed, and whether its author may ask for the rights that the operator would
/// give it.
///
/// - Guarantees: nobody gets a right through a collector that neither its author nor its ServiceAccount has. When that
///   cannot be found out the collector is denied. A deletion is always allowed: refused, it would keep what is wrong.
public struct CollectorValidatingHandler: AdmissionHandler {
    /// Where kube-apiserver sends the reviews.
    public static let path = "/validate-opentelemetry-io-v1beta1-opentelemetrycollector"

    private let validation: @Sendable () -> CollectorValidation
    private let reviewer: any AccessReviewing

    /// - Parameters:
    ///   - validation: as the cluster's APIs are now.
    ///   - reviewer: tells which rights somebody lacks; must give up well within the webhook's timeout, twice for one answer.
    public init(_ validation: @escaping @Sendable () -> CollectorValidation, reviewer: any AccessReviewing) {
        self.validation = validation
        self.reviewer = reviewer
    }

    /// Rendering takes too long for the connection's event loop.
    public func handleNow(_ request: AdmissionRequest) -> AdmissionResponse? {
        switch request.operation {
        case .delete, .connect: .allowed()
        case .create, .update: nil
        }
    }

    public func handle(_ request: AdmissionRequest) async -> AdmissionResponse {
        let old = request.operation == .update ? request.oldObject : nil
        let verdict = validation().verdict(on: request.object, replacing: old)
        var warnings = verdict.warnings
        if let denial = verdict.denial { return .denied(denial, warnings: warnings) }
        for demand in verdict.access {
            switch demand.source {
            case .granted:
                if let denial = await escalation(demand, UserInfo(request.userInfo)) {
                    return .denied(denial, warnings: warnings)
                }
            case .expected(let prefix):
                warnings += await missing(demand).map { prefix + $0 }
            }
        }
        return .allowed(warnings: warnings)
    }

    /// Why the author of a request may not have these rights given to a ServiceAccount; `nil` when they may.
    private func escalation(_ demand: AccessDemand, _ author: UserInfo) async -> String? {
        let granted: [AccessRule]
        do {
            granted = try await reviewer.denied(demand.rules, user: .serviceAccount(demand.serviceAccount))
        } catch {
            return "unable to check existing SA RBAC permissions: \(error)"
        }
        if granted.isEmpty { return nil }
        let name = JSONValue.string(author.name).serializedString()
        let denied: [AccessRule]
        do {
            denied = try await reviewer.denied(granted, user: author)
        } catch {
            return "unable to check RBAC privilege escalation for user \(name): \(error)"
        }
        if denied.isEmpty { return nil }
        return
            "user \(name) is not allowed to create a collector whose config would grant permissions they do not hold: "
            + AccessRule.missing(denied, for: author.name).joined(separator: "; ")
    }

    private func missing(_ demand: AccessDemand) async -> [String] {
        let user = UserInfo.serviceAccount(demand.serviceAccount)
        do {
            return AccessRule.missing(try await reviewer.denied(demand.rules, user: user), for: user.name)
        } catch {
            return ["unable to check rbac rules \(error)"]
        }
    }
}
