/// What OpenShift writes on a namespace about the ids that its pods may have.
///
/// Source: OpenShift, "Managing security context constraints", "Pre-allocated security context constraints values".
public enum OpenShiftNamespace {
    static let supplementalGroups = "openshift.io/sa.scc.supplemental-groups"
    static let userRange = "openshift.io/sa.scc.uid-range"

    /// The group for volumes: the first of the supplemental groups or, where there are none, of the users.
    ///
    /// Ranges are written `1000680000/10000`, or `1000-2000`; of a list the first one counts.
    public static func volumeGroup(_ annotations: [String: String]) -> Int? {
        guard
            let ranges = [supplementalGroups, userRange].lazy.compactMap({ annotations[$0] }).first(where: {
                !$0.isEmpty
            })
        else { return nil }
        let start = ranges.prefix { $0 != "," }.prefix { $0 != "/" && $0 != "-" }
        guard let group = Int(start), group >= 0 else { return nil }
        return group
    }
}
