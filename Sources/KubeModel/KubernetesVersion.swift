public import Document

/// The version of an API server, as far as features depend on it.
public struct KubernetesVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
    public var major: Int
    public var minor: Int

    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads the answer of `/version`; `nil` when it is something else. Some providers write `29+` for the minor version.
    ///
    /// Source: Kubernetes, `k8s.io/apimachinery/pkg/version`.
    public init?(_ json: JSONValue) {
        guard let major = Self.number(json["major"]), let minor = Self.number(json["minor"]) else { return nil }
        self.init(major: major, minor: minor)
    }

    /// Reads `1.33`, `v1.33` and `1.33.2`; `nil` for something else.
    public init?(text: String) {
        let parts = (text.hasPrefix("v") ? text.dropFirst() : text[...]).split(
            separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), !text.contains("-"), let major = Int(parts[0]), let minor = Int(parts[1])
        else { return nil }
        self.init(major: major, minor: minor)
    }

    private static func number(_ value: JSONValue?) -> Int? {
        Int((value?.stringValue ?? "").prefix { ("0"..."9").contains($0) })
    }

    public static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    public var description: String { "\(major).\(minor)" }
}

extension KubernetesVersion {
    /// From 1.29 on, init containers that restart run beside the others: native sidecars.
    ///
    /// Source: Kubernetes, "Sidecar Containers".
    public var hasNativeSidecars: Bool { self >= KubernetesVersion(major: 1, minor: 29) }
}
