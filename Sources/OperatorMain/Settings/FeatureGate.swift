/// A feature gate of the reference. None can be switched in this version: each stands as it is.
///
/// Source: opentelemetry-operator v0.158, `--feature-gates`.
struct FeatureGate: Sendable {
    var name: String
    /// What this version does.
    var isOn: Bool
    /// A gate that the reference, too, no longer lets go.
    var isStable = false

    static let all: [FeatureGate] = [
        FeatureGate(name: "operator.golang.flags", isOn: true, isStable: true),
        FeatureGate(name: "operator.targetallocator.fallbackstrategy", isOn: false),
        FeatureGate(name: "operator.networkpolicy", isOn: false),
        FeatureGate(name: "operand.networkpolicy", isOn: true),
        FeatureGate(name: "operator.clusterobservability", isOn: false),
        FeatureGate(name: "operator.collector.usedefaulttelemetryshape", isOn: true, isStable: true),
    ]

    /// What of a list of gates has no effect, a sentence each.
    ///
    /// - Parameter list: `name` or `+name` switches on, `-name` off; separated by commas.
    /// - Throws: an unknown gate, or a stable one that is switched off.
    static func notes(on list: String) throws(SettingsError) -> [String] {
        var notes: [String] = []
        for part in list.split(separator: ",") {
            let text = part.filter { $0 != " " }
            if text.isEmpty { continue }
            let isOn = !text.hasPrefix("-")
            let name = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
            guard let gate = all.first(where: { $0.name == name }) else {
                let known = all.map(\.name).joined(separator: ", ")
                throw SettingsError(description: "no feature gate \"\(name)\"; there are \(known)")
            }
            if gate.isOn == isOn { continue }
            if gate.isStable {
                throw SettingsError(description: "feature gate \(name) is stable and cannot be switched off")
            }
            notes.append("feature gate \(name): cannot be switched \(isOn ? "on" : "off") in this version, ignored")
        }
        return notes
    }
}
