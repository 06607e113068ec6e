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
/// - Errors: only for what no API server would send, and for a configuration that is no YAML where the annotations have not
///   even room for the mark that says so. Whatever is wrong with a record, the resource is converted: an error for one
///   resource is an error for every list that it is in.
/// - Caveats: annotations have room for 256 KiB. What does not fit is lost to a client of the other version; the record names
///   it, and the validating webhook warns of a write that removes it or refuses it.
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
        let result = record.map { restored($0, of: written, in: plain) } ?? plain.resource

        let shown = BetaToAlpha.convert(result)
        var lost = ConversionRecord(version: v1alpha1)
        // A record may have brought back what the text says, and the text alone would not have.
        if (try? CollectorConfig(result[path: "spec", "config"] ?? .null).isEmpty) == true {
            lost.unreadable = plain.config?.problem
        }
        lost.changes = ConversionRecord.Change.all(from: shown, to: written)
        if let config = result[path: "spec", "config"],
            let index = lost.changes.firstIndex(where: { $0.path == ConversionRecord.configPath })
        {
            // What the text is about is told by the configuration itself, which others may look at without us.
            lost.changes[index].was = ConversionRecord.digest(of: config)
        }
        lost.erased = (record?.leftOut ?? []).filter { $0.hasPrefix(ConversionRecord.everything) }
        // A text that can be read says no more than the configuration does: comments.
        return try Annotated.adding(lost, to: result, isConfigExpendable: lost.unreadable == nil)
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

        let shown = try AlphaToBeta.convert(result)
        var lost = ConversionRecord(
            version: v1beta1, changes: ConversionRecord.Change.all(from: shown.resource, to: written))
        var isConfigExpendable = false
        if let read = shown.config, let config = written[path: "spec", "config"] {
            let isEqual = !lost.changes.contains { $0.path == ConversionRecord.configPath }
            if isEqual, ConfigText.write(read.value) != ConfigText.write(config) {
                // Equal and yet not written alike: -0.
                lost.changes.append(
                    .init(
                        path: ConversionRecord.configPath, was: ConversionRecord.digest(of: read.value), value: config))
            }
            isConfigExpendable =
                isEqual || (read.problem == nil && ConfigMeaning.isDefault(config, of: read.value))
        }
        return try Annotated.adding(lost, to: result, isConfigExpendable: isConfigExpendable)
    }

    /// What v1alpha1 could not show of a resource, as far as its client left its surroundings alone.
    private static func restored(
        _ record: ConversionRecord, of alpha: JSONValue, in plain: AlphaToBeta.Result
    ) -> JSONValue {
        let result = Restoring(written: alpha, plain: plain.resource, back: BetaToAlpha.convert).restored(record)
        guard let read = plain.config,
            let change = record.changes.first(where: { $0.path == ConversionRecord.configPath }),
            change.was == ConversionRecord.digest(of: read.value),
            ConfigMeaning.config(change.value, mayStandFor: alpha[path: "spec", "config"], read)
        else { return result }
        return result.settingConfig(change.value)
    }

    /// What a v1alpha1 client once wrote, as far as it still says what `beta` says.
    private static func restored(_ record: ConversionRecord, of beta: JSONValue, in plain: JSONValue) -> JSONValue {
        let result = Restoring(written: beta, plain: plain) { try? AlphaToBeta.convert($0).resource }.restored(record)
        guard let config = beta[path: "spec", "config"], record.keepsText(of: config),
            let change = record.changes.first(where: { $0.path == ConversionRecord.configPath }),
            ConfigMeaning.text(change.value, mayStandFor: config, isMarked: record.unreadable != nil)
        else { return result }
        return result.settingConfig(change.value)
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
