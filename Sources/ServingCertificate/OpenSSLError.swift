import COpenSSL

/// What OpenSSL said about a failed call: its error queue, emptied.
///
/// The texts are OpenSSL's own reasons ("certificate verify failed"); they never hold key material.
public struct OpenSSLError: Error, Equatable, Sendable, CustomStringConvertible {
    public struct Entry: Equatable, Sendable {
        /// The number of OpenSSL's library and of the reason in it, as in `ERR_GET_LIB` and `ERR_GET_REASON`.
        public var library: Int
        public var reason: Int
        public var text: String
    }

    /// What was tried, completing "could not …".
    public var operation: String
    /// Oldest first. Empty when OpenSSL gave no reason.
    public var entries: [Entry]

    public init(operation: String, entries: [Entry]) {
        self.operation = operation
        self.entries = entries
    }

    public var description: String {
        let reasons = entries.map(\.text).joined(separator: "; ")
        return reasons.isEmpty ? "could not \(operation)" : "could not \(operation): \(reasons)"
    }

    /// Takes this thread's error queue, so that a later call does not find old errors in it.
    package static func drain(_ operation: String) -> OpenSSLError {
        var entries: [Entry] = []
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            let reason = ERR_reason_error_string(code).map { String(cString: $0) }
            entries.append(
                Entry(
                    library: Int(shim_ERR_GET_LIB(code)), reason: Int(shim_ERR_GET_REASON(code)),
                    text: reason ?? "OpenSSL error \(String(code, radix: 16))"))
        }
        return OpenSSLError(operation: operation, entries: entries)
    }
}
