public import Document
import OperatorAPI

/// What becomes of an OpenTelemetryCollector on the way from one version of the collector to another. Pure.
///
/// - Guarantees: every step between the two versions is done once, in their order. What a step does not understand stays as
///   it was written, and is told. No telemetry setting is lost. A second upgrade of the result changes nothing.
/// - Assumptions: the resource is of `opentelemetry.io/v1beta1`, its configuration a tree.
/// - Caveats: some settings have no successor that could be written for the user. The upgrade then stops before that step,
///   with an ``Obstacle``, and goes on from there when it is run again.
///
/// Source: opentelemetry-operator v0.158, the upgrade of OpenTelemetryCollectors; the release notes of the OpenTelemetry
/// Collector.
public struct CollectorUpgrade: Equatable, Sendable {
    /// Something that a step did, or left for the user to look at.
    public struct Remark: Equatable, Sendable {
        /// The collector version that made it necessary.
        public var version: String
        /// What it is about and what was done, without the values of the configuration: they may be secrets.
        public var text: String
        /// Whether the user should look at it.
        public var isWarning: Bool

        public init(version: String, text: String, isWarning: Bool = false) {
            self.version = version
            self.text = text
            self.isWarning = isWarning
        }

        /// A sentence for people.
        public var sentence: String { "\(version): \(text)" }
    }

    /// What has to be changed by hand before the upgrade can go on.
    public struct Obstacle: Equatable, Sendable {
        /// The collector version that cannot be reached.
        public var version: String
        /// What stands in the way, and what to do about it.
        public var text: String

        public init(version: String, text: String) {
            self.version = version
            self.text = text
        }
    }

    /// As it is to be written.
    public private(set) var resource: JSONValue
    /// The collector version that the resource is at now.
    public private(set) var version: String
    public private(set) var remarks: [Remark] = []
    public private(set) var obstacle: Obstacle?

    /// - Parameters:
    ///   - resource: as it is stored.
    ///   - version: that it is at.
    ///   - target: the operator's collector version. One that is not newer changes nothing.
    public init(of resource: JSONValue, from version: String, to target: String) {
        self.resource = resource
        self.version = version
        guard let from = LenientVersion(version), let to = LenientVersion(target), from < to else { return }
        for step in UpgradeStep.all where from < step.number && step.number <= to {
            var draft = ObjectDraft(self.resource.objectValue ?? [:])
            step.apply(&draft)
            if let obstacle = draft.obstacle {
                self.obstacle = Obstacle(version: step.version, text: obstacle)
                return
            }
            if draft.isChanged { self.resource = .object(draft.members) }
            remarks += draft.remarks.map { Remark(version: step.version, text: $0.text, isWarning: $0.isWarning) }
            self.version = step.version
        }
        self.version = target
    }
}
