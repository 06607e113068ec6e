import Document
public import KubeModel

/// The owners of the pod's own owner, when somebody has looked them up. They win over what the pod's name tells.
public struct OwnerFacts: Sendable, Equatable {
    /// Whose owners these are.
    public var owner: OwnerLookup
    public var owners: [OwnerReference]

    public init(owner: OwnerLookup, owners: [OwnerReference]) {
        self.owner = owner
        self.owners = owners
    }
}

/// One object to read for its `metadata.ownerReferences`.
public struct OwnerLookup: Sendable, Hashable {
    public var type: ResourceType
    public var key: ObjectKey
    /// As the pod's reference has it: an object that is made again under the same name has other owners.
    public var uid: String

    public init(type: ResourceType, key: ObjectKey, uid: String = "") {
        self.type = type
        self.key = key
        self.uid = uid
    }
}

/// An object that the pod belongs to, directly or through another, as resource attributes name it.
struct PodOwner: Equatable {
    enum Kind: String {
        case replicaset, deployment, statefulset, daemonset, job, cronjob
    }

    var kind: Kind
    var name: String
    /// Empty when it is not known.
    var uid: String

    /// The pod's owners, and the Deployment or CronJob behind a ReplicaSet or Job.
    ///
    /// The Deployment's name needs no call: its controller names a ReplicaSet after the Deployment and the hash of the
    /// pod template, and labels the pods with that hash. A ReplicaSet without that label belongs to no Deployment.
    ///
    /// The CronJob's name needs none either, as its controller names a Job after the CronJob and the scheduled time in
    /// minutes since 1970. A Job with another name is looked up, see `isJobOfUnknownOrigin`.
    static func owners(of pod: JSONValue, facts: OwnerFacts?) -> [PodOwner] {
        var result: [PodOwner] = []
        for reference in references(of: pod) {
            guard let owner = PodOwner(reference) else { continue }
            result.append(owner)
            if let facts, facts.owner.type.kind.lowercased() == owner.kind.rawValue, facts.owner.key.name == owner.name
            {
                result += facts.owners.compactMap(PodOwner.init)
            } else if owner.kind == .replicaset {
                let hash = pod["metadata"]?["labels"]?["pod-template-hash"]?.stringValue ?? ""
                if let name = deploymentName(replicaSet: owner.name, hash: hash) {
                    result.append(PodOwner(kind: .deployment, name: name, uid: ""))
                }
            } else if owner.kind == .job, let name = cronJobName(job: owner.name) {
                result.append(PodOwner(kind: .cronjob, name: name, uid: ""))
            }
        }
        return result
    }

    static func references(of pod: JSONValue) -> [OwnerReference] {
        (pod["metadata"]?["ownerReferences"]?.arrayValue ?? []).compactMap(OwnerReference.init)
    }

    private init?(_ reference: OwnerReference) {
        guard let kind = Kind(rawValue: reference.kind.lowercased()), !reference.name.isEmpty else { return nil }
        self.init(kind: kind, name: reference.name, uid: reference.uid)
    }

    init(kind: Kind, name: String, uid: String) {
        self.kind = kind
        self.name = name
        self.uid = uid
    }

    private static func deploymentName(replicaSet: String, hash: String) -> String? {
        let suffix = "-" + hash
        guard !hash.isEmpty, replicaSet.hasSuffix(suffix), replicaSet.utf8.count > suffix.utf8.count else { return nil }
        return String(replicaSet.dropLast(suffix.count))
    }

    /// Minutes since 1970 have had 8 digits since 1989. Lower ones than 2021's, when the controller began to name Jobs
    /// so, are refused: they look like dates (20240131).
    private static func cronJobName(job: String) -> String? {
        guard let dash = job.lastIndex(of: "-"), dash != job.startIndex else { return nil }
        let digits = job[job.index(after: dash)...]
        guard digits.utf8.count == 8, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let minutes = Int(digits),
            minutes >= 26_800_000
        else { return nil }
        return String(job[..<dash])
    }

    /// Whether the pod's Job may have been made from a CronJob without bearing its name.
    static func isJobOfUnknownOrigin(among owners: [OwnerReference]) -> Bool {
        owners.contains {
            $0.kind.lowercased() == Kind.job.rawValue && cronJobName(job: $0.name) == nil
        }
    }

    /// What to read so that the attributes of the objects behind the pod's owner are complete.
    static func lookup(_ owners: [OwnerReference], namespace: String) -> OwnerLookup? {
        for reference in owners {
            let type: ResourceType
            switch reference.kind.lowercased() {
            case "replicaset": type = .replicaSet
            case "job": type = .job
            default: continue
            }
            guard !reference.name.isEmpty else { continue }
            return OwnerLookup(
                type: type, key: ObjectKey(namespace: namespace, name: reference.name), uid: reference.uid)
        }
        return nil
    }
}
