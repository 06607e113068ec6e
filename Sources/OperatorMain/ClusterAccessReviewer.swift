import Document
import KubeClient
import KubeModel
import Webhook

/// Asks the API server who a token stands for and what that user may do, for the metrics endpoint.
struct ClusterAccessReviewer: AccessReviewer {
    let api: any KubeAPI

    func authenticate(token: String) async throws -> AuthenticatedUser? {
        let review = try await api.create(
            .tokenReview,
            KubeObject([
                "apiVersion": .string(ResourceType.tokenReview.apiVersion), "kind": "TokenReview",
                "spec": ["token": .string(token)],
            ]))
        guard let status = review["status"], status["authenticated"]?.boolValue == true else { return nil }
        let user = status["user"] ?? .null
        return AuthenticatedUser(
            name: user["username"]?.stringValue ?? "", uid: user["uid"]?.stringValue ?? "",
            groups: (user["groups"]?.arrayValue ?? []).compactMap(\.stringValue),
            extra: Dictionary(
                (user["extra"]?.objectValue ?? [:]).map {
                    ($0.key, ($0.value.arrayValue ?? []).compactMap(\.stringValue))
                },
                uniquingKeysWith: { first, _ in first }))
    }

    func authorize(_ user: AuthenticatedUser, verb: String, path: String) async throws -> Bool {
        let extra = user.extra.sorted { $0.key < $1.key }
            .map { JSONObject.Member(key: $0.key, value: .strings($0.value)) }
        let review = try await api.create(
            .subjectAccessReview,
            KubeObject([
                "apiVersion": .string(ResourceType.subjectAccessReview.apiVersion), "kind": "SubjectAccessReview",
                "spec": [
                    "user": .string(user.name), "uid": .string(user.uid), "groups": .strings(user.groups),
                    "extra": .object(JSONObject(members: extra)),
                    "nonResourceAttributes": ["path": .string(path), "verb": .string(verb)],
                ],
            ]))
        let status = review["status"]
        return status?["allowed"]?.boolValue == true && status?["denied"]?.boolValue != true
    }
}
