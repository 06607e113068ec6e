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

    /// How deep a specification may be. What is stored is read back within other objects, and with the record of who set
    /// which field, which is a few levels deeper: it has to stay below what a reader takes (``JSONLimits``).
    static let depthLimit = 100

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
    /// a warning. So does what is wrong with the stored resource already, in the same words: a resource from before the
    /// check can be changed, and upgraded, bit by bit. A resource that is being deleted is not looked at: nothing of it is
    /// applied any more, and a denial would only keep it from going.
    ///
    /// What is left to be found out about rights stands in ``CollectorVerdict/access``. An update is asked only for the rights
    /// that it adds: those of the stored resource are given already, as far as the operator may.
    ///
    /// - Parameter old: the resource as it is stored.
    public func verdict(on resource: JSONValue, replacing old: JSONValue? = nil) -> CollectorVerdict {
        if KubeObject(resource).isBeingDeleted { return CollectorVerdict() }
        let found = checked(resource, replacing: old)
        var verdict = found.verdict
        verdict.denial = found.refusals.first ?? found.accessRefusal
        if let old {
            if Self.haveSameSpec(old, resource) {
                verdict.access = []
                if let denial = verdict.denial {
                    verdict.denial = nil
                    verdict.warnings.append("as it is stored, it would not be admitted today: \(denial)")
                    return verdict
                }
            } else if verdict.denial != nil || !verdict.access.isEmpty {
                let stored = checked((try? CollectorDefaulting().defaulted(old).resource) ?? old, replacing: nil)
                // Nothing was given for what is not reconciled, nor perhaps for what is wrong.
                if stored.refusals.isEmpty, stored.collector?.spec.managementState == .managed {
                    verdict.access = verdict.access.compactMap { $0.without(stored.verdict.access) }
                }
                let standing = found.refusals.filter(stored.refusals.contains)
                verdict.denial =
                    found.refusals.first { !stored.refusals.contains($0) } ?? found.accessRefusal
                if verdict.denial == nil {
                    verdict.warnings += standing.map {
                        "admitted, as it is stored like this, but it would not be today: \($0)"
                    }
                }
            }
        }
        if let collector = found.collector, verdict.denial == nil {
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

    private struct Checked {
        /// Without the denial.
        var verdict = CollectorVerdict()
        /// What the checks found, in their order: each the first thing that is wrong.
        var refusals: [String] = []
        /// Why it cannot be said which rights are asked for. Never taken for what is stored already.
        var accessRefusal: String?
        /// `nil` when it cannot be read.
        var collector: OpenTelemetryCollector?
    }

    private func checked(_ resource: JSONValue, replacing old: JSONValue?) -> Checked {
        var found = Checked()
        let spec = resource["spec"] ?? [:]
        if spec.isDeeper(than: Self.depthLimit) {
            found.refusals = ["spec: lists and objects are nested deeper than \(Self.depthLimit) levels"]
            return found
        }
        let collector: OpenTelemetryCollector
        do throws(FieldError) {
            collector = try OpenTelemetryCollector(resource)
        } catch {
            found.refusals = [error.description]
            return found
        }
        found.collector = collector
        let checks = CollectorChecks(
            collector: collector, spec: spec, old: old.map { $0["spec"] ?? [:] },
            forbidden: forbidden, isCertManagerAvailable: isCertManagerAvailable)
        if let warning = checks.nullWarning { found.verdict.warnings.append(warning) }
        found.refusals = checks.refusals().map(\.message)
        do throws(CollectorRefusal) {
            found.verdict.access = try checks.access(canGrant: renderer.options.canGrantAccess)
        } catch {
            found.accessRefusal = error.message
        }
        return found
    }
}

extension JSONValue {
    /// Whether lists and objects are open in one another more often than that. Looks no deeper than it has to.
    func isDeeper(than levels: Int) -> Bool {
        switch self {
        case .array(let elements): levels == 0 || elements.contains { $0.isDeeper(than: levels - 1) }
        case .object(let object): levels == 0 || object.members.contains { $0.value.isDeeper(than: levels - 1) }
        default: false
        }
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

    /// What is wrong, in the reference's order.
    ///
    /// There the checks end with those of the autoscaler as soon as it has a maximum, and whoever sets one gets around the
    /// others, security among them. Here they go on, and one that fails does not hide what the others find.
    func refusals() -> [CollectorRefusal] {
        let checks: [(CollectorChecks) -> () throws(CollectorRefusal) -> Void] = [
            CollectorChecks.modeIsUnchanged, CollectorChecks.claimsFitMode, CollectorChecks.sidecarLeavesPodAlone,
            CollectorChecks.targetAllocator, CollectorChecks.declaredPorts, CollectorChecks.componentPorts,
            CollectorChecks.replicaBounds, CollectorChecks.autoscaler, CollectorChecks.ingress,
            CollectorChecks.updateStrategiesFitMode, CollectorChecks.componentsAreAllowed,
        ]
        var refusals: [CollectorRefusal] = []
        for check in checks {
            do throws(CollectorRefusal) {
                try check(self)()
            } catch {
                refusals.append(error)
            }
        }
        return refusals
    }
}
