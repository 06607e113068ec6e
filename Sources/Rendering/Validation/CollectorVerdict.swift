public import KubeModel

/// What the validating webhook says of an OpenTelemetryCollector.
public struct CollectorVerdict: Sendable, Equatable {
    /// The first thing that is wrong: with it the request is denied. `nil` when nothing is.
    public var denial: String?
    /// The path of the field that the denial is about, where that is one: `spec.ports[1]`. Messages do not always name it.
    public var deniedField: String?
    /// Shown to who asked, whether denied or not.
    public var warnings: [String]
    /// What is to be found out about rights before the answer is given; only somebody who can ask the API server knows.
    public var access: [AccessDemand]

    public init(denial: String? = nil, warnings: [String] = [], access: [AccessDemand] = []) {
        self.denial = denial
        self.warnings = warnings
        self.access = access
    }
}

/// Rights that a ServiceAccount needs for what a collector asks for.
public struct AccessDemand: Sendable, Equatable {
    /// Who gives the ServiceAccount the rights, and so what is asked before the collector is admitted.
    public enum Source: Sendable, Equatable {
        /// The operator gives them. So whoever asks for the collector must hold those that the ServiceAccount does not have
        /// yet: nobody gets rights by way of the operator.
        case granted
        /// Its owner gives them. A warning tells what is missing, this text before it.
        case expected(prefix: String)
    }

    public var source: Source
    public var serviceAccount: ObjectKey
    public var rules: [AccessRule]

    public init(_ source: Source, of serviceAccount: ObjectKey, rules: [AccessRule]) {
        self.source = source
        self.serviceAccount = serviceAccount
        self.rules = rules
    }
}

extension AccessDemand {
    /// What is left when the operator gives the same ServiceAccount some of the rights already; `nil` for nothing.
    func without(_ given: [AccessDemand]) -> AccessDemand? {
        guard source == .granted else { return self }
        let known = Set(
            given.filter { $0.source == .granted && $0.serviceAccount == serviceAccount }
                .flatMap { $0.rules.flatMap(\.single) })
        if known.isEmpty { return self }
        let rest = rules.flatMap(\.single).filter { !known.contains($0) }
        return rest.isEmpty ? nil : AccessDemand(source, of: serviceAccount, rules: rest)
    }
}

/// Why a collector is not admitted: a sentence for who sent it.
struct CollectorRefusal: Error {
    var message: String
    /// The path of the field that is wrong, where one is known.
    var path: String?

    init(_ message: String, at path: String? = nil) {
        self.message = message
        self.path = path
    }
}
