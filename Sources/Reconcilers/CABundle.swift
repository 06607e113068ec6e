import Document
import KubeModel
import ServingCertificate

/// The `caBundle`s of a webhook configuration, or of a CustomResourceDefinition with a conversion webhook: which
/// authorities kube-apiserver trusts when it calls each webhook.
enum CABundle {
    /// A webhook's `clientConfig`, and a value beside it that tells whether it still is that webhook's.
    private struct Place {
        var clientConfig: JSONValue?
        var path: String
        var guardPath: String
        var guardValue: JSONValue
    }

    /// The operations that put the authorities into every webhook that lacks them; none when all have them.
    ///
    /// Each is guarded by a test of the webhook's name, since the list may have changed in between; a conversion's by its
    /// strategy. An annotation that asks cert-manager to write the bundle (the reference's manifests have one) is taken
    /// away: two writers would never agree.
    static func patch(_ configuration: KubeObject, authorities: String) -> [JSONValue] {
        let bundle = JSONValue.string(Base64.encodedString(Array(authorities.utf8)))
        let annotations = configuration.annotations.keys.filter { $0.hasPrefix("cert-manager.io/inject-") }.sorted()
            .map {
                ["op": "remove", "path": .string("\(JSONPointer(tokens: ["metadata", "annotations", $0]))")]
                    as JSONValue
            }
        return annotations
            + places(in: configuration).flatMap { place -> [JSONValue] in
                guard place.clientConfig?["caBundle"] != bundle else { return [] }
                return [
                    ["op": "test", "path": .string(place.guardPath), "value": place.guardValue],
                    ["op": "add", "path": .string("\(place.path)/caBundle"), "value": bundle],
                ]
            }
    }

    private static func places(in configuration: KubeObject) -> [Place] {
        let conversion = configuration["spec"]?["conversion"]
        if conversion?["strategy"] == "Webhook", let webhook = conversion?["webhook"], webhook["clientConfig"] != nil {
            return [
                Place(
                    clientConfig: webhook["clientConfig"], path: "/spec/conversion/webhook/clientConfig",
                    guardPath: "/spec/conversion/strategy", guardValue: "Webhook")
            ]
        }
        let webhooks = configuration["webhooks"]?.arrayValue ?? []
        return webhooks.enumerated().compactMap { index, webhook in
            guard let name = webhook["name"] else { return nil }
            return Place(
                clientConfig: webhook["clientConfig"], path: "/webhooks/\(index)/clientConfig",
                guardPath: "/webhooks/\(index)/name", guardValue: name)
        }
    }

    /// The fingerprints of the authorities that every webhook of every configuration trusts; `nil` when there is no
    /// webhook that could trust any.
    static func fingerprintsInAll(_ configurations: [KubeObject]) -> Set<String>? {
        let bundles = configurations.flatMap(places(in:))
            .map { fingerprints($0.clientConfig?["caBundle"]?.stringValue ?? "") }
        guard let first = bundles.first else { return nil }
        return bundles.dropFirst().reduce(first) { $0.intersection($1) }
    }

    private static func fingerprints(_ bundle: String) -> Set<String> {
        guard let bytes = Base64.decode(bundle.utf8) else { return [] }
        let certificates = (try? PEMBundle.certificates(String(decoding: bytes, as: UTF8.self))) ?? []
        return Set(certificates.map(\.fingerprint))
    }
}
