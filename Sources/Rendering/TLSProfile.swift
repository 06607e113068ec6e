import Document

/// What TLS servers of collectors are to keep to where their configuration says nothing.
///
/// Source: OpenTelemetry Collector, "TLS Configuration Settings" (`configtls`).
public struct TLSProfile: Sendable, Equatable {
    /// `1.2` or `1.3`.
    public var minimumVersion: String
    /// By their IANA names; empty for the collector's own. TLS 1.3 has no choice of them.
    public var cipherSuites: [String]

    public init(minimumVersion: String, cipherSuites: [String] = []) {
        self.minimumVersion = minimumVersion
        self.cipherSuites = minimumVersion == "1.3" ? [] : cipherSuites
    }

    /// Completes the TLS settings at that path, if there are any.
    func complete(_ config: inout JSONValue, at path: ArraySlice<String>) {
        guard let key = path.first else {
            if config["min_version"].isUnset { config["min_version"] = .string(minimumVersion) }
            if config["cipher_suites"].isUnset, !cipherSuites.isEmpty {
                config["cipher_suites"] = .strings(cipherSuites)
            }
            return
        }
        guard var member = config[key], member.objectValue != nil else { return }
        complete(&member, at: path.dropFirst())
        config[key] = member
    }
}

extension Optional where Wrapped == JSONValue {
    fileprivate var isUnset: Bool {
        switch self {
        case nil, .null?, .string("")?: true
        default: false
        }
    }
}
