/// The order of questions that may be under way at the same time: an answer that was overtaken by that to a later question
/// tells what was, not what is.
struct AnswerOrder: Sendable {
    private var asked = 0
    private var answered = 0

    /// - Returns: the question's number.
    mutating func ask() -> Int {
        asked += 1
        return asked
    }

    /// - Returns: whether the answer counts, as no later question has been answered.
    mutating func answer(_ question: Int) -> Bool {
        guard question > answered else { return false }
        answered = question
        return true
    }
}
