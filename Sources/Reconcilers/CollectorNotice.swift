import Document
import KubeModel
import Rendering

/// An Event to emit about a collector.
struct CollectorNotice: Equatable, Sendable {
    var isWarning: Bool
    var reason: String
    var note: String

    /// What a new status says that the old one did not: repeated reconciles repeat no Event.
    ///
    /// Reasons `Info` and `Error` are the reference's.
    ///
    /// - Parameter hasProblems: objects failed; then each of them gets an Event of its own, and `Ready` gets none.
    static func notices(
        from old: JSONValue?, to new: JSONValue, findings: [Finding], hasProblems: Bool = false
    ) -> [CollectorNotice] {
        var notices: [CollectorNotice] = []
        if !hasProblems, let ready = changed("Ready", old, new) {
            let message = ready["message"]?.stringValue ?? ""
            notices.append(
                ready["status"] == "True"
                    ? CollectorNotice(isWarning: false, reason: "Info", note: "applied status changes")
                    : CollectorNotice(isWarning: true, reason: "Error", note: message))
        }
        if changed("Complete", old, new) != nil {
            // An error stands in `Ready` already.
            let told = findings.filter { $0.severity == .warning || $0.reason == .unsupported }
            notices += told.prefix(mostFindings)
                .map { CollectorNotice(isWarning: true, reason: $0.reason.rawValue, note: $0.message) }
            if let next = told.dropFirst(mostFindings).first {
                notices.append(
                    CollectorNotice(
                        isWarning: true, reason: next.reason.rawValue,
                        note: "and \(told.count - mostFindings) more: see the condition Complete"))
            }
        }
        return notices
    }

    /// So many are told one by one: a resource can have thousands of mistakes.
    static let mostFindings = 20

    /// What the condition `Ready` says.
    static func readyMessage(_ status: JSONValue?) -> String {
        condition("Ready", status)?["message"]?.stringValue ?? ""
    }

    /// The condition of that type when its status, reason or message is new.
    private static func changed(_ type: String, _ old: JSONValue?, _ new: JSONValue) -> JSONValue? {
        guard let now = condition(type, new) else { return nil }
        let before = condition(type, old)
        let isSame = ["status", "reason", "message"].allSatisfy { before?[$0] == now[$0] }
        return isSame ? nil : now
    }

    private static func condition(_ type: String, _ status: JSONValue?) -> JSONValue? {
        (status?["conditions"]?.arrayValue ?? []).first { $0["type"]?.stringValue == type }
    }
}
