public import Document

/// Somebody as the API server knows them: the author of a request, the bearer of a token, or a ServiceAccount.
///
/// Source: authentication.k8s.io/v1 `UserInfo`.
public struct UserInfo: Sendable, Hashable {
    public var name: String
    public var uid: String
    public var groups: [String]
    /// What the authenticator adds, by its keys.
    public var extra: [String: [String]]

    public init(name: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
        self.name = name
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// As an AdmissionReview's `userInfo` or a TokenReview's `status.user` has it.
    public init(_ json: JSONValue) {
        func texts(_ value: JSONValue?) -> [String] { (value?.arrayValue ?? []).compactMap(\.stringValue) }
        self.init(
            name: json["username"]?.stringValue ?? "", uid: json["uid"]?.stringValue ?? "",
            groups: texts(json["groups"]),
            extra: Dictionary(
                (json["extra"]?.objectValue ?? [:]).map { ($0.key, texts($0.value)) },
                uniquingKeysWith: { first, _ in first }))
    }

    /// The ServiceAccount as the API server knows it when it calls. Its groups count: rights are often given to them.
    ///
    /// Source: Kubernetes, "Authenticating", service account tokens.
    public static func serviceAccount(_ account: ObjectKey) -> UserInfo {
        UserInfo(
            name: "system:serviceaccount:\(account.namespace):\(account.name)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(account.namespace)", "system:authenticated"])
    }
}
