public import Document
import OperatorAPI

/// How the collector version that a resource is at stands to that of the operator.
public enum VersionStanding: Equatable, Sendable {
    /// The same, or none yet: a new resource needs no upgrade.
    case current
    /// The resource is to be upgraded from that version.
    case older(String)
    /// The user wants no upgrade from that version.
    case kept(String)
    /// A newer operator was here: the configuration may use what this one's collector does not know.
    case newer(String)
    /// Not a version.
    case unreadable(String)

    /// - Parameters:
    ///   - resource: an `opentelemetry.io/v1beta1` OpenTelemetryCollector.
    ///   - target: the operator's collector version.
    public init(of resource: JSONValue, to target: String) {
        let version = resource[path: "status", "version"]?.stringValue ?? ""
        if version.isEmpty || version == target {
            self = .current
            return
        }
        guard let from = LenientVersion(version), let to = LenientVersion(target) else {
            self = .unreadable(version)
            return
        }
        if to < from {
            self = .newer(version)
        } else if !(from < to) {
            self = .current
        } else {
            self = resource[path: "spec", "upgradeStrategy"] == "none" ? .kept(version) : .older(version)
        }
    }
}
