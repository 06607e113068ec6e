/// Every annotation that the operator reads or writes. Nothing else spells one of these keys.
///
/// | annotation | on | values | default |
/// | --- | --- | --- | --- |
/// | ``inject(_:)`` | Pod, Namespace | `true`, `false` (any letter case), `name`, `namespace/name` | not asked |
/// | ``containerNames`` | Pod, Namespace | names separated by commas, no spaces | the first container |
/// | ``containerNames(_:)`` | Pod, Namespace | the same, for one language; read with multi-instrumentation only | none |
/// | ``pythonPlatform`` | Pod, Namespace | `glibc`, `musl` | `glibc` |
/// | ``dotnetRuntime`` | Pod, Namespace | `linux-x64`, `linux-musl-x64` | `linux-x64` |
/// | ``goTargetExecutable`` | Pod | path of the executable | none |
/// | ``sidecar`` | Pod, Namespace | as ``inject(_:)`` | not asked |
/// | ``resourceAttributePrefix`` + attribute | Pod | any text | none |
/// | ``injected`` | Pod | written by the operator: an ``InjectionRecord`` | – |
/// | ``defaultImage(_:)`` | Instrumentation | written by the operator: the default image it last applied | – |
///
/// A value on both Pod and Namespace: see `EffectiveAnnotations`.
public enum AnnotationKey {
    /// What the keys of all annotations start with but those of ``sidecar`` and ``resourceAttributePrefix``.
    public static let prefix = "instrumentation.opentelemetry.io/"
    private static let sidecarPrefix = "sidecar.opentelemetry.io/"

    /// Whether it is one that a namespace may give to its pods.
    public static func isInherited(_ key: String) -> Bool { key.hasPrefix(prefix) || key.hasPrefix(sidecarPrefix) }

    /// What the key of every request for injection starts with. A pod without these bytes asks for nothing itself.
    public static let injectPrefix = "instrumentation.opentelemetry.io/inject-"

    /// Asks for a language. Example: `instrumentation.opentelemetry.io/inject-python: "true"`.
    public static func inject(_ language: Language) -> String { injectKeys[language] ?? injectPrefix }

    // Made once: every injection asks for all of them.
    private static let injectKeys = keys { injectPrefix + $0.rawValue }
    private static let containerNamesKeys = keys { language in
        // The reference's key for nginx does not follow the pattern of the others.
        language == .nginx
            ? prefix + "inject-nginx-container-names" : prefix + language.rawValue + "-container-names"
    }

    private static func keys(_ key: (Language) -> String) -> [Language: String] {
        Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, key($0)) })
    }

    /// The containers for all languages. Example: `instrumentation.opentelemetry.io/container-names: app,worker`.
    public static let containerNames = prefix + "container-names"

    /// The containers for one language.
    public static func containerNames(_ language: Language) -> String { containerNamesKeys[language] ?? containerNames }

    /// The C library of the Python image.
    public static let pythonPlatform = prefix + "otel-python-platform"
    /// The .NET runtime identifier of the application image.
    public static let dotnetRuntime = prefix + "otel-dotnet-auto-runtime"
    /// The executable that the Go agent attaches to.
    public static let goTargetExecutable = prefix + "otel-go-auto-target-exe"

    /// Asks for a collector beside the application's containers.
    public static let sidecar = sidecarPrefix + "inject"

    /// What was injected into the pod, from which Instrumentation, at which state of it: an ``InjectionRecord``.
    public static let injected = prefix + "injected"

    /// Followed by the name of a resource attribute. Example: `resource.opentelemetry.io/team: payments`.
    public static let resourceAttributePrefix = "resource.opentelemetry.io/"

    public static func resourceAttribute(_ name: String) -> String { resourceAttributePrefix + name }

    /// The default image that was current when the operator last wrote the Instrumentation; the upgrade compares with it.
    public static func defaultImage(_ language: Language) -> String {
        prefix + "default-auto-instrumentation-" + language.rawValue + "-image"
    }
}
