import Document
import OperatorAPI

extension EffectiveAnnotations {
    /// Whether a collector sidecar is asked for.
    var wantsSidecar: Bool {
        let value = self[AnnotationKey.sidecar]
        return !value.isEmpty && !value.isFalse
    }
}

extension JSONValue {
    /// Whether this pod already has a collector's sidecar, as a container or a native sidecar.
    var hasSidecar: Bool {
        ["containers", "initContainers"].contains { list in
            (self["spec"]?[list]?.arrayValue ?? []).contains { $0["name"]?.stringValue == Sidecar.containerName }
        }
    }
}

enum Sidecar {
    static let containerName = "otc-container"
}
