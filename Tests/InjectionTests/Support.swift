import Document
import Foundation
import Injection
import OperatorAPI
import Rendering
import TestSupport

extension JSONValue {
    /// The documents of a YAML file.
    static func documents(at url: URL) throws -> [JSONValue] {
        try YAML.parseAll(String(contentsOf: url, encoding: .utf8))
    }

    /// The same value without what means the same as nothing to the API server: empty objects and empty lists, null,
    /// and an empty `value` of a variable.
    var normalised: JSONValue? {
        switch self {
        case .null: nil
        case .object(let object):
            {
                let members = object.members.compactMap { member -> JSONObject.Member? in
                    if member.key == "value", member.value == "" { return nil }
                    return member.value.normalised.map { JSONObject.Member(key: member.key, value: $0) }
                }
                return members.isEmpty ? nil : .object(JSONObject(members: members))
            }()
        case .array(let array): array.isEmpty ? nil : .array(array.map { $0.normalised ?? .object([:]) })
        default: self
        }
    }
}

/// What a test gives to the injector.
struct Given {
    var pod: JSONValue
    var namespace = "ns1"
    var annotations: [String: String] = [:]
    var isRestricted = false
    var instrumentations: [JSONValue] = []
    /// What `true` asks for, when the cluster's are switched off.
    var fixed: JSONValue?
    var collectors: [JSONValue] = []
    var hasNativeSidecars = false
    var settings = InjectionSettings()
    var owners: OwnerFacts?

    func inject() -> InjectionResult { plan.result(owners: owners) }

    var plan: InjectionPlan {
        Injector(settings: settings).plan(
            pod, namespace: namespace, namespaceAnnotations: annotations, enforcesRestrictedPods: isRestricted,
            instrumentations: source, sidecars: sidecars)
    }

    private var source: InstrumentationSource {
        InstrumentationSource(instrumentations).choosing(fixed.flatMap { try? Instrumentation($0) })
    }

    var sidecars: SidecarSource {
        SidecarSource(collectors, isNative: hasNativeSidecars) { collector throws(SidecarFailure) in
            try CollectorRenderer().sidecar(of: collector)
        }
    }
}

extension InjectionResult {
    var injectedPod: InjectedPod? {
        if case .injected(let pod) = outcome { pod } else { nil }
    }

    var skipReason: SkipReason? {
        if case .skipped(let reason) = outcome { reason } else { nil }
    }
}

extension JSONValue {
    /// Where two values differ first, for a failed test's message.
    static func difference(_ left: JSONValue, _ right: JSONValue, at path: String = "") -> String? {
        switch (left, right) {
        case (.object(let a), .object(let b)):
            for key in a.keys + b.keys {
                switch (a[key], b[key]) {
                case (let x?, let y?): if let found = difference(x, y, at: "\(path)/\(key)") { return found }
                case (let x?, nil): return "\(path)/\(key): \(x.serializedString()) instead of nothing"
                case (nil, let y?): return "\(path)/\(key): nothing instead of \(y.serializedString())"
                case (nil, nil): continue
                }
            }
            return nil
        case (.array(let a), .array(let b)):
            for (index, pair) in zip(a, b).enumerated() {
                if let found = difference(pair.0, pair.1, at: "\(path)/\(index)") { return found }
            }
            return a.count == b.count ? nil : "\(path): \(a.count) elements instead of \(b.count)"
        default:
            return left == right ? nil : "\(path): \(left.serializedString()) instead of \(right.serializedString())"
        }
    }
}
