/// Why manifests could not be read. The text names the file, and of its content at most a key: manifests hold Secrets.
public struct ManifestError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where it is, as compilers write it: `app.yaml:12`. `nil` where the message says it.
    public var place: String?
    public var message: String

    public init(_ message: String, at place: String) {
        self.message = message
        self.place = place
    }

    public init(description: String) { message = description }

    /// With the place.
    public var description: String { place.map { "\($0): \(message)" } ?? message }
}
