import Document
import KubeModel
import Manifests
import Rendering

/// What became of the collectors of manifests.
struct RenderReport {
    /// In the order of the manifests.
    var collectors: [RenderedCollector] = []
    /// All objects that are no collectors, as they were.
    var others: [JSONValue] = []

    /// Whether one is such that the API server or the operator would not take it.
    var hasRejections: Bool { collectors.contains { $0.isRejected } }

    /// The objects in the order in which they are to be applied.
    var objects: [RenderedObject] { collectors.flatMap(\.objects) }

    /// A line for each remark, with its place, and one that counts.
    func text(namespace: String, isNamespaceNamed: Bool) -> String {
        var lines: [String] = []
        for collector in collectors {
            for remark in collector.remarks {
                lines.append(
                    "\(collector.place(remark.text)): \(remark.severity.rawValue): OpenTelemetryCollector "
                        + "\(collector.key): \(remark.text)")
            }
            if collector.isNamespaceAssumed, !isNamespaceNamed {
                lines.append(
                    "\(collector.place("")): warning: OpenTelemetryCollector \(collector.key.name) names no namespace; "
                        + "rendered for namespace \"\(namespace)\", say --namespace for another")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    func summary(areOthersKept: Bool) -> String {
        let rendered = collectors.count { !$0.isRejected }
        var text =
            "rendered \(rendered) of \(collectors.count) collector\(collectors.count == 1 ? "" : "s")"
            + ", \(objects.count) object\(objects.count == 1 ? "" : "s")"
        if !others.isEmpty {
            text +=
                areOthersKept
                ? "; \(others.count) other object\(others.count == 1 ? "" : "s") passed on"
                : "; \(others.count) other object\(others.count == 1 ? "" : "s") left out (see --keep-others)"
        }
        return text + "\n"
    }
}

/// What became of one collector.
struct RenderedCollector {
    struct Remark: Equatable {
        enum Severity: String {
            case note, warning
            /// The collector is rejected.
            case error
        }

        var severity: Severity
        var text: String

        init(_ severity: Severity, _ text: String) {
            self.severity = severity
            self.text = text
        }
    }

    var key: ObjectKey
    /// Whether the manifest does not name the namespace itself.
    var isNamespaceAssumed = false
    var remarks: [Remark] = []
    var objects: [RenderedObject] = []
    /// Where in the files that is what a remark says, or the collector.
    var place: (String) -> String = { _ in Manifest.standardInput }

    init(key: ObjectKey, isNamespaceAssumed: Bool) {
        self.key = key
        self.isNamespaceAssumed = isNamespaceAssumed
    }

    var isRejected: Bool { remarks.contains { $0.severity == .error } }

    /// Adds a remark, unless it has been made already: validation and rendering say some things both.
    mutating func add(_ remark: Remark) {
        if remarks.contains(where: { $0.text == remark.text }) { return }
        remarks.append(remark)
    }

    mutating func add(_ finding: Rendering.Finding) {
        switch finding.severity {
        case .information: add(Remark(.note, finding.message))
        case .warning: add(Remark(.warning, finding.message))
        case .error: add(Remark(.error, finding.message))
        }
    }
}
