import Document
import KubeModel
import Webhook

/// Fills in the defaults of a custom resource when it is created or updated.
struct DefaultingHandler: AdmissionHandler {
    /// The object with its defaults. Throws when it cannot be read; the text is shown to who sent it.
    let defaulted: @Sendable (JSONValue) throws -> JSONValue

    func handleNow(_ request: AdmissionRequest) -> AdmissionResponse? {
        guard request.operation == .create || request.operation == .update else { return .allowed() }
        do {
            let result = try defaulted(request.object)
            return .patched(JSONPatch.diff(from: request.object, to: result).operations.map(\.json))
        } catch {
            return .denied("\(error)")
        }
    }

    func handle(_ request: AdmissionRequest) async -> AdmissionResponse { handleNow(request) ?? .allowed() }
}
