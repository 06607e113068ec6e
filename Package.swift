// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A test target beside the library of the same name. Fixtures are read from the source folder.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies,
        exclude: exclude, swiftSettings: strict)
}

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")

/// For what ships: fewer pages are touched at start and stay resident.
///
/// Without the dynamic symbols, which nothing looks up as nothing is loaded later (the static Swift library asks for
/// them), and with relocations packed into a bitmap, which glibc reads from 2.36 on.
let linking: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker", "--no-export-dynamic",
        ], .when(platforms: [.linux], configuration: .release))
]

let package = Package(
    name: "otel-operator",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "otel-operator", targets: ["OperatorMain"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries: module maps and shims without logic.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // Documents and Kubernetes. What a target names here is what it imports: `make test` compares.
        library("Document", ["CYAML"]),
        library("KubeModel", ["Document"]),
        library("KubeClient", ["CCurl", "Document", "KubeModel", deque, log]),
        library("KubeRuntime", ["Document", "KubeClient", "KubeModel", deque, heap, lifecycle, log, metrics]),
        library("PrometheusExporter", [coreMetrics]),

        // The operator's own domain: pure.
        library("OperatorAPI", ["Document", "KubeModel"]),
        library("Rendering", ["COpenSSL", "Document", "KubeModel", "OperatorAPI"]),
        library("Conversion", ["Document", "KubeModel", "OperatorAPI", "Rendering"]),
        library("Injection", ["Document", "KubeModel", "OperatorAPI"]),
        library("Upgrade", ["Document", "OperatorAPI"]),
        library("Manifests", ["Document", "KubeModel"]),

        // Serving.
        library("ServingCertificate", ["COpenSSL", "Document", "KubeModel"]),
        library("TLSServer", ["COpenSSL", "ServingCertificate", nioCore]),
        library(
            "Webhook",
            [
                "Document", "KubeModel", "ServingCertificate", "TLSServer", lifecycle, log, metrics, nioCore, nioHTTP1,
                nioPosix,
            ]),

        // Putting it together.
        library(
            "Admission",
            [
                "Document", "Injection", "KubeClient", "KubeModel", "KubeRuntime", "OperatorAPI", "Rendering",
                "Webhook",
                log, metrics,
            ]),
        library(
            "Reconcilers",
            [
                "Document", "Injection", "KubeClient", "KubeModel", "KubeRuntime", "OperatorAPI", "Rendering",
                "ServingCertificate", "Upgrade", lifecycle, log,
            ]),
        .executableTarget(
            name: "OperatorMain",
            dependencies: [
                "Admission", "Conversion", "Document", "Injection", "KubeClient", "KubeModel", "KubeRuntime",
                "Manifests",
                "OperatorAPI", "PrometheusExporter", "Reconcilers", "Rendering", "ServingCertificate", "TLSServer",
                "Upgrade", "Webhook", arguments, lifecycle, log, metrics, nioCore, nioPosix, signals,
            ],
            swiftSettings: strict, linkerSettings: linking),

        // For developers.
        .executableTarget(
            name: "CRDGenerator", dependencies: ["Document"], swiftSettings: strict),
        .target(name: "CAllocationCount"),
        .executableTarget(
            name: "Bench",
            dependencies: [
                "Admission", "CAllocationCount", "Document", "Injection", "KubeClient", "KubeModel", "KubeRuntime",
                "OperatorAPI", "PrometheusExporter", "ServingCertificate", "TLSServer", "Webhook", arguments, log,
                metrics,
                nioCore, nioHTTP1, nioPosix,
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Document", "KubeClient", "KubeModel"], path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("Document"),
        tests("KubeModel"),
        tests("KubeClient"),
        tests("KubeRuntime"),
        tests("PrometheusExporter"),
        tests("OperatorAPI"),
        tests("Rendering", exclude: ["Fixtures"]),
        tests("Conversion", ["Document", "KubeModel", "OperatorAPI", "Rendering"]),
        tests("Injection", ["Rendering"], exclude: ["Fixtures"]),
        tests("Upgrade", ["Rendering"]),
        tests("Manifests"),
        tests("ServingCertificate", ["KubeModel"]),
        tests("Webhook", ["TLSServer"]),
        tests("Admission"),
        tests("Reconcilers"),
        .testTarget(
            name: "OperatorMainTests",
            dependencies: [
                "OperatorMain", "Document", "Injection", "KubeModel", "Manifests", "OperatorAPI",
                "PrometheusExporter", "Rendering", "TestSupport", log,
            ], swiftSettings: strict),
        .testTarget(name: "CRDGeneratorTests", dependencies: ["CRDGenerator", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["KubeClient", "KubeRuntime", "OperatorAPI", "Rendering", "TestSupport"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
