public import Document

/// What the API server says of a request that it did not carry out.
///
/// Source: Kubernetes API conventions, "Response Status Kind".
public struct Status: Sendable, Equatable {
    /// The HTTP status code.
    public var code: Int
    /// A word for programs, such as `NotFound`, `AlreadyExists`, `Conflict`, `Expired`, `Invalid`.
    public var reason: String
    /// A sentence for people.
    public var message: String
    /// How long the server asks to wait before the next try.
    public var retryAfterSeconds: Int?
    /// Words for programs that tell more than the reason, such as `NamespaceTerminating` or `FieldValueInvalid`.
    public var causes: [String] = []

    public init(code: Int, reason: String, message: String, retryAfterSeconds: Int? = nil, causes: [String] = []) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
        self.causes = causes
    }

    /// - Parameter code: used when the document names none (an HTTP error with a body that is no Status).
    public init(_ json: JSONValue, code: Int) {
        self.code = json["code"]?.intValue ?? code
        reason = json["reason"]?.stringValue ?? ""
        message = json["message"]?.stringValue ?? ""
        retryAfterSeconds = json[path: "details", "retryAfterSeconds"]?.intValue
        causes = (json[path: "details", "causes"]?.arrayValue ?? []).compactMap { $0["reason"]?.stringValue }
    }

    public var isNotFound: Bool { code == 404 }
    public var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
    public var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
    public var isForbidden: Bool { code == 403 }
    /// The resource version asked for is no longer available: list again.
    public var isExpired: Bool { code == 410 }
}
