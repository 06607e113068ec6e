/// The agent images that an Instrumentation gets when it names none.
///
/// Source: the tested versions of opentelemetry-operator 0.158.
public struct DefaultImages: Equatable, Sendable {
    public var java: String
    public var nodejs: String
    public var python: String
    public var dotnet: String
    public var go: String
    public var apacheHttpd: String
    public var nginx: String

    public static let repository = "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-"

    public init(
        java: String = repository + "java:2.30.0",
        nodejs: String = repository + "nodejs:0.78.0",
        python: String = repository + "python:0.64b0",
        dotnet: String = repository + "dotnet:1.16.0",
        go: String = "ghcr.io/open-telemetry/opentelemetry-go-instrumentation/autoinstrumentation-go:v0.24.0",
        apacheHttpd: String = repository + "apache-httpd:1.0.4",
        // The module for nginx is in the same image.
        nginx: String = repository + "apache-httpd:1.0.4"
    ) {
        self.java = java
        self.nodejs = nodejs
        self.python = python
        self.dotnet = dotnet
        self.go = go
        self.apacheHttpd = apacheHttpd
        self.nginx = nginx
    }

    /// `nil` for the SDK, which has no agent; setting that does nothing.
    public subscript(language: Language) -> String? {
        get {
            switch language {
            case .java: java
            case .nodejs: nodejs
            case .python: python
            case .dotnet: dotnet
            case .go: go
            case .apacheHttpd: apacheHttpd
            case .nginx: nginx
            case .sdk: nil
            }
        }
        set {
            guard let newValue else { return }
            switch language {
            case .java: java = newValue
            case .nodejs: nodejs = newValue
            case .python: python = newValue
            case .dotnet: dotnet = newValue
            case .go: go = newValue
            case .apacheHttpd: apacheHttpd = newValue
            case .nginx: nginx = newValue
            case .sdk: break
            }
        }
    }
}
