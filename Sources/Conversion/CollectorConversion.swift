public import Document
import KubeModel
import OperatorAPI

/// Converts OpenTelemetryCollectors between v1alpha1 and v1beta1 without a loss.
///
/// What one version cannot show (`spec.command`, selectors by expression, conditions, the comments of a configuration,
/// a configuration that is no YAML, …) stands in an annotation, a ``ConversionRecord``, and comes back with the conversion
/// in the other direction. So there and back again is the identity, whichever version one starts from. A client that
/// reads a resource in one version, changes it and writes it back has its changes, and keeps what it could not see.
///
/// Of metadata only that annotation changes, which is what the API server allows.
///
/// - Guarantees: pure; the same resource gives the same bytes.
/// - Errors: only for what no API server would send, and for a configuration that is no YAML and does not fit into an
///   annotation.
///
/// Source: opentelemetry-operator v0.158, `apis/v1alpha1` conversion; Kubernetes, "Versions in
/// CustomResourceDefinitions".
public enum CollectorConversion {
    static let group = "opentelemetry.io"
    static let v1alpha1 = "v1alpha1"
    static let v1beta1 = "v1beta1"

    /// The resource as that `apiVersion`.
    public static func converted(_ resource: JSONValue, to apiVersion: String) throws(ConversionError) -> JSONValue {
        switch apiVersion {
        case "\(group)/\(v1alpha1)": try v1alpha1(from: resource)
        case "\(group)/\(v1beta1)": try v1beta1(from: resource)
        default: throw .unknownVersion(apiVersion)
        }
    }

    /// The resource as v1beta1. One that is so already comes back as it is.
    public static func v1beta1(from resource: JSONValue) throws(ConversionError) -> JSONValue {
        guard try version(of: resource) == v1alpha1 else { return resource }
        let (written, record) = Annotated.taken(from: resource, for: v1beta1)
        let plain = try AlphaToBeta.convert(written)
        var result = plain.resource
        for change in record?.changes ?? [] { result = change.restored(in: result) }

        let shown = BetaToAlpha.convert(result)
        var lost = ConversionRecord(version: v1alpha1)
        // A record may have brought back what the text says, and the text alone would not have.
        if (try? CollectorConfig(result[path: "spec", "config"] ?? .null).isEmpty) == true {
            lost.unreadable = plain.unreadable
        }
        lost.changes = ConversionRecord.Change.all(from: shown, to: written)
        if let config = result[path: "spec", "config"],
            let index = lost.changes.firstIndex(where: { $0.path == ConversionRecord.configPath })
        {
            // What the text is about is told by the configuration itself, which others may look at without us.
            lost.changes[index].was = ConversionRecord.digest(of: config)
        }
        return try Annotated.adding(lost, to: result)
    }

    /// Why the configuration of a v1alpha1 resource is no YAML, with the position in its text; `nil` for one that is, and for
    /// anything else. The conversion itself keeps such a text, so that it can be corrected in its own version.
    public static func configSyntaxError(of resource: JSONValue) -> DocumentError? {
        guard resource["apiVersion"] == .string("\(group)/\(v1alpha1)"),
            let text = resource[path: "spec", "config"]?.stringValue
        else { return nil }
        return ConfigText.syntaxError(in: text)
    }

    /// The resource as v1alpha1. One that is so already comes back as it is.
    public static func v1alpha1(from resource: JSONValue) throws(ConversionError) -> JSONValue {
        guard try version(of: resource) == v1beta1 else { return resource }
        let (written, record) = Annotated.taken(from: resource, for: v1alpha1)
        let plain = BetaToAlpha.convert(written)
        let result = record.map { restored($0, of: written, in: plain) } ?? plain

        let shown = try AlphaToBeta.convert(result).resource
        var lost = ConversionRecord(
            version: v1beta1, changes: ConversionRecord.Change.all(from: shown, to: written))
        if let read = shown[path: "spec", "config"], let config = written[path: "spec", "config"],
            !lost.changes.contains(where: { $0.path == ConversionRecord.configPath }),
            ConfigText.write(read) != ConfigText.write(config)
        {
            // Equal and yet not written alike: -0.
            lost.changes.append(
                .init(path: ConversionRecord.configPath, was: ConversionRecord.digest(of: read), value: config))
        }
        return try Annotated.adding(lost, to: result)
    }

    /// What a v1alpha1 client once wrote, as far as it still says what `beta` says.
    private static func restored(_ record: ConversionRecord, of beta: JSONValue, in plain: JSONValue) -> JSONValue {
        var result = plain
        var replicaBounds: [ConversionRecord.Change] = []
        for change in record.changes {
            if change.path == ConversionRecord.configPath {
                if let config = beta[path: "spec", "config"], record.keepsText(of: config) {
                    var spec = result["spec"] ?? [:]
                    spec["config"] = change.value
                    result["spec"] = spec
                }
            } else if AlphaToBeta.replicaBounds.contains(change.path) {
                replicaBounds.append(change)
            } else {
                result = change.restored(in: result)
            }
        }
        // The deprecated bounds must not bring back an autoscaler that was changed or removed.
        let bounded = replicaBounds.reduce(result) { $1.restored(in: $0) }
        let autoscaler = bounded["spec"].map(AlphaToBeta.autoscaler) ?? nil
        return autoscaler == beta[path: "spec", "autoscaler"] ? bounded : result
    }

    private static func version(of resource: JSONValue) throws(ConversionError) -> String {
        guard case .object = resource else { throw .otherResource(resource.kindDescription) }
        let apiVersion = resource["apiVersion"]?.stringValue ?? ""
        let kind = resource["kind"]?.stringValue ?? ""
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        guard kind == ResourceType.openTelemetryCollector.kind, parts.count == 2, parts[0] == group,
            parts[1] == v1alpha1 || parts[1] == v1beta1
        else {
            throw .otherResource(
                "apiVersion \(JSONValue.string(apiVersion).serializedString()), "
                    + "kind \(JSONValue.string(kind).serializedString())")
        }
        return String(parts[1])
    }
}
