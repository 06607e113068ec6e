import Document
public import KubeClient
import KubeModel
public import Rendering

/// Somebody whose rights are asked about: the author of a request, or a ServiceAccount.
///
/// Source: authentication.k8s.io/v1 `UserInfo`.
public struct ReviewedUser: Sendable, Equatable {
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

    /// The ServiceAccount as the API server knows it when it calls. Its groups count: rights are often given to them.
    ///
    /// Source: Kubernetes, "Authenticating", service account tokens.
    public static func serviceAccount(_ name: String, namespace: String) -> ReviewedUser {
        ReviewedUser(
            name: "system:serviceaccount:\(namespace):\(name)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"])
    }
}

/// Tells which rights a user does not have.
public protocol AccessReviewing: Sendable {
    /// Those of the rules that the user does not hold in the whole cluster, of one verb and one resource or path each,
    /// sorted.
    ///
    /// - Throws: when that could not be found out; nothing may then be taken for allowed.
    func denied(_ rules: [AccessRule], user: ReviewedUser) async throws -> [AccessRule]
}

/// Why nobody can say what a user may do.
public enum AccessReviewError: Error, Equatable, Sendable, CustomStringConvertible {
    case timeout(user: String, after: Duration)
    /// More questions than one request may cause.
    case tooMany(Int)

    public var description: String {
        switch self {
        case .timeout(let user, let limit): "could not find out within \(limit) what \(user) may do"
        case .tooMany(let count):
            "could not find out what the user may do: \(count) rules, at most \(AccessReviewer.limit) are looked at"
        }
    }
}

/// Asks the API server, with a SubjectAccessReview for each verb and resource.
///
/// - Guarantees: "no opinion" and an explicit denial are both denied. All is answered within the deadline, or it throws.
/// - Errors: ``AccessReviewError``, or what the API server said of a review.
///
/// Source: authorization.k8s.io/v1 `SubjectAccessReview`.
public struct AccessReviewer: AccessReviewing {
    /// Questions in one call: a resource with a list of thousands of objects must not keep the API server busy.
    static let limit = 1000

    private let api: any KubeAPI
    private let deadline: Duration
    private let parallelism: Int

    /// - Parameters:
    ///   - deadline: for all questions of a call; well under the webhook's own timeout.
    ///   - parallelism: questions under way at a time.
    public init(api: any KubeAPI, deadline: Duration = .seconds(4), parallelism: Int = 8) {
        precondition(parallelism > 0, "a reviewer asks at least one question at a time")
        self.api = api
        self.deadline = deadline
        self.parallelism = parallelism
    }

    public func denied(_ rules: [AccessRule], user: ReviewedUser) async throws -> [AccessRule] {
        let questions = Set(rules.flatMap(\.single)).sorted()
        if questions.isEmpty { return [] }
        if questions.count > Self.limit { throw AccessReviewError.tooMany(questions.count) }
        return try await withThrowingTaskGroup(of: [AccessRule].self) { group in
            group.addTask { try await ask(questions, user) }
            group.addTask {
                try await Task.sleep(for: deadline)
                throw AccessReviewError.timeout(user: user.name, after: deadline)
            }
            defer { group.cancelAll() }
            // One of the two always ends first.
            return try await group.next() ?? questions
        }
    }

    private func ask(_ questions: [AccessRule], _ user: ReviewedUser) async throws -> [AccessRule] {
        try await withThrowingTaskGroup(of: AccessRule?.self) { group in
            var rest = questions.makeIterator()
            func addNext() {
                guard let question = rest.next() else { return }
                group.addTask { try await isAllowed(question, user) ? nil : question }
            }
            for _ in 0..<parallelism { addNext() }
            var denied: [AccessRule] = []
            while let answer = try await group.next() {
                if let answer { denied.append(answer) }
                addNext()
            }
            return denied.sorted()
        }
    }

    private func isAllowed(_ question: AccessRule, _ user: ReviewedUser) async throws -> Bool {
        let review = try await api.create(
            .subjectAccessReview,
            KubeObject([
                "apiVersion": .string(ResourceType.subjectAccessReview.apiVersion), "kind": "SubjectAccessReview",
                "spec": Self.spec(question, user),
            ]))
        let status = review["status"]
        return status?["allowed"]?.boolValue == true && status?["denied"]?.boolValue != true
    }

    static func spec(_ question: AccessRule, _ user: ReviewedUser) -> JSONValue {
        let verb = JSONValue.string(question.verbs.first ?? "")
        var spec: JSONObject = ["user": .string(user.name)]
        if !user.uid.isEmpty { spec["uid"] = .string(user.uid) }
        if !user.groups.isEmpty { spec["groups"] = .strings(user.groups) }
        if !user.extra.isEmpty {
            let members = user.extra.sorted { $0.key < $1.key }
                .map { JSONObject.Member(key: $0.key, value: .strings($0.value)) }
            spec["extra"] = .object(JSONObject(members: members))
        }
        if let path = question.nonResourceURLs.first {
            spec["nonResourceAttributes"] = ["path": .string(path), "verb": verb]
        } else {
            let resource = question.resources.first ?? ""
            let parts = resource.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            spec["resourceAttributes"] = .object(compacting: [
                "group": .string(question.apiGroups.first ?? ""), "resource": parts.first.map { .string(String($0)) },
                "subresource": parts.count > 1 ? .string(String(parts[1])) : nil, "verb": verb,
            ])
        }
        return .object(spec)
    }
}
