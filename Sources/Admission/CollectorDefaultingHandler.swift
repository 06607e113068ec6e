import Document
public import KubeModel
public import KubeRuntime
import OperatorAPI
import Rendering
public import Webhook

/// Writes the defaults into a collector that is created or changed, and tells which of them its author may not expect.
///
/// - Guarantees: fields that are not known stay. What no default fits is denied, naming the field; but never a collector that
///   is being deleted, nor an update of other things than `spec`, which would keep its finalizers from going.
public struct CollectorDefaultingHandler: AdmissionHandler {
    /// Where kube-apiserver sends the reviews.
    public static let path = "/mutate-opentelemetry-io-v1beta1-opentelemetrycollector"
    static let eventReason = "Spec.Service.Telemetry.DefaultsApplied"

    private let events: EventRecorder

    public init(events: EventRecorder) { self.events = events }

    public func handleNow(_ request: AdmissionRequest) -> AdmissionResponse? {
        guard request.operation == .create || request.operation == .update else { return .allowed() }
        let object = KubeObject(request.object)
        if object.isBeingDeleted { return .allowed() }
        let result: CollectorDefaulting.Result
        do throws(FieldError) {
            result = try CollectorDefaulting().defaulted(request.object)
        } catch {
            // A label or a finalizer goes on or off all the same; the validation then warns.
            let isSpecUnchanged = request.operation == .update && request.oldObject["spec"] == request.object["spec"]
            return isSpecUnchanged ? .allowed() : .denied(error.description)
        }
        if let endpoint = result.addedMetricsReader, !request.dryRun { tell(endpoint, object, request) }
        return .patched(JSONPatch.diff(from: request.object, to: result.resource).operations.map(\.json))
    }

    public func handle(_ request: AdmissionRequest) async -> AdmissionResponse { handleNow(request) ?? .allowed() }

    private func tell(_ endpoint: CollectorDefaulting.MetricsReader, _ object: KubeObject, _ request: AdmissionRequest)
    {
        // A name that the API server makes up is not known yet, and an Event about no name helps nobody.
        let name = object.name.isEmpty ? request.name : object.name
        if name.isEmpty { return }
        events.record(
            .normal,
            regarding: ObjectReference(
                .openTelemetryCollector, ObjectKey(namespace: request.namespace, name: name), uid: object.uid),
            reason: Self.eventReason,
            note:
                "Applied default Prometheus telemetry configuration (host: \(endpoint.host), port: \(endpoint.port))")
    }
}
