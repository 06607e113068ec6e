import Glibc
import Rendering

/// What the process finds around it that is not a setting: who and where it is, and the proxies that it hands on.
struct ProcessEnvironment: Sendable {
    /// The namespace of the operator itself.
    var namespace: String
    /// The pod's name, or the host's outside a cluster.
    var podName: String
    /// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, as far as they are set; collectors get them.
    var proxies: ProxyEnvironment

    /// Whether the node's kernel demands FIPS 140 validated cryptography. One that does not let us know counts as demanding.
    ///
    /// Source: Linux, `/proc/sys/crypto/fips_enabled`; the reference asks the same file.
    var isFIPSDemanded: Bool

    private static let fipsFile = "/proc/sys/crypto/fips_enabled"
    private static let namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

    init() {
        namespace =
            Self.value(of: "NAMESPACE") ?? Self.line(ofFile: Self.namespaceFile) ?? "opentelemetry-operator-system"
        podName = Self.value(of: "POD_NAME") ?? Self.hostName
        proxies = ProxyEnvironment(
            http: Self.value(of: "HTTP_PROXY"), https: Self.value(of: "HTTPS_PROXY"),
            none: Self.value(of: "NO_PROXY"))
        isFIPSDemanded = access(Self.fipsFile, F_OK) == 0 && Self.line(ofFile: Self.fipsFile) != "0"
    }

    /// `nil` when the variable is not set; an empty one counts as set.
    static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Every variable, for exec credential plugins.
    static var all: [String: String] {
        var result: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return result
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func line(ofFile path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 512)
        guard fgets(&text, Int32(text.count), file) != nil else { return nil }
        let bytes = text.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
