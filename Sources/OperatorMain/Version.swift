/// What this is a version of.
enum Version {
    static let current = "0.1.0"
    /// The opentelemetry-operator whose behaviour this one keeps.
    static let reference = "0.158.0"
}
