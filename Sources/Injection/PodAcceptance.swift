import Document
import KubeModel
import OperatorAPI

/// What in an Instrumentation would make the API server refuse every pod that is injected with it: the pod would not be
/// created at all, and nobody would look for the reason in the Instrumentation. So it is not injected, and told.
///
/// Source: the validation of pods in the Kubernetes API server.
enum PodAcceptance {
    static func fault(_ request: LanguageRequest, section: AgentSection, pod draft: PodDraft) -> FieldError? {
        let system = draft.system
        let spec = request.instrumentation.spec
        if let fault = ContainerRules.fault(spec.environment, "spec.env") ?? fault(spec.exporter.tls) { return fault }
        // The rest is for containers that are added.
        guard let name = request.language.section else { return nil }
        func path(_ member: String) -> String { "spec.\(name).\(member)" }
        if let fault = ContainerRules.fault(image: section.image, path("image"))
            ?? ContainerRules.fault(pullPolicy: spec.imagePullPolicy, "spec.imagePullPolicy")
        {
            return fault
        }
        if request.language == .java {
            for (index, item) in spec.javaExtensions.enumerated() {
                if let fault = ContainerRules.fault(image: item.image, path("extensions[\(index)].image")) {
                    return fault
                }
            }
            // It would copy the image's root into a folder below that root, until the volume is full.
            if let index = spec.javaExtensions.firstIndex(where: { $0.directory.isEmpty }) {
                return FieldError(path: path("extensions[\(index)].dir"), value: .string(""), expected: "a folder")
            }
        }
        let resources = request.language == .java ? "resources" : "resourceRequirements"
        return ContainerRules.fault(section.environment, path("env"))
            ?? fault(directives: spec, of: request.language, path)
            ?? ContainerRules.fault(resources: section.resources, path(resources))
            ?? ContainerRules.fault(
                resources: section.resources, within: draft.original["spec"]?["resources"], path(resources))
            ?? fault(volume: section, of: request.language, path)
            ?? (request.language == .go
                ? ContainerRules.fault(securityContext: spec.goSecurityContext, system, path("securityContext"))
                : ContainerRules.fault(
                    securityContext: spec.initContainerSecurityContext, system, "spec.initContainerSecurityContext"))
    }

    /// A directive without a name would keep the web server from starting.
    private static func fault(
        directives spec: InstrumentationSpec, of language: Language, _ path: (String) -> String
    ) -> FieldError? {
        let attributes: [EnvironmentVariable]
        switch language {
        case .apacheHttpd: attributes = spec.apacheHttpdServer.attributes
        case .nginx: attributes = spec.nginxServer.attributes
        default: return nil
        }
        return attributes.firstIndex { $0.name.isEmpty }.map {
            FieldError(path: path("attrs[\($0)].name"), value: .string(""), expected: "the name of a directive")
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

    private static func fault(volume section: AgentSection, of language: Language, _ path: (String) -> String)
        -> FieldError?
    {
        // Neither has a volume that these settings are for.
        if language == .go || language == .nginx { return nil }
        if let template = section.claimTemplate {
            let claim = template["spec"]
            let modes = claim?["accessModes"]?.arrayValue ?? []
            if modes.isEmpty || !modes.allSatisfy(accessModes.contains) {
                return FieldError(
                    path: path("volumeClaimTemplate.spec.accessModes"),
                    value: modes.isEmpty ? "missing" : JSONValue.array(modes).serializedString(),
                    expected: "ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod")
            }
            if claim?["resources"]?["requests"]?["storage"] == nil {
                return FieldError(
                    path: path("volumeClaimTemplate.spec.resources.requests.storage"), value: "missing",
                    expected: "a quantity")
            }
            // The configuration of Apache HTTPD has a volume with a limit beside the claim.
            if language != .apacheHttpd { return nil }
        }
        if let size = section.volumeLimitSize, ContainerRules.quantity(size).map({ $0.value < 0 }) ?? true {
            return FieldError(
                path: path("volumeLimitSize"), value: size, expected: "a quantity, 0 or more")
        }
        return nil
    }

    private static let accessModes: [JSONValue] = [
        "ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod",
    ]
}
