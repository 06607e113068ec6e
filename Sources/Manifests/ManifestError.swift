/// Why manifests could not be read. The text names the file, and of its content at most a key: manifests hold Secrets.
public struct ManifestError: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String

    public init(description: String) { self.description = description }
}
