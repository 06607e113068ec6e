import Document
import KubeModel

/// What an exec plugin printed.
///
/// Source: Kubernetes "client-go credential plugins", API `client.authentication.k8s.io` v1 and v1beta1.
struct ExecCredential: Sendable, Equatable {
    var token: String?
    var identity: TransportSecurity.Identity?
    /// `nil` means until the server refuses it.
    var validFor: Duration?

    /// - Throws: ``KubeError/configuration(_:)`` without any part of the output, which may hold a token.
    init(output: [UInt8], apiVersion: String, now: Timestamp) throws(KubeError) {
        guard let json = try? JSONValue(parsing: output) else {
            throw .configuration("its output is no JSON")
        }
        guard json["kind"]?.stringValue == "ExecCredential" else {
            throw .configuration("its output is no ExecCredential")
        }
        let answered = json["apiVersion"]?.stringValue ?? ""
        guard answered == apiVersion else {
            throw .configuration("it answered in version \"\(answered)\" instead of \"\(apiVersion)\"")
        }
        guard let status = json["status"], !status.isNull else { throw .configuration("it gave no status") }

        if let token = status["token"]?.stringValue, !token.isEmpty { self.token = token }
        let certificate = status["clientCertificateData"]?.stringValue ?? ""
        let key = status["clientKeyData"]?.stringValue ?? ""
        guard certificate.isEmpty == key.isEmpty else {
            throw .configuration("it gave only one of client certificate and key")
        }
        if !certificate.isEmpty {
            // Plain PEM here, not Base64 as in a kubeconfig.
            identity = .init(certificate: .bytes(Array(certificate.utf8)), key: .bytes(Array(key.utf8)))
        }
        guard token != nil || identity != nil else { throw .configuration("it gave neither a token nor a certificate") }

        if let text = status["expirationTimestamp"]?.stringValue {
            guard let expiry = Timestamp(rfc3339: text) else {
                throw .configuration("its expirationTimestamp is no RFC 3339 time")
            }
            // A little early, so that a request does not travel with a credential that expires on the way.
            validFor = .seconds(max(0, expiry.seconds - now.seconds - 10))
        }
    }
}
