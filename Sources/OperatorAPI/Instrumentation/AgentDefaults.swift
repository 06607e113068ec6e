public import Document

/// What a language's section gets where the user said nothing. One table for the mutating webhook and for use.
struct AgentDefaults: Sendable {
    var limits: JSONValue = ["cpu": "500m", "memory": "256Mi"]
    var requests: JSONValue
    /// The member that holds the resources.
    var resourcesMember = "resourceRequirements"
    /// Other members, with their values.
    var others: [(member: String, value: String)] = []

    /// `nil` for the SDK.
    static func of(_ language: Language) -> AgentDefaults? {
        switch language {
        case .java:
            AgentDefaults(requests: ["cpu": "50m", "memory": "64Mi"], resourcesMember: "resources")
        case .python, .go:
            AgentDefaults(requests: ["cpu": "50m", "memory": "64Mi"])
        case .nodejs, .dotnet:
            AgentDefaults(requests: ["cpu": "50m", "memory": "128Mi"])
        case .apacheHttpd:
            AgentDefaults(
                requests: ["cpu": "1m", "memory": "128Mi"],
                others: [("version", "2.4"), ("configPath", WebServer.apacheConfiguration)])
        case .nginx:
            AgentDefaults(
                requests: ["cpu": "1m", "memory": "128Mi"], others: [("configFile", WebServer.nginxConfiguration)])
        case .sdk: nil
        }
    }

    /// The resources with what is absent filled in. `limits` and `requests` are defaulted apart, each as a whole: a map
    /// that is there, even an empty one, stays.
    func resources(_ given: JSONValue?) -> JSONValue {
        var result = given ?? .object([:])
        if result["limits"]?.isNull ?? true { result["limits"] = limits }
        if result["requests"]?.isNull ?? true { result["requests"] = requests }
        return result
    }
}

extension AgentSection {
    /// The section as it is used: with the image and resources that an object stored before the operator ran lacks.
    public func defaulted(for language: Language, images: DefaultImages) -> AgentSection {
        var result = self
        if result.image.isEmpty { result.image = images[language] ?? "" }
        if let defaults = AgentDefaults.of(language) { result.resources = defaults.resources(resources) }
        return result
    }
}

extension Instrumentation {
    /// The object as the mutating webhook stores it: defaults filled in, and the annotations that remember the default
    /// images of this operator, which are written anew on every call.
    ///
    /// Never fails: a member of an unexpected kind stays for validation to name. Unknown members survive.
    public static func defaulting(_ object: JSONValue, images: DefaultImages) -> JSONValue {
        guard object.objectValue != nil else { return object }
        var result = object
        var spec = object["spec"] ?? .object([:])
        if spec.isNull { spec = .object([:]) }
        if spec.objectValue != nil {
            for language in Language.withAgent {
                guard let member = language.section, let defaults = AgentDefaults.of(language) else { continue }
                spec[member] = section(spec[member], image: images[language] ?? "", defaults)
            }
            result["spec"] = spec
        }
        var metadata = object["metadata"] ?? .object([:])
        var annotations = metadata["annotations"] ?? .object([:])
        if annotations.isNull { annotations = .object([:]) }
        guard metadata.objectValue != nil, annotations.objectValue != nil else { return result }
        for language in Language.withAgent {
            annotations[AnnotationKey.defaultImage(language)] = .string(images[language] ?? "")
        }
        metadata["annotations"] = annotations
        result["metadata"] = metadata
        return result
    }

    static func section(_ given: JSONValue?, image: String, _ defaults: AgentDefaults) -> JSONValue {
        var section = given ?? .object([:])
        if section.isNull { section = .object([:]) }
        guard section.objectValue != nil else { return section }
        func isMissing(_ member: String) -> Bool {
            guard let value = section[member] else { return true }
            return value.isNull || value.stringValue == ""
        }
        if isMissing("image") { section["image"] = .string(image) }
        for (member, value) in defaults.others where isMissing(member) { section[member] = .string(value) }
        let resources = section[defaults.resourcesMember] ?? .null
        if resources.isNull || resources.objectValue != nil {
            section[defaults.resourcesMember] = defaults.resources(resources.isNull ? nil : resources)
        }
        return section
    }
}
