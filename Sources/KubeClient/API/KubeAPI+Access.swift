public import KubeModel

extension KubeAPI {
    /// Asks whether somebody may do something.
    ///
    /// - Errors: what the API server said of the review; nothing may then be taken for allowed.
    public func isAllowed(_ question: AccessQuestion) async throws(KubeError) -> Bool {
        AccessQuestion.isAllowed(try await create(question.type, question.review))
    }
}
