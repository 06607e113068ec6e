public import Document

/// One aspect of an object's state.
///
/// Source: `metav1.Condition`, Kubernetes API conventions, "Typical status properties".
public struct Condition: Sendable, Equatable {
    public enum State: String, Sendable {
        case `true` = "True"
        case `false` = "False"
        case unknown = "Unknown"
    }

    public var type: String
    public var status: State
    /// CamelCase, for programs.
    public var reason: String
    /// For people; at most 32,768 bytes are accepted by the API.
    public var message: String
    public var observedGeneration: Int

    public init(type: String, status: State, reason: String, message: String, observedGeneration: Int) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.observedGeneration = observedGeneration
    }

    /// The condition as JSON. The time of the last transition is kept from the previous one while the status is the same.
    ///
    /// - Parameter now: RFC 3339, UTC, to the second.
    public func json(replacing previous: JSONValue?, now: String) -> JSONValue {
        let unchanged = previous?["status"]?.stringValue == status.rawValue
        let since = unchanged ? previous?["lastTransitionTime"]?.stringValue ?? now : now
        return [
            "type": .string(type), "status": .string(status.rawValue), "observedGeneration": .int(observedGeneration),
            "lastTransitionTime": .string(since), "reason": .string(reason), "message": .string(message),
        ]
    }
}
