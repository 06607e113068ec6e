import Document
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Rendering
import Upgrade

/// Brings the configuration of a collector to the operator's collector version.
///
/// Expected flow, of a resource whose `status.version` is older: read → ``CollectorUpgrade`` → one patch of the resource →
/// one patch of its status with the version and the condition `Upgraded` → Events.
///
/// - Guarantees: a resource that needs nothing is neither read nor written. What is written was computed from the version
///   that it replaces. A second run changes nothing. Whatever fails, the resource can be reconciled as it is.
/// - Assumptions: only the leader runs it, and one worker has a key at a time.
/// - Caveats: the patch goes through the webhooks of the operator, or during a rolling update of an older one. They add
///   defaults and take nothing away, and the version is in the status, which they never see: so no two replicas undo each
///   other's work. An older operator that takes over finds a newer version and leaves the configuration alone.
/// - Errors: they stand in the condition `Upgraded` and in a Warning Event, once; the caller tries again.
struct CollectorUpgrader: Sendable {
    static let condition = "Upgraded"
    /// The reference's, for all that concerns upgrades.
    static let reason = "Upgrade"

    let api: any KubeAPI
    let events: EventRecorder
    /// The operator's collector version.
    let version: String
    let timestamp: @Sendable () -> Timestamp
    let logger: Logger
    /// What was changed and does not stand in the status yet.
    private let unsaid = UnsaidUpgrades()

    init(
        api: any KubeAPI, events: EventRecorder, version: String, timestamp: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.api = api
        self.events = events
        self.version = version
        self.timestamp = timestamp
        self.logger = logger
    }

    /// Forgets a collector that is gone.
    func forget(_ key: ObjectKey) { unsaid.forget(key) }

    struct Outcome: Sendable {
        /// As it is now.
        var resource: KubeObject
        var findings: [Finding] = []
        /// Why the upgrade has to be tried again.
        var failure: KubeError?
        /// Whether the configuration is still that of an older version, so that a newer collector may not start with it.
        var isPending = false
    }

    /// - Parameter resource: as the store has it, which may be older than what the cluster has.
    func upgraded(_ resource: KubeObject) async -> Outcome {
        let standing = VersionStanding(of: resource.json, to: version)
        guard case .older = standing else { return settled(resource, standing) }
        do throws(KubeError) {
            let stored = try await api.get(.openTelemetryCollector, resource.key)
            // Upgraded a moment ago, deleted, or made anew.
            guard stored.uid == resource.uid, !stored.isBeingDeleted else { return Outcome(resource: resource) }
            let standing = VersionStanding(of: stored.json, to: version)
            guard case .older(let from) = standing else { return settled(stored, standing) }
            return try await upgrade(stored, from: from)
        } catch {
            return await failed(resource, error)
        }
    }

    private func settled(_ resource: KubeObject, _ standing: VersionStanding) -> Outcome {
        Outcome(resource: resource, findings: standing.findings(on: resource.json, target: version))
    }

    private func upgrade(_ stored: KubeObject, from: String) async throws(KubeError) -> Outcome {
        let upgrade = CollectorUpgrade(of: stored.json, from: from, to: version)
        var resource = stored
        let changes = JSONPatch.diff(from: stored.json, to: upgrade.resource).json.arrayValue ?? []
        // Of a change whose status could not be written, the resource shows nothing any more.
        let earlier = unsaid.upgrade(of: stored, from: from)
        let remarks = earlier.adding(upgrade.remarks)
        if !changes.isEmpty {
            resource = try await write(changes, remarks, over: stored, from: from, earlier)
            tell(earlier.isTold ? upgrade.remarks : remarks, from: from, to: upgrade.version, about: stored)
            unsaid.remember(.init(remarks: remarks, isTold: true), of: stored, from: from)
        }
        let (written, isNew) = try await say(
            Self.condition(upgrade, remarks, from: from), version: upgrade.version, about: resource)
        unsaid.forget(stored.key)
        if changes.isEmpty, !earlier.isTold, upgrade.version != from {
            tell(remarks, from: from, to: upgrade.version, about: stored)
        }
        if let obstacle = upgrade.obstacle, isNew { record(.warning, stored, Self.text(obstacle, of: resource.json)) }
        return Outcome(resource: written, isPending: upgrade.obstacle != nil)
    }

    /// Changes the resource. What is changed is remembered before: should the answer be lost, nothing else would tell it.
    private func write(
        _ changes: [JSONValue], _ remarks: [CollectorUpgrade.Remark], over stored: KubeObject, from: String,
        _ earlier: UnsaidUpgrades.Upgrade
    ) async throws(KubeError) -> KubeObject {
        // With the version, so that somebody else's change in between is not taken for what was upgraded.
        let precondition: JSONValue = [
            "op": "replace", "path": "/metadata/resourceVersion", "value": .string(stored.resourceVersion),
        ]
        unsaid.remember(.init(remarks: remarks), of: stored, from: from)
        do throws(KubeError) {
            return try await api.patch(
                .openTelemetryCollector, stored.key, .json([precondition] + changes), subresource: nil)
        } catch {
            // A refusal has changed nothing.
            if let code = error.status?.code, (400..<500).contains(code) {
                unsaid.forget(stored.key)
                if !earlier.remarks.isEmpty { unsaid.remember(earlier, of: stored, from: from) }
            }
            throw error
        }
    }

    /// The resource is reconciled as it is; the caller tries again.
    private func failed(_ resource: KubeObject, _ error: KubeError) async -> Outcome {
        if error.status?.isNotFound == true { return Outcome(resource: resource) }
        // Somebody was faster, or we are stopping: nothing that a user could do anything about.
        if error.status?.code == 409 || error == .cancelled {
            return Outcome(resource: resource, failure: error, isPending: true)
        }
        let text = "could not upgrade to \(version), and is trying again: \(error)"
        let condition = Condition(
            type: Self.condition, status: .false, reason: "UpgradeFailed", message: text,
            observedGeneration: resource.generation)
        do throws(KubeError) {
            let (written, isNew) = try await say(condition, version: nil, about: resource)
            if isNew { record(.warning, resource, text) }
            return Outcome(resource: written, failure: error, isPending: true)
        } catch let second {
            logger.debug("could not tell that the upgrade failed", metadata: ["error": "\(second)"])
            return Outcome(resource: resource, failure: error, isPending: true)
        }
    }

    // MARK: - Telling

    private static func condition(
        _ upgrade: CollectorUpgrade, _ remarks: [CollectorUpgrade.Remark], from: String
    ) -> Condition {
        let generation = KubeObject(upgrade.resource).generation
        if let obstacle = upgrade.obstacle {
            return Condition(
                type: condition, status: .false, reason: "UpgradeBlocked",
                message: text(obstacle, of: upgrade.resource),
                observedGeneration: generation)
        }
        let what = remarks.isEmpty ? "nothing had to be changed" : remarks.map(\.sentence).joined(separator: "; ")
        return Condition(
            type: condition, status: .true, reason: "Upgraded",
            message: CollectorStatus.bounded("from \(from) to \(upgrade.version): \(what)"),
            observedGeneration: generation)
    }

    /// The status of a sidecar names no image that could be kept: it is in the pods, and may differ from pod to pod.
    private static func text(_ obstacle: CollectorUpgrade.Obstacle, of resource: JSONValue) -> String {
        let image =
            resource[path: "spec", "mode"] != "sidecar"
            ? "the collector keeps its image until it is through"
            : resource[path: "spec", "image"]?.stringValue ?? "" != ""
                ? "pods get spec.image" : "pods get the operator's image, unless spec.image names an older one"
        return "the upgrade stops before \(obstacle.version), and \(image): \(obstacle.text)"
    }

    /// Writes the condition and the version, unless they are there already.
    ///
    /// - Returns: the resource as it is then, and whether there was anything new to say.
    private func say(
        _ condition: Condition, version: String?, about resource: KubeObject
    ) async throws(KubeError) -> (KubeObject, isNew: Bool) {
        let conditions = resource.json[path: "status", "conditions"]?.arrayValue ?? []
        let previous = conditions.first { $0["type"]?.stringValue == Self.condition }
        let json = condition.json(replacing: previous, now: timestamp().rfc3339)
        let isNew = ["status", "reason", "message"].contains { previous?[$0] != json[$0] }
        var status: JSONObject = [:]
        if let version, resource.json[path: "status", "version"] != .string(version) {
            status["version"] = .string(version)
        }
        if isNew {
            status["conditions"] = .array(conditions.filter { $0["type"]?.stringValue != Self.condition } + [json])
        }
        if status.isEmpty { return (resource, false) }
        let written = try await api.patch(
            .openTelemetryCollector, resource.key, .merge(["status": .object(status)]), subresource: "status")
        return (written, isNew)
    }

    /// One Event with what was changed, and one for each thing that the user should look at; the log has all of it.
    private func tell(
        _ remarks: [CollectorUpgrade.Remark], from: String, to version: String, about resource: KubeObject
    ) {
        for remark in remarks {
            logger.info(
                "collector upgraded",
                metadata: [
                    "collector": "\(resource.key)", "from": "\(from)", "to": "\(version)",
                    "change": "\(remark.sentence)",
                ])
        }
        let done = remarks.filter { !$0.isWarning }.map(\.sentence)
        let news = "upgraded from \(from) to \(version)"
        for part in Self.parts(of: done, behind: news) { record(.normal, resource, part) }
        for remark in remarks where remark.isWarning { record(.warning, resource, remark.sentence) }
    }

    /// The sentences in as few notes as an Event's limit allows.
    private static func parts(of sentences: [String], behind news: String) -> [String] {
        var parts = [news]
        for sentence in sentences {
            let last = parts[parts.count - 1]
            let joined = "\(last)\(last == news ? ": " : "; ")\(sentence)"
            if joined.utf8.count <= 1000 || last == news {
                parts[parts.count - 1] = joined
            } else {
                parts.append("\(news), too: \(sentence)")
            }
        }
        return parts
    }

    private func record(_ type: EventRecorder.EventType, _ resource: KubeObject, _ note: String) {
        events.record(
            type, regarding: ObjectReference(.openTelemetryCollector, resource), reason: Self.reason, note: note)
    }
}

extension VersionStanding {
    /// What the user may not expect. None of it keeps the collector from being reconciled.
    func findings(on resource: JSONValue, target: String) -> [Finding] {
        switch self {
        case .current, .older: []
        case .kept(let version):
            // Who names an image has one that fits.
            if resource[path: "spec", "image"]?.stringValue ?? "" != "" {
                []
            } else {
                [
                    Finding(
                        .information, .versionMismatch,
                        "spec.upgradeStrategy is none: the configuration stays as it was made for collector \(version), and "
                            + "the image is the operator's, for \(target); set spec.image to keep both together")
                ]
            }
        case .newer(let version):
            [
                Finding(
                    .information, .versionMismatch,
                    "status.version is \(version), newer than this operator's \(target): the configuration is used as it is"
                )
            ]
        case .unreadable(let version):
            [
                Finding(
                    .information, .versionMismatch,
                    "status.version is \"\(version.prefix(60))\", which is no version: no upgrade is made to \(target)")
            ]
        }
    }
}
