import Document
import KubeModel

/// The part of a Lease that an election is about.
///
/// Source: Kubernetes API reference, `coordination.k8s.io/v1` LeaseSpec.
struct LeaseRecord: Equatable, Sendable {
    /// Empty when nobody leads.
    var holder: String
    var durationSeconds: Int
    /// RFC 3339 with microseconds, as are all times here. They are for people: nobody's clock is compared with another's.
    var acquireTime: String
    var renewTime: String
    var transitions: Int

    init(holder: String, durationSeconds: Int, acquireTime: String, renewTime: String, transitions: Int) {
        self.holder = holder
        self.durationSeconds = durationSeconds
        self.acquireTime = acquireTime
        self.renewTime = renewTime
        self.transitions = transitions
    }

    init(_ lease: KubeObject) {
        let spec = lease["spec"]
        holder = spec?["holderIdentity"]?.stringValue ?? ""
        durationSeconds = spec?["leaseDurationSeconds"]?.intValue ?? 0
        acquireTime = spec?["acquireTime"]?.stringValue ?? ""
        renewTime = spec?["renewTime"]?.stringValue ?? ""
        transitions = spec?["leaseTransitions"]?.intValue ?? 0
    }

    /// Writes the record into a lease. Its other members stay, among them the resource version that guards the write.
    func write(into lease: inout KubeObject) {
        var spec = lease["spec"] ?? .object([:])
        spec["holderIdentity"] = .string(holder)
        spec["leaseDurationSeconds"] = .int(durationSeconds)
        spec["acquireTime"] = .string(acquireTime)
        spec["renewTime"] = .string(renewTime)
        spec["leaseTransitions"] = .int(transitions)
        lease["spec"] = spec
    }
}
