import Document
import KubeModel
import OperatorAPI

/// What in an Instrumentation would make the API server refuse every pod that is injected with it: the pod would not be
/// created at all, and nobody would look for the reason in the Instrumentation. So it is not injected, and told.
///
/// Source: the validation of pods in the Kubernetes API server.
enum PodAcceptance {
    /// - Parameter system: `spec.os.name` of the pod, `nil` when it does not say.
    static func fault(_ request: LanguageRequest, images: DefaultImages, system: String?) -> FieldError? {
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
            // It would copy the image's root into a folder below that root, until the volume is full.
            if let index = spec.javaExtensions.firstIndex(where: { $0.directory.isEmpty }) {
                return FieldError(path: "\(path).extensions[\(index)].dir", value: .string(""), expected: "a folder")
            }
        }
        let resources = request.language == .java ? "resources" : "resourceRequirements"
        return fault(section.environment, "\(path).env")
            ?? fault(directives: spec, of: request.language, path)
            ?? fault(resources: section.resources, "\(path).\(resources)")
            ?? fault(volume: section, of: request.language, path)
            ?? (request.language == .go
                ? fault(securityContext: spec.goSecurityContext, system, "\(path).securityContext")
                : fault(
                    securityContext: spec.initContainerSecurityContext, system, "spec.initContainerSecurityContext"))
    }

    private static func fault(_ environment: [EnvironmentVariable], _ path: String) -> FieldError? {
        for (index, variable) in environment.enumerated() {
            let isName = variable.name.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
            if variable.name.isEmpty || !isName {
                return FieldError(
                    path: "\(path)[\(index)].name", value: .string(variable.name),
                    expected: "a name of printable ASCII without '='")
            }
            if let source = variable.json["valueFrom"]?.objectValue,
                source.members.count(where: { !$0.value.isNull }) != 1
            {
                return FieldError(
                    path: "\(path)[\(index)].valueFrom", value: .string(variable.name), expected: "one source")
            }
            if variable.hasSource, !(variable.value ?? "").isEmpty {
                return FieldError(
                    path: "\(path)[\(index)].valueFrom", value: .string(variable.name),
                    expected: "either value or valueFrom")
            }
        }
        return nil
    }

    /// A directive without a name would keep the web server from starting.
    private static func fault(
        directives spec: InstrumentationSpec, of language: Language, _ path: String
    ) -> FieldError? {
        let attributes: [EnvironmentVariable]
        switch language {
        case .apacheHttpd: attributes = spec.apacheHttpdServer.attributes
        case .nginx: attributes = spec.nginxServer.attributes
        default: return nil
        }
        return attributes.firstIndex { $0.name.isEmpty }.map {
            FieldError(path: "\(path).attrs[\($0)].name", value: .string(""), expected: "the name of a directive")
        }
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

    private static func fault(volume section: AgentSection, of language: Language, _ path: String) -> FieldError? {
        // Neither has a volume that these settings are for.
        if language == .go || language == .nginx { return nil }
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
            // The configuration of Apache HTTPD has a volume with a limit beside the claim.
            if language != .apacheHttpd { return nil }
        }
        if let size = section.volumeLimitSize, quantity(size).map({ $0.value < 0 }) ?? true {
            return FieldError(
                path: "\(path).volumeLimitSize", value: size, expected: "a quantity, 0 or more")
        }
        return nil
    }

    /// What is wrong with it alone, or for the system that the pod says it is for.
    private static func fault(securityContext: JSONValue?, _ system: String?, _ path: String) -> FieldError? {
        guard let context = securityContext?.objectValue else { return nil }
        if context["allowPrivilegeEscalation"]?.boolValue == false {
            let gains =
                context["privileged"]?.boolValue == true
                || (context["capabilities"]?["add"]?.arrayValue ?? []).contains("CAP_SYS_ADMIN")
            if gains {
                return FieldError(
                    path: "\(path).allowPrivilegeEscalation", value: false,
                    expected: "true for a container that is privileged or has CAP_SYS_ADMIN")
            }
        }
        let foreign: Set<String>
        switch system {
        case "windows": foreign = linuxSettings
        case "linux": foreign = ["windowsOptions"]
        default: return nil
        }
        guard let member = context.members.first(where: { foreign.contains($0.key) && !$0.value.isNull }) else {
            return nil
        }
        return FieldError(
            path: "\(path).\(member.key)", value: member.value, expected: "nothing in a pod for \(system ?? "it")")
    }

    private static let linuxSettings: Set<String> = [
        "allowPrivilegeEscalation", "appArmorProfile", "capabilities", "privileged", "procMount",
        "readOnlyRootFilesystem", "runAsGroup", "runAsUser", "seLinuxOptions", "seccompProfile",
    ]

    private static func quantity(_ json: JSONValue) -> Quantity? {
        switch json {
        case .string(let text): Quantity(text)
        case .number: Quantity(json.serializedString())
        default: nil
        }
    }
}
