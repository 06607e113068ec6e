/// Why a resource cannot be shown in the other version.
public enum ConversionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is no OpenTelemetryCollector of a version that this operator knows. The text says what it is.
    case otherResource(String)
    /// No version of OpenTelemetryCollector is called so.
    case unknownVersion(String)
    /// A field has a type that no version of the API allows there.
    case wrongType(field: String, found: String, expected: String)
    /// The configuration cannot be read, and its text is too long to be kept in an annotation.
    case unreadable(String, bytes: Int)

    /// Completes "could not convert …: ".
    public var description: String {
        switch self {
        case .otherResource(let found):
            "expected an OpenTelemetryCollector of opentelemetry.io/v1alpha1 or opentelemetry.io/v1beta1, found \(found)"
        case .unknownVersion(let version):
            "expected opentelemetry.io/v1alpha1 or opentelemetry.io/v1beta1 as the wanted version, found \"\(version)\""
        case .wrongType(let field, let found, let expected): "\(field) is \(found), expected \(expected)"
        case .unreadable(let problem, let bytes):
            "\(problem) (and its \(bytes) bytes are too many to be kept until it is corrected)"
        }
    }
}
