public import Document

/// What kube-apiserver asks an admission webhook.
///
/// Source: Kubernetes "Dynamic Admission Control", `admission.k8s.io/v1`.
public struct AdmissionRequest: Sendable {
    public enum Operation: String, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
        case connect = "CONNECT"
    }

    public var uid: String
    public var operation: Operation
    public var namespace: String
    public var name: String
    public var kind: String
    public var dryRun: Bool
    /// The object as sent; `null` on DELETE.
    public var object: JSONValue
    /// The object as stored; `null` on CREATE.
    public var oldObject: JSONValue
    public var userInfo: JSONValue

    public init(
        uid: String, operation: Operation, namespace: String, name: String = "", kind: String = "",
        dryRun: Bool = false, object: JSONValue, oldObject: JSONValue = .null, userInfo: JSONValue = .null
    ) {
        self.uid = uid
        self.operation = operation
        self.namespace = namespace
        self.name = name
        self.kind = kind
        self.dryRun = dryRun
        self.object = object
        self.oldObject = oldObject
        self.userInfo = userInfo
    }
}

/// The answer to an admission request, in the words of controller-runtime: allowed, denied, patched, errored.
public struct AdmissionResponse: Sendable, Equatable {
    public var isAllowed: Bool
    /// An HTTP-like code: 200, 400 for a request that cannot be read, 403 for a denial, 500 for a failure.
    public var code: Int
    public var message: String
    public var reason: String
    /// RFC 6902 operations as JSON text; `nil` when nothing is to change.
    public var patchText: [UInt8]?
    /// Shown by kubectl. Each is cut to what the API server accepts when the review is written.
    public var warnings: [String]

    public init(
        isAllowed: Bool, code: Int, message: String = "", reason: String = "", patch: [JSONValue]? = nil,
        warnings: [String] = []
    ) {
        self.isAllowed = isAllowed
        self.code = code
        self.message = message
        self.reason = reason
        patchText = patch.map { JSONValue.array($0).serialized() }
        self.warnings = warnings
    }

    /// The operations of ``patchText``, for those who want to look at them.
    public var patch: [JSONValue]? { patchText.flatMap { try? JSONValue(parsing: $0).arrayValue } }

    public static func allowed(warnings: [String] = []) -> AdmissionResponse {
        AdmissionResponse(isAllowed: true, code: 200, warnings: warnings)
    }

    public static func denied(_ message: String, warnings: [String] = []) -> AdmissionResponse {
        AdmissionResponse(isAllowed: false, code: 403, message: message, reason: "Forbidden", warnings: warnings)
    }

    /// Allowed with these changes; without a patch when there are none.
    public static func patched(_ operations: [JSONValue], warnings: [String] = []) -> AdmissionResponse {
        AdmissionResponse(isAllowed: true, code: 200, patch: operations.isEmpty ? nil : operations, warnings: warnings)
    }

    /// Allowed with changes that are written already, `nil` when there are none.
    public static func patched(text: [UInt8]?, warnings: [String] = []) -> AdmissionResponse {
        var response = AdmissionResponse.allowed(warnings: warnings)
        response.patchText = text
        return response
    }

    /// Something failed. `isAllowed` says whether the object is admitted all the same.
    public static func errored(
        code: Int = 500, _ message: String, isAllowed: Bool, warnings: [String] = []
    ) -> AdmissionResponse {
        AdmissionResponse(isAllowed: isAllowed, code: code, message: message, warnings: warnings)
    }
}
