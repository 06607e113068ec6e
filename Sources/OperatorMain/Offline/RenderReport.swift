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

    /// The objects in the order in which they are to be applied; none of collectors that are rejected.
    var objects: [RenderedObject] { collectors.filter { !$0.isRejected }.flatMap(\.objects) }

    /// A line for each remark, with its place, and one that counts.
    func text(namespace: String, isNamespaceNamed: Bool) -> String {
        var lines: [String] = []
        for collector in collectors {
            for remark in collector.remarks {
                lines.append(
                    "\(collector.place(remark)): \(remark.severity.rawValue): OpenTelemetryCollector "
                        + "\(collector.key): \(remark.text)")
            }
            if collector.isNamespaceAssumed, !isNamespaceNamed {
                lines.append(
                    "\(collector.place(.init(.warning, ""))): warning: OpenTelemetryCollector \(collector.key.name) names no namespace; "
                        + "rendered for namespace \"\(namespace)\", say --namespace for another")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    func summary(areOthersKept: Bool) -> String {
        let accepted = collectors.filter { !$0.isRejected }
        let objects = accepted.reduce(0) { $0 + $1.objects.count }
        var text =
            "rendered \(accepted.count) of \(collectors.count) collector\(collectors.count == 1 ? "" : "s")"
            + ", \(objects) object\(objects == 1 ? "" : "s")"
        if hasRejections {
            text += "; nothing written"
        } else if !others.isEmpty {
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
        /// The path of the field that it is about. Without it, the place is that of the path in the text.
        var field: String?
        /// Of the text that the field holds, counted from 1.
        var line: Int?

        init(_ severity: Severity, _ text: String, field: String? = nil, line: Int? = nil) {
            self.severity = severity
            self.text = text
            self.field = field
            self.line = line
        }
    }

    var key: ObjectKey
    /// Whether the manifest does not name the namespace itself.
    var isNamespaceAssumed = false
    var remarks: [Remark] = []
    var objects: [RenderedObject] = []
    /// Where in the files that is what a remark says, or the collector.
    var place: (Remark) -> String = { _ in Manifest.standardInput }

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
