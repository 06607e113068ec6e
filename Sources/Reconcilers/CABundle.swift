import Document
import KubeModel
import ServingCertificate

/// The `caBundle`s of a webhook configuration: which authorities kube-apiserver trusts when it calls each webhook.
enum CABundle {
    /// The operations that put the authorities into every webhook that lacks them; none when all have them.
    ///
    /// Each is guarded by a test of the webhook's name, since the list may have changed in between. An annotation that asks
    /// cert-manager to write the bundle (the reference's manifests have one) is taken away: two writers would never agree.
    static func patch(_ configuration: KubeObject, authorities: String) -> [JSONValue] {
        let bundle = JSONValue.string(Base64.encodedString(Array(authorities.utf8)))
        let webhooks = configuration["webhooks"]?.arrayValue ?? []
        let annotations = configuration.annotations.keys.filter { $0.hasPrefix("cert-manager.io/inject-") }.sorted()
            .map {
                ["op": "remove", "path": .string("\(JSONPointer(tokens: ["metadata", "annotations", $0]))")]
                    as JSONValue
            }
        return annotations
            + webhooks.enumerated().flatMap { index, webhook -> [JSONValue] in
                guard webhook[path: "clientConfig", "caBundle"] != bundle, let name = webhook["name"] else { return [] }
                return [
                    ["op": "test", "path": "/webhooks/\(index)/name", "value": name],
                    ["op": "add", "path": "/webhooks/\(index)/clientConfig/caBundle", "value": bundle],
                ]
            }
    }

    /// The fingerprints of the authorities that every webhook of every configuration trusts; `nil` when there is no
    /// webhook that could trust any.
    static func fingerprintsInAll(_ configurations: [KubeObject]) -> Set<String>? {
        let bundles = configurations.flatMap { $0["webhooks"]?.arrayValue ?? [] }
            .map { fingerprints($0[path: "clientConfig", "caBundle"]?.stringValue ?? "") }
        guard let first = bundles.first else { return nil }
        return bundles.dropFirst().reduce(first) { $0.intersection($1) }
    }

    private static func fingerprints(_ bundle: String) -> Set<String> {
        guard let bytes = Base64.decode(bundle.utf8) else { return [] }
        let certificates = (try? PEMBundle.certificates(String(decoding: bytes, as: UTF8.self))) ?? []
        return Set(certificates.map(\.fingerprint))
    }
}
