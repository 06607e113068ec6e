import Document
import Injection
import KubeModel
import Manifests
import OperatorAPI

/// What pods find in their cluster when they are created: the Instrumentations, the collectors, and the annotations of the
/// namespaces.
struct Surroundings: Equatable {
    /// As the cluster stores them.
    private(set) var instrumentations: [ObjectKey: JSONValue] = [:]
    /// As the cluster stores them.
    private(set) var collectors: [ObjectKey: JSONValue] = [:]
    /// By the name of the Namespace.
    private(set) var namespaceAnnotations: [String: [String: String]] = [:]
    /// Those that admit only pods of the level `restricted`.
    private(set) var restrictedNamespaces: Set<String> = []
    /// What `true` asks for in every namespace, when it is not the Instrumentation of the namespace.
    var instrumentationForAll: Instrumentation?
    /// Whether the cluster runs sidecars as init containers; one that nobody named does.
    var hasNativeSidecars = true
    /// Where each Instrumentation that a file holds was found.
    private var origins: [ObjectKey: String] = [:]

    /// Adds what a cluster holds.
    mutating func add(instrumentations: [KubeObject], namespaces: [KubeObject], collectors: [KubeObject] = []) {
        for object in collectors { self.collectors[object.key] = object.json }
        for object in instrumentations { self.instrumentations[object.key] = object.json }
        for namespace in namespaces {
            namespaceAnnotations[namespace.name] = namespace.annotations
            restrictedNamespaces.follow(namespace)
        }
    }

    /// Adds the Instrumentations, collectors and Namespaces of manifests, as the cluster would hold them once they are applied: with
    /// the defaults that the operator's webhook fills in. They win over those that are there already.
    ///
    /// - Parameter namespace: of Instrumentations and collectors that name none.
    mutating func add(_ manifests: [Manifest], namespace: String, images: DefaultImages) -> Notes {
        var notes = Notes()
        for manifest in manifests {
            for object in ManifestObject.all(in: manifest.document) {
                if object.isOf(.namespace) {
                    // As `kubectl apply` does: what others annotated stays.
                    namespaceAnnotations[object.object.name, default: [:]].merge(object.object.annotations) { $1 }
                    restrictedNamespaces.follow(object.object)
                } else if object.isOf(.instrumentation) {
                    add(object.placed(in: namespace), from: manifest.source, images: images, notes: &notes)
                } else if object.isOf(.openTelemetryCollector) {
                    // What is wrong with a collector is told by the pods that ask for it.
                    let collector = object.placed(in: namespace)
                    collectors[collector.key] = collector.json
                }
            }
        }
        return notes
    }

    private mutating func add(
        _ object: KubeObject, from source: String, images: DefaultImages, notes: inout Notes
    ) {
        let json = Instrumentation.defaulting(object.json, images: images)
        let key = object.key
        let subject = "\(source): Instrumentation \(key)"
        guard !key.name.isEmpty else {
            notes.errors.append("\(source): an Instrumentation has no name")
            return
        }
        do throws(FieldError) {
            let verdict = try Instrumentation(json).validated(images: images)
            notes.warnings += verdict.warnings.map { "\(subject): \($0)" }
            if let error = verdict.error { notes.errors.append("\(subject): \(error)") }
        } catch {
            notes.errors.append("\(subject): \(error)")
        }
        if let other = origins[key], instrumentations[key] != json {
            notes.warnings.append("\(subject): is in \(other), too, and differs; the later one counts")
        }
        instrumentations[key] = json
        origins[key] = source
    }

    var instrumentationSource: InstrumentationSource {
        InstrumentationSource(Array(instrumentations.values)).choosing(instrumentationForAll)
    }
}

extension Set<String> {
    /// Takes a Namespace among those that admit only pods of the level `restricted`, or out of them, as its label says. As with
    /// `kubectl apply`, one that a manifest does not have stays as it is in the cluster.
    mutating func follow(_ namespace: KubeObject) {
        guard namespace.label(PodSecurity.enforceLabel) != nil else { return }
        if PodSecurity.enforcesRestricted(namespaceLabels: namespace.labels) {
            insert(namespace.name)
        } else {
            remove(namespace.name)
        }
    }
}

extension ManifestObject {
    /// The object as it is stored when it is applied: in that namespace, unless it names one itself.
    fileprivate func placed(in namespace: String) -> KubeObject {
        var result = object
        guard result.namespace.isEmpty else { return result }
        var metadata = result.metadata
        metadata["namespace"] = .string(namespace)
        result["metadata"] = metadata
        return result
    }
}

/// What is to be said about the input.
struct Notes: Equatable {
    var warnings: [String] = []
    /// With one of these the input cannot be used.
    var errors: [String] = []

    static func += (left: inout Notes, right: Notes) {
        left.warnings += right.warnings
        left.errors += right.errors
    }
}
