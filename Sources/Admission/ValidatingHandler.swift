public import Document
public import KubeModel
public import OperatorAPI
public import Webhook

/// Checks a custom resource when it is created, updated or deleted: what the schema cannot say.
///
/// A deletion is judged by what is stored, by the same rules, as opentelemetry-operator does.
public struct ValidatingHandler: AdmissionHandler {
    private let validated: @Sendable (JSONValue) throws -> InstrumentationVerdict

    /// - Parameter validated: what is wrong with an object, and what is worth a warning. Throws when it cannot be read; the
    ///   text is shown to who sent it.
    public init(_ validated: @escaping @Sendable (JSONValue) throws -> InstrumentationVerdict) {
        self.validated = validated
    }

    public func handleNow(_ request: AdmissionRequest) -> AdmissionResponse? {
        let object: JSONValue
        switch request.operation {
        case .create, .update: object = request.object
        case .delete: object = request.oldObject
        case .connect: return .allowed()
        }
        let verdict: InstrumentationVerdict
        do {
            verdict = try validated(object)
        } catch {
            return .errored(code: 400, "\(error)", isAllowed: false)
        }
        guard let error = verdict.error else { return .allowed(warnings: verdict.warnings) }
        return .denied(error, warnings: verdict.warnings)
    }

    public func handle(_ request: AdmissionRequest) async -> AdmissionResponse { handleNow(request) ?? .allowed() }
}
