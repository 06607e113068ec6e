import COpenSSL
import Document
import OperatorAPI

/// The fingerprint of a configuration: it names the ConfigMap and, as an annotation of the pods, rolls them.
///
/// Source: opentelemetry-operator v0.158: the SHA-256 of the configuration's JSON.
struct ConfigHash: Equatable, Sendable {
    /// 64 hexadecimal digits.
    let text: String

    /// The part that stands in names.
    var short: String { String(text.prefix(8)) }

    init(_ config: CollectorConfig) throws(RenderingError) {
        text = try Self.sha256(GoJSON(config.ordered(nulls: true)).bytes)
    }

    static func sha256(_ bytes: [UInt8]) throws(RenderingError) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &digest, &length, shim_EVP_sha256(), nil) == 1, length == 32 else {
            throw .noDigest
        }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
