public import Document
import KubeModel
import OperatorAPI

/// Checks of an OpenTelemetryCollector what its schema cannot say, and whether it can be rendered.
///
/// The checks come in the reference's order and with its messages, letter for letter: clients match on them.
///
/// - Guarantees: pure. The same resource gives the same verdict.
/// - Assumptions: the resource has its defaults (``CollectorDefaulting``), as it has when the API server asks.
///
/// Source: opentelemetry-operator v0.158, the validating webhook of v1beta1.
public struct CollectorValidation: Sendable {
    private let renderer: CollectorRenderer
    private let forbidden: ComponentDenyList
    private let isCertManagerAvailable: Bool

    /// - Parameters:
    ///   - options: what the objects are rendered with, to warn of what will be missing.
    ///   - forbidden: the components that must not be used, where FIPS is demanded.
    ///   - isCertManagerAvailable: whether a target allocator can get certificates from cert-manager.
    public init(
        options: RenderingOptions, forbidden: ComponentDenyList = .none, isCertManagerAvailable: Bool = true
    ) {
        renderer = CollectorRenderer(options: options)
        self.forbidden = forbidden
        self.isCertManagerAvailable = isCertManagerAvailable
    }

    /// What is wrong with a resource that is created or, with `old`, changed.
    ///
    /// An update that leaves `spec` as it is, a label or a finalizer for example, is never denied: what would be wrong becomes
    /// a warning. A resource that is being deleted is not looked at: nothing of it is applied any more, and a denial would
    /// only keep it from going.
    ///
    /// What is left to be found out about rights stands in ``CollectorVerdict/access``. An update is asked only for the rights
    /// that it adds: those of the stored resource are given already, as far as the operator may.
    ///
    /// - Parameter old: the resource as it is stored.
    public func verdict(on resource: JSONValue, replacing old: JSONValue? = nil) -> CollectorVerdict {
        if KubeObject(resource).isBeingDeleted { return CollectorVerdict() }
        // The stored resource has come through the same conversion, so it looks as if nothing had been changed.
        if let denial = LossyWrite.denial(of: resource) { return CollectorVerdict(denial: denial) }
        var (verdict, collector) = checked(resource, replacing: old)
        if let old {
            if Self.haveSameSpec(old, resource) {
                verdict.access = []
                if let denial = verdict.denial {
                    verdict.denial = nil
                    verdict.deniedField = nil
                    verdict.warnings.append("as it is stored, it would not be admitted today: \(denial)")
                    return verdict
                }
            } else if !verdict.access.isEmpty {
                let (stored, storedCollector) = checked(old, replacing: nil)
                // Nothing was given for what is not reconciled.
                if storedCollector?.spec.managementState == .managed {
                    verdict.access = verdict.access.compactMap { $0.without(stored.access) }
                }
            }
        }
        if let collector, verdict.denial == nil {
            verdict.warnings += renderer.render(collector).findings
                .filter { $0.severity >= .warning }.map(\.message)
        }
        return verdict
    }

    /// Whether nothing but defaults lies between what is stored and what comes.
    private static func haveSameSpec(_ old: JSONValue, _ new: JSONValue) -> Bool {
        if old["spec"] == new["spec"] { return true }
        guard let defaulted = try? CollectorDefaulting().defaulted(old).resource else { return false }
        return defaulted["spec"] == new["spec"]
    }

    /// - Returns: the collector, too, when it can be read.
    private func checked(
        _ resource: JSONValue, replacing old: JSONValue?
    ) -> (CollectorVerdict, OpenTelemetryCollector?) {
        var verdict = CollectorVerdict()
        let collector: OpenTelemetryCollector
        do throws(FieldError) {
            collector = try OpenTelemetryCollector(resource)
        } catch {
            verdict.denial = error.description
            return (verdict, nil)
        }
        let checks = CollectorChecks(
            collector: collector, spec: resource["spec"] ?? [:], old: old.map { $0["spec"] ?? [:] },
            forbidden: forbidden, isCertManagerAvailable: isCertManagerAvailable)
        do throws(CollectorRefusal) {
            try checks.modeIsUnchanged()
            if let warning = checks.nullWarning { verdict.warnings.append(warning) }
            if let warning = LossyWrite.warning(of: resource) { verdict.warnings.append(warning) }
            try checks.run()
            verdict.access = try checks.access(canGrant: renderer.options.canGrantAccess)
        } catch {
            verdict.denial = error.message
            verdict.deniedField = error.path
        }
        return (verdict, collector)
    }
}

/// The checks of one collector. Each looks at one idea and throws the first thing that is wrong.
struct CollectorChecks {
    let collector: OpenTelemetryCollector
    /// As it was sent: what is absent has no default here.
    let spec: JSONValue
    /// `spec` as it is stored; `nil` for a new resource.
    let old: JSONValue?
    let forbidden: ComponentDenyList
    let isCertManagerAvailable: Bool

    var mode: CollectorSpec.Mode { collector.spec.mode }
    var config: CollectorConfig { collector.spec.config }

    /// All but ``modeIsUnchanged()``, in the reference's order.
    ///
    /// There the checks end with those of the autoscaler as soon as it has a maximum, and whoever sets one gets around the
    /// others, security among them. Here they go on.
    func run() throws(CollectorRefusal) {
        try claimsFitMode()
        try sidecarLeavesPodAlone()
        try targetAllocator()
        try declaredPorts()
        try componentPorts()
        try replicaBounds()
        try autoscaler()
        try ingress()
        try updateStrategiesFitMode()
        try componentsAreAllowed()
        try textIsKept()
        try bounds()
    }
}
