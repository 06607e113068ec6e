import OperatorAPI

/// The labels of everything that is made for a collector.
///
/// Source: opentelemetry-operator v0.158, "manifestutils"; Kubernetes, "Recommended Labels".
struct Labels: Sendable {
    let collector: OpenTelemetryCollector
    let filter: KeyFilter

    static let managedBy = "app.kubernetes.io/managed-by"
    static let instance = "app.kubernetes.io/instance"
    static let partOf = "app.kubernetes.io/part-of"
    static let component = "app.kubernetes.io/component"
    static let version = "app.kubernetes.io/version"
    static let name = "app.kubernetes.io/name"
    static let serviceType = "operator.opentelemetry.io/collector-service-type"
    static let headless = "operator.opentelemetry.io/collector-headless-service"
    static let monitoring = "operator.opentelemetry.io/collector-monitoring-service"

    /// What selects the collector's pods. It can never change, as a Deployment's selector cannot.
    var selector: [String: String] {
        [
            Self.managedBy: "opentelemetry-operator",
            Self.instance: Self.instance(namespace: collector.namespace, name: collector.name),
            Self.partOf: "opentelemetry",
            Self.component: "opentelemetry-collector",
        ]
    }

    /// Names the collector. Cut when too long: not every collector has a value of its own.
    static func instance(namespace: String, name: String) -> String {
        TruncatedName.joined(.variable(namespace), .fixed("."), .variable(name))
    }

    /// The labels of an object of that name, with those of the collector.
    func standard(_ name: String, filtered: Bool) -> [String: String] {
        var labels = filtered ? filter.remaining(collector.labels) : collector.labels
        labels.merge(selector) { $1 }
        labels[Self.version] = Self.version(of: collector.spec.image)
        if labels[Self.name] == nil { labels[Self.name] = name }
        return labels
    }

    /// The labels of an object of that name, with nothing in them that the collector's author chose.
    func own(_ name: String) -> [String: String] {
        selector.merging([Self.version: Self.version(of: collector.spec.image), Self.name: name]) { $1 }
    }

    /// The version in an image's name, as the reference finds it by counting colons: the label stands in the pods'
    /// template, so another value would roll them. Where that value is none that Kubernetes accepts, and so no such
    /// pods exist, it is the tag.
    static func version(of image: String) -> String {
        let parts = image.split(separator: ":", omittingEmptySubsequences: false)
        let counted: String
        switch parts.count {
        case 2: counted = String(parts[1])
        case 3:
            let tag = parts.first { $0.hasSuffix("@sha256") }
            counted = tag.map { String($0.dropLast("@sha256".count)) } ?? ""
        default: counted = "latest"
        }
        let value = TruncatedName.joined(.variable(counted))
        if isValidValue(value) { return value }
        let tag = TruncatedName.joined(.variable(ImageReference(image)?.tag ?? "latest"))
        return isValidValue(tag) ? tag : "latest"
    }

    /// Source: Kubernetes, "Labels and Selectors", syntax and character set.
    static func isValidValue(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last else { return true }
        let isAlphanumeric = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return bytes.count <= 63 && isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }
}
