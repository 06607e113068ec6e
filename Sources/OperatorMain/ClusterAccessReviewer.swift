import Document
import KubeClient
import KubeModel
import Webhook

/// Asks the API server who a token stands for and what that user may do, for the metrics endpoint.
struct ClusterAccessReviewer: AccessReviewer {
    let api: any KubeAPI

    func authenticate(token: String) async throws -> UserInfo? {
        let review = try await api.create(
            .tokenReview,
            KubeObject([
                "apiVersion": .string(ResourceType.tokenReview.apiVersion), "kind": "TokenReview",
                "spec": ["token": .string(token)],
            ]))
        guard let status = review["status"], status["authenticated"]?.boolValue == true else { return nil }
        return UserInfo(status["user"] ?? .null)
    }

    func authorize(_ user: UserInfo, verb: String, path: String) async throws -> Bool {
        try await api.isAllowed(AccessQuestion(.path(verb: verb, path), by: user))
    }
}
