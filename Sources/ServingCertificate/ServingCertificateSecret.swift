public import Document

/// The Kubernetes Secret around a `ServingCertificateContent`.
///
/// Its type is `kubernetes.io/tls`, so that other tools recognise it; the authority stands in two more keys. It only
/// translates: reading, creating and updating the object is the caller's, with `resourceVersion` as the guard that two
/// replicas do not write over each other.
public enum ServingCertificateSecret {
    public static let type = "kubernetes.io/tls"

    enum Key {
        static let authorities = "ca.crt"
        static let authorityKey = "ca.key"
        static let certificate = "tls.crt"
        static let key = "tls.key"
    }

    /// The content of a Secret object, `nil` when it has no data. A value that is missing or not base64 comes out
    /// empty, which `RotationPolicy` then reports as unreadable and makes anew.
    public static func content(of secret: JSONValue) -> ServingCertificateContent? {
        guard let data = secret["data"]?.objectValue, !data.isEmpty else { return nil }
        func text(_ key: String) -> String {
            guard let encoded = data[key]?.stringValue, let bytes = Base64.decode(encoded.utf8) else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
        return ServingCertificateContent(
            authorities: text(Key.authorities), authorityKey: text(Key.authorityKey),
            certificate: text(Key.certificate), key: text(Key.key))
    }

    /// The Secret that holds this content.
    ///
    /// - Parameter current: the object to be updated; its metadata (`resourceVersion` with it), its type, which cannot
    ///   change, and other keys stay as they are.
    public static func object(
        name: String, namespace: String, labels: KeyValuePairs<String, String> = [:],
        content: ServingCertificateContent, updating current: JSONValue? = nil
    ) -> JSONValue {
        var secret =
            current ?? [
                "apiVersion": "v1", "kind": "Secret",
                "metadata": [
                    "name": .string(name), "namespace": .string(namespace),
                    "labels": .object(JSONObject(members: labels.map { .init(key: $0.key, value: .string($0.value)) })),
                ],
                "type": .string(type),
            ]
        var data = secret["data"] ?? .object([:])
        for (key, text) in [
            (Key.authorities, content.authorities), (Key.authorityKey, content.authorityKey),
            (Key.certificate, content.certificate), (Key.key, content.key),
        ] {
            data[key] = .string(Base64.encodedString(Array(text.utf8)))
        }
        secret["data"] = data
        return secret
    }
}
