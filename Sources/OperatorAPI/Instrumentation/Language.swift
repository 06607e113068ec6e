/// What can be injected into a pod, in the order in which it is injected. The raw value is the identifier in
/// annotations, statuses and metrics.
public enum Language: String, CaseIterable, Sendable, Hashable {
    case java
    case nodejs
    case python
    case dotnet
    case go
    case apacheHttpd = "apache-httpd"
    case nginx
    /// The common environment alone, for applications that carry their own SDK.
    case sdk

    /// For people.
    public var displayName: String {
        switch self {
        case .java: "Java"
        case .nodejs: "NodeJS"
        case .python: "Python"
        case .dotnet: ".NET"
        case .go: "Go"
        case .apacheHttpd: "Apache HTTPD"
        case .nginx: "Nginx"
        case .sdk: "SDK"
        }
    }

    /// The member of an Instrumentation's `spec` with its settings; the SDK has none.
    public var section: String? {
        switch self {
        case .apacheHttpd: "apacheHttpd"
        case .sdk: nil
        default: rawValue
        }
    }

    /// The languages that have a section, and so an agent with an image.
    public static let withAgent: [Language] = allCases.filter { $0.section != nil }
}
