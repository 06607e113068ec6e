public import Document
public import KubeModel
public import Webhook

/// Fills in the defaults of a custom resource when it is created or updated.
public struct DefaultingHandler: AdmissionHandler {
    private let defaulted: @Sendable (JSONValue) throws -> JSONValue

    /// - Parameter defaulted: the object with its defaults. Throws when it cannot be read; the text is shown to who sent it.
    public init(_ defaulted: @escaping @Sendable (JSONValue) throws -> JSONValue) { self.defaulted = defaulted }

    public func handleNow(_ request: AdmissionRequest) -> AdmissionResponse? {
        guard request.operation == .create || request.operation == .update else { return .allowed() }
        do {
            let result = try defaulted(request.object)
            return .patched(JSONPatch.diff(from: request.object, to: result).operations.map(\.json))
        } catch {
            return .denied("\(error)")
        }
    }

    public func handle(_ request: AdmissionRequest) async -> AdmissionResponse { handleNow(request) ?? .allowed() }
}
