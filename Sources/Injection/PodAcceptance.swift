import Document
import KubeModel
import OperatorAPI

/// What in an Instrumentation would make the API server refuse every pod that is injected with it: the pod would not be
/// created at all, and nobody would look for the reason in the Instrumentation. So it is not injected, and told.
///
/// Source: the validation of pods in the Kubernetes API server.
enum PodAcceptance {
    static func fault(_ request: LanguageRequest, images: DefaultImages) -> FieldError? {
        let spec = request.instrumentation.spec
        if !["", "Always", "IfNotPresent", "Never"].contains(spec.imagePullPolicy) {
            return FieldError(
                path: "spec.imagePullPolicy", value: .string(spec.imagePullPolicy),
                expected: "Always, IfNotPresent or Never")
        }
        if let fault = fault(spec.environment, "spec.env") ?? fault(spec.exporter.tls) { return fault }
        guard let name = request.language.section else { return nil }
        let section = request.section(images)
        let path = "spec.\(name)"
        if section.image.isEmpty || section.image.contains(where: \.isWhitespace) {
            return FieldError(path: "\(path).image", value: .string(section.image), expected: "an image")
        }
        if request.language == .java {
            for (index, item) in spec.javaExtensions.enumerated()
            where item.image.isEmpty || item.image.contains(where: \.isWhitespace) {
                return FieldError(
                    path: "\(path).extensions[\(index)].image", value: .string(item.image), expected: "an image")
            }
        }
        let resources = request.language == .java ? "resources" : "resourceRequirements"
        return fault(section.environment, "\(path).env")
            ?? fault(resources: section.resources, "\(path).\(resources)")
            ?? fault(volume: section, path)
    }

    private static func fault(_ environment: [EnvironmentVariable], _ path: String) -> FieldError? {
        for (index, variable) in environment.enumerated() {
            if variable.name.isEmpty || variable.name.utf8.contains(UInt8(ascii: "=")) {
                return FieldError(
                    path: "\(path)[\(index)].name", value: .string(variable.name), expected: "a name without '='")
            }
            if variable.hasSource, !(variable.value ?? "").isEmpty {
                return FieldError(
                    path: "\(path)[\(index)].valueFrom", value: .string(variable.name),
                    expected: "either value or valueFrom")
            }
        }
        return nil
    }

    private static func fault(_ tls: InstrumentationSpec.TLS?) -> FieldError? {
        guard let tls else { return nil }
        for (member, name) in [("secretName", tls.secretName), ("configMapName", tls.configMapName)]
        where !name.isEmpty && !isObjectName(name) {
            return FieldError(
                path: "spec.exporter.tls.\(member)", value: .string(name),
                expected: "the name of an object: lower-case letters, digits, '-' and '.'")
        }
        return nil
    }

    private static func isObjectName(_ name: String) -> Bool {
        name.utf8.count <= 253
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                guard let first = label.utf8.first, let last = label.utf8.last else { return false }
                let dash = UInt8(ascii: "-")
                return first != dash && last != dash
                    && label.utf8.allSatisfy {
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == dash
                    }
            }
    }

    /// Limits that the user set and requests that were defaulted may not fit together.
    private static func fault(resources: JSONValue?, _ path: String) -> FieldError? {
        for request in resources?["requests"]?.objectValue ?? [:] {
            guard let limit = resources?["limits"]?[request.key], let most = quantity(limit),
                let wanted = quantity(request.value), wanted.value > most.value
            else { continue }
            return FieldError(
                path: "\(path).requests.\(request.key)", value: request.value,
                expected: "no more than the limit, which is \(limit.stringValue ?? limit.serializedString())")
        }
        return nil
    }

    private static func fault(volume section: AgentSection, _ path: String) -> FieldError? {
        if let template = section.claimTemplate {
            let claim = template["spec"]
            if claim?["accessModes"]?.arrayValue?.isEmpty ?? true {
                return FieldError(
                    path: "\(path).volumeClaimTemplate.spec.accessModes", value: "missing", expected: "an access mode")
            }
            if claim?["resources"]?["requests"]?["storage"] == nil {
                return FieldError(
                    path: "\(path).volumeClaimTemplate.spec.resources.requests.storage", value: "missing",
                    expected: "a quantity")
            }
        } else if let size = section.volumeLimitSize, quantity(size).map({ $0.value < 0 }) ?? true {
            return FieldError(
                path: "\(path).volumeLimitSize", value: size, expected: "a quantity, 0 or more")
        }
        return nil
    }

    private static func quantity(_ json: JSONValue) -> Quantity? {
        switch json {
        case .string(let text): Quantity(text)
        case .number: Quantity(json.serializedString())
        default: nil
        }
    }
}
