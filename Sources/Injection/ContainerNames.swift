import Document
import OperatorAPI

/// The lists of containers in annotations.
enum ContainerNames {
    /// The names of a comma list; `nil` when it has a character that no container's name has. Empty pieces stay, as
    /// the reference keeps them; they match no container.
    static func parse(_ value: String) -> [String]? {
        if value.isEmpty { return [] }
        let isValid = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: ","):
                true
            default: false
            }
        }
        return isValid ? value.split(separator: ",", omittingEmptySubsequences: false).map(String.init) : nil
    }

    /// Names that occur more than once, sorted.
    static func duplicates(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        var twice: Set<String> = []
        for name in names where !name.isEmpty && !seen.insert(name).inserted { twice.insert(name) }
        return twice.sorted()
    }
}

extension PodDraft {
    /// The containers of a language in the order in which they are processed: init containers as the pod has them, then
    /// containers as the list names them. Without a list, the pod's first container.
    ///
    /// A name listed twice counts once. Names that the pod does not have come back apart.
    func targets(_ names: [String]) -> (places: [ContainerPlace], unknown: [String]) {
        if names.isEmpty { return (containers.isEmpty ? [] : [.container(0)], []) }
        let indices = Dictionary(
            containers.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let initNames = Set(initContainers.map(\.name))
        var named: [ContainerPlace] = []
        var asked: Set<String> = []
        var unknown: [String] = []
        var seen: Set<String> = []
        for name in names where seen.insert(name).inserted {
            if let index = indices[name] {
                named.append(.container(index))
            } else if initNames.contains(name) {
                asked.insert(name)
            } else if !name.isEmpty {
                unknown.append(name)
            }
        }
        var first: [ContainerPlace] = []
        for (index, container) in initContainers.enumerated() where asked.remove(container.name) != nil {
            first.append(.initContainer(index))
        }
        return (first + named, unknown)
    }

    private static let agents: Set<String> = [
        "opentelemetry-auto-instrumentation-java", "opentelemetry-auto-instrumentation-nodejs",
        "opentelemetry-auto-instrumentation-python", "opentelemetry-auto-instrumentation-dotnet",
        "otel-agent-attach-apache", "otel-agent-source-container-clone",
    ]

    /// What shows that the pod went through injection before, `nil` when nothing does.
    ///
    /// The variable counts in any container but the collector's sidecar, which has it of its own.
    ///
    /// Our record tells it too where nothing else does: when only init containers got the SDK's variables, or the pod is
    /// bound to a node already.
    var signOfInstrumentation: String? {
        if let agent = initContainers.first(where: { Self.agents.contains($0.name) }) {
            return "the init container \(agent.name)"
        }
        for container in containers {
            if container.name == "opentelemetry-auto-instrumentation" { return "the container \(container.name)" }
            guard container.name != CollectorSidecar.containerName else { continue }
            for entry in container.json["env"]?.arrayValue ?? []
            where entry["name"]?.stringValue == ResourceVariable.nodeName {
                return "the variable \(ResourceVariable.nodeName) in container \(container.name)"
            }
        }
        let record = original["metadata"]?["annotations"]?[AnnotationKey.injected]?.stringValue ?? ""
        return InjectionRecord(parsing: record).entries.isEmpty ? nil : "the annotation \(AnnotationKey.injected)"
    }
}
