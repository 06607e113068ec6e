import Document

/// A question to the API server whether somebody may do something.
///
/// Source: authorization.k8s.io/v1 `SubjectAccessReview` and `SelfSubjectAccessReview`.
public struct AccessQuestion: Sendable, Equatable {
    public enum Action: Sendable, Equatable {
        /// In all namespaces.
        case resource(verb: String, group: String, resource: String, subresource: String? = nil)
        /// Of a URL that is no resource, such as `/metrics`.
        case path(verb: String, String)
    }

    public var action: Action
    /// `nil` for whoever asks.
    public var user: UserInfo?

    public init(_ action: Action, by user: UserInfo? = nil) {
        self.action = action
        self.user = user
    }

    /// What the review is created as.
    public var type: ResourceType { user == nil ? .selfSubjectAccessReview : .subjectAccessReview }

    /// The review to create.
    public var review: KubeObject {
        var spec: JSONObject = [:]
        if let user {
            spec["user"] = .string(user.name)
            if !user.uid.isEmpty { spec["uid"] = .string(user.uid) }
            if !user.groups.isEmpty { spec["groups"] = .strings(user.groups) }
            if !user.extra.isEmpty {
                let members = user.extra.sorted { $0.key < $1.key }
                    .map { JSONObject.Member(key: $0.key, value: .strings($0.value)) }
                spec["extra"] = .object(JSONObject(members: members))
            }
        }
        switch action {
        case .resource(let verb, let group, let resource, let subresource):
            spec["resourceAttributes"] = .object(compacting: [
                "group": .string(group), "resource": .string(resource), "subresource": subresource.map { .string($0) },
                "verb": .string(verb),
            ])
        case .path(let verb, let path):
            spec["nonResourceAttributes"] = ["path": .string(path), "verb": .string(verb)]
        }
        return KubeObject([
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "spec": .object(spec),
        ])
    }

    /// Whether the review that came back says yes: neither "no opinion" nor an explicit denial is one.
    public static func isAllowed(_ answer: KubeObject) -> Bool {
        let status = answer["status"]
        return status?["allowed"]?.boolValue == true && status?["denied"]?.boolValue != true
    }
}
