public import KubeClient
public import KubeModel
public import Rendering

/// Tells which rights a user does not have.
public protocol AccessReviewing: Sendable {
    /// Those of the rules that the user does not hold in the whole cluster, of one verb and one resource or path each,
    /// sorted.
    ///
    /// - Throws: when that could not be found out; nothing may then be taken for allowed.
    func denied(_ rules: [AccessRule], user: UserInfo) async throws -> [AccessRule]
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

    public func denied(_ rules: [AccessRule], user: UserInfo) async throws -> [AccessRule] {
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

    private func ask(_ questions: [AccessRule], _ user: UserInfo) async throws -> [AccessRule] {
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

    private func isAllowed(_ question: AccessRule, _ user: UserInfo) async throws -> Bool {
        try await api.isAllowed(AccessQuestion(Self.action(question), by: user))
    }

    /// - Parameter question: of one verb and one resource or path.
    static func action(_ question: AccessRule) -> AccessQuestion.Action {
        let verb = question.verbs.first ?? ""
        if let path = question.nonResourceURLs.first { return .path(verb: verb, path) }
        let resource = question.resources.first ?? ""
        let parts = resource.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return .resource(
            verb: verb, group: question.apiGroups.first ?? "", resource: parts.first ?? "",
            subresource: parts.count > 1 ? parts[1] : nil)
    }
}
