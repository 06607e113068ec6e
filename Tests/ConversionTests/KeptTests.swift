import Document
import KubeModel
import OperatorAPI
import Rendering
import Testing

@testable import Conversion

@Suite("What a conversion keeps")
struct KeptTests {
    private let text = """
        # ours, do not touch
        exporters: {debug: {}}   # the other way round
        receivers:
          otlp: &otlp
            protocols: {grpc: }
          otlp/2: *otlp
        service:
          pipelines:
            traces: {receivers: [otlp, otlp/2], exporters: [debug]}

        """

    private func record(_ resource: JSONValue) -> ConversionRecord? {
        resource[path: "metadata", "annotations", CollectorAnnotationKey.conversion]?.stringValue
            .flatMap(ConversionRecord.init(text:))
    }

    private func set(_ value: JSONValue?, _ path: [String], in resource: JSONValue) -> JSONValue {
        guard let first = path.first else { return value ?? .null }
        var result = resource
        result[first] = path.count == 1 ? value : set(value, Array(path.dropFirst()), in: resource[first] ?? [:])
        return result
    }

    // MARK: - The text

    @Test("the configuration's text comes back byte for byte")
    func sameText() throws {
        let written = alpha(spec: ["config": .string(text)])
        let stored = try CollectorConversion.v1beta1(from: written)
        let back = try CollectorConversion.v1alpha1(from: stored)
        #expect(back == written)
        #expect(back.serializedString() == written.serializedString())
    }

    @Test("the webhook's defaults are kept beside the text, through as many conversions as the API server makes")
    func defaults() throws {
        let written = alpha(spec: ["config": .string(text)])
        let converted = try CollectorConversion.v1beta1(from: written)
        let stored = try CollectorDefaulting().defaulted(converted).resource
        #expect(stored[path: "spec", "config", "service", "telemetry"] != nil)

        let shown = try CollectorConversion.v1alpha1(from: stored)
        #expect(shown[path: "spec", "config"] == .string(text))
        #expect(try CollectorConversion.v1beta1(from: shown) == stored)
        // A second write changes nothing.
        #expect(try CollectorDefaulting().defaulted(stored).resource == stored)
    }

    @Test("a configuration changed as v1beta1 is shown as it is now")
    func changedAsBeta() throws {
        let stored = try CollectorConversion.v1beta1(from: alpha(spec: ["config": .string(text)]))
        let changed = set(["logging": [:]], ["spec", "config", "processors"], in: stored)
        let shown = try CollectorConversion.v1alpha1(from: changed)
        let shownText = try #require(shown[path: "spec", "config"]?.stringValue)
        #expect(shownText.contains("processors:\n  logging: {}\n"))
        #expect(!shownText.contains("#"))
        #expect(try CollectorConversion.v1beta1(from: shown) == set(nil, ["metadata", "annotations"], in: changed))
    }

    @Test("a text changed as v1alpha1 counts, and what v1alpha1 cannot say stays")
    func changedAsAlpha() throws {
        let stored = beta(spec: [
            "config": [
                "receivers": [:], "exporters": [:], "service": ["pipelines": [:]], "unknown": ["kept": true],
            ],
            "command": ["/otelcol"], "networkPolicy": ["enabled": false],
        ])
        let shown = try CollectorConversion.v1alpha1(from: stored)
        let edited = set(.string(text), ["spec", "config"], in: shown)
        let result = try CollectorConversion.v1beta1(from: edited)
        #expect(result[path: "spec", "config", "exporters"] == ["debug": [:]])
        #expect(result[path: "spec", "config", "unknown"] == nil)
        #expect(result[path: "spec", "command"] == ["/otelcol"])
        #expect(result[path: "spec", "networkPolicy"] == ["enabled": false])

        // A comment alone changes the text, and nothing of what it means.
        let commented = set(
            .string((shown[path: "spec", "config"]?.stringValue ?? "") + "# done\n"), ["spec", "config"], in: shown)
        let kept = try CollectorConversion.v1beta1(from: commented)
        #expect(kept["spec"] == stored["spec"])
        #expect(try CollectorConversion.v1alpha1(from: kept) == commented)
    }

    @Test("numbers that the API server writes its own way are the same numbers")
    func numbers() throws {
        let written = alpha(spec: ["config": "receivers: {a: {b: 1.50, c: 1e3, d: 12345678901234567890, e: 1.0}} # n\n"]
        )
        let stored = try CollectorConversion.v1beta1(from: written)
        var values: JSONValue = ["e": 1, "c": 1000]
        values["b"] = .number(JSONNumber(validText: "1.5"))
        values["d"] = .number(JSONNumber(validText: "12345678901234567000"))
        let rewritten = set(values, ["spec", "config", "receivers", "a"], in: stored)
        #expect(rewritten != stored)
        let back = try CollectorConversion.v1alpha1(from: rewritten)
        #expect(back[path: "spec", "config"] == written[path: "spec", "config"])
    }

    // MARK: - Texts that cannot be read

    @Test(
        "a text that is no configuration is kept, and the reason is told without its values",
        arguments: [
            ("receivers: {a: 1\nexporters", "line"), ("a: 1\na: 2", "\"a\" occurs twice"), ("a: .inf", "no number"),
            ("just words", "the text is a string, expected a mapping"), ("[1]", "the text is a list"),
            ("receivers: [otlp]", "config.receivers is a list, expected an object"),
            (
                "service: {pipelines: {traces: {receivers: {a: b}}}}",
                "config.service.pipelines.traces.receivers is an object, expected a list"
            ),
            ("receivers: s3cret", "config.receivers is a string, expected an object"), ("a: *b", "no anchor"),
        ])
    func unreadable(text: String, words: String) throws {
        let written = alpha(spec: ["config": .string(text)])
        let stored = try CollectorConversion.v1beta1(from: written)
        #expect(stored[path: "spec", "config"] == ["receivers": [:], "exporters": [:], "service": ["pipelines": [:]]])
        let problem = try #require(record(stored)?.unreadable)
        #expect(problem.hasPrefix("spec.config of v1alpha1 cannot be read: "))
        #expect(problem.contains(words), "\(problem)")
        #expect(!problem.contains("s3cret"))
        #expect(try CollectorConversion.v1alpha1(from: stored) == written)
    }

    @Test("an unreadable text renders nothing, whatever defaulting and upgrades add, until there is a configuration")
    func unreadableIsNotRendered() throws {
        var resource = alpha(spec: ["config": "receivers: ["])
        resource["metadata"] = ["name": "a", "namespace": "b"]
        let stored = try CollectorDefaulting().defaulted(try CollectorConversion.v1beta1(from: resource)).resource
        #expect(stored[path: "spec", "config", "service", "telemetry"] != nil)
        let rendered = CollectorRenderer().render(stored)
        #expect(rendered.objects.isEmpty)
        #expect(!rendered.isComplete)
        #expect(rendered.findings.first?.message.contains("spec.config of v1alpha1 cannot be read: ") == true)

        let upgraded = set(["level": "none"], ["spec", "config", "service", "telemetry", "metrics"], in: stored)
        #expect(!CollectorRenderer().render(upgraded).isComplete)
        #expect(try CollectorConversion.v1alpha1(from: upgraded)[path: "spec", "config"] == "receivers: [")

        // Corrected in either version.
        let asBeta = set(["otlp": [:]], ["spec", "config", "receivers"], in: stored)
        #expect(CollectorRenderer().render(asBeta).isComplete)
        let shown = try CollectorConversion.v1alpha1(from: stored)
        let asAlpha = try CollectorConversion.v1beta1(from: set(.string(text), ["spec", "config"], in: shown))
        #expect(CollectorRenderer().render(asAlpha).isComplete)
        #expect(record(asAlpha)?.unreadable == nil)
    }

    @Test("a sidecar of an unreadable text is refused with the reason")
    func unreadableSidecar() throws {
        let stored = try CollectorConversion.v1beta1(from: alpha(spec: ["mode": "sidecar", "config": "a: ["]))
        let error = #expect(throws: SidecarFailure.self) { try CollectorRenderer().sidecar(of: stored) }
        #expect(error?.description.contains("cannot be read") == true)
    }

    @Test("the record does not reach rendered objects")
    func recordStaysHome() throws {
        var resource = alpha(spec: ["config": .string(text)])
        resource["metadata"] = ["name": "a", "namespace": "b", "annotations": ["kept": "yes"]]
        let rendered = CollectorRenderer().render(try CollectorConversion.v1beta1(from: resource))
        #expect(rendered.objects.count > 3)
        for object in rendered.objects {
            let json = object.object.json.serializedString()
            #expect(!json.contains("conversion.opentelemetry.io"))
        }
    }

    // MARK: - Fields

    @Test("what an old client cannot see outlives its change", arguments: unseen)
    func outlives(path: [String], value: JSONValue) throws {
        let stored = set(value, path, in: beta(spec: ["replicas": 1]))
        var shown = try CollectorConversion.v1alpha1(from: stored)
        #expect(shown["spec"] == ["replicas": 1])
        shown = set(2, ["spec", "replicas"], in: shown)
        let result = try CollectorConversion.v1beta1(from: shown)
        #expect(result == set(2, ["spec", "replicas"], in: stored))
    }

    static let unseen: [([String], JSONValue)] = [
        (["spec", "command"], ["a"]), (["spec", "configVersions"], 5), (["spec", "dnsPolicy"], "None"),
        (["spec", "hostAliases"], [["ip": "127.0.0.1"]]), (["spec", "hostPID"], true), (["spec", "hostUsers"], false),
        (["spec", "httpRoute"], ["enabled": true, "gateway": "g"]), (["spec", "ipFamilies"], ["IPv6"]),
        (["spec", "ipFamilyPolicy"], "SingleStack"), (["spec", "networkPolicy"], ["enabled": false]),
        (["spec", "persistentVolumeClaimRetentionPolicy"], ["whenDeleted": "Delete"]),
        (["spec", "podDnsConfig"], ["nameservers": ["1.1.1.1"]]), (["spec", "podManagementPolicy"], "OrderedReady"),
        (["spec", "readinessProbe"], ["periodSeconds": 3]), (["spec", "startupProbe"], ["periodSeconds": 3]),
        (["spec", "sessionAffinity"], "ClientIP"),
        (["spec", "sessionAffinityConfig"], ["clientIP": ["timeoutSeconds": 3]]),
        (["spec", "observability", "metrics", "extraLabels"], ["a": "b"]),
        (["spec", "targetAllocator", "mtls"], ["enabled": true]),
        (["spec", "targetAllocator", "allowInsecureAuthSecrets"], true),
        (["spec", "targetAllocator", "collectorNotReadyGracePeriod"], "1m"),
        (["spec", "targetAllocator", "collectorTargetReloadInterval"], "1m"),
        (["spec", "targetAllocator", "prometheusCR", "allowNamespaces"], ["a"]),
        (["spec", "targetAllocator", "prometheusCR", "denyNamespaces"], ["a"]),
        (["spec", "targetAllocator", "prometheusCR", "secretNamespaces"], ["a"]),
        (["spec", "targetAllocator", "prometheusCR", "evaluationInterval"], "1m"),
        (["spec", "targetAllocator", "prometheusCR", "scrapeProtocols"], ["PrometheusText1.0.0"]),
        (["spec", "targetAllocator", "prometheusCR", "probeSelector"], ["matchLabels": ["a": "b"]]),
        (["spec", "targetAllocator", "prometheusCR", "scrapeConfigSelector"], [:]),
        (["spec", "targetAllocator", "prometheusCR", "podMonitorNamespaceSelector"], [:]),
        (["status", "conditions"], [["type": "Ready", "status": "True"]]), (["status", "observedGeneration"], 4),
    ]

    @Test("a member that the client adds beside what it cannot see is there together with it")
    func addedBeside() throws {
        let stored = beta(spec: ["observability": ["metrics": ["extraLabels": ["a": "b"]]]])
        let shown = try CollectorConversion.v1alpha1(from: stored)
        let edited = set(true, ["spec", "observability", "metrics", "enableMetrics"], in: shown)
        #expect(
            try CollectorConversion.v1beta1(from: edited)[path: "spec", "observability", "metrics"]
                == ["enableMetrics": true, "extraLabels": ["a": "b"]])
    }

    @Test("what stands below a member that the client removes goes with it")
    func removedAbove() throws {
        let stored = beta(spec: ["targetAllocator": ["enabled": true, "mtls": ["enabled": true]]])
        let shown = try CollectorConversion.v1alpha1(from: stored)
        let edited = set(nil, ["spec", "targetAllocator"], in: shown)
        #expect(try CollectorConversion.v1beta1(from: edited)["spec"] == [:])
    }

    @Test("expressions of a selector stay when the client changes its labels")
    func selectors() throws {
        let path = ["spec", "targetAllocator", "prometheusCR", "podMonitorSelector"]
        let stored = set(
            ["matchLabels": ["a": "b"], "matchExpressions": [["key": "c", "operator": "Exists"]]], path,
            in: beta(spec: [:]))
        let shown = try CollectorConversion.v1alpha1(from: stored)
        let edited = set(["a": "z"], path, in: shown)
        #expect(
            try CollectorConversion.v1beta1(from: edited)[
                path: "spec", "targetAllocator", "prometheusCR", "podMonitorSelector"]
                == ["matchLabels": ["a": "z"], "matchExpressions": [["key": "c", "operator": "Exists"]]])
        // No selector at all takes nothing, and must not become one that takes everything.
        #expect(
            try CollectorConversion.v1beta1(from: shown)[
                path: "spec", "targetAllocator", "prometheusCR", "serviceMonitorSelector"] == nil)
    }

    @Test(
        "the deprecated bounds come back, also when defaults have joined them, and bring back no autoscaler that is gone"
    )
    func bounds() throws {
        let written = alpha(spec: ["minReplicas": 1, "maxReplicas": 3])
        let stored = try CollectorConversion.v1beta1(from: written)
        #expect(try CollectorConversion.v1alpha1(from: stored) == written)

        let defaulted = set(90, ["spec", "autoscaler", "targetCPUUtilization"], in: stored)
        let shown = try CollectorConversion.v1alpha1(from: defaulted)
        #expect(shown[path: "spec", "minReplicas"] == 1)
        #expect(try CollectorConversion.v1beta1(from: shown)["spec"] == defaulted["spec"])

        let removed = set(nil, ["spec", "autoscaler"], in: stored)
        #expect(try CollectorConversion.v1alpha1(from: removed)["spec"] == [:])
    }

    // MARK: - Room

    @Test("a record that does not fit leaves out the largest part and says so")
    func tooLarge() throws {
        let large = "# " + String(repeating: "x", count: 260 << 10) + "\nreceivers: {}\n"
        let written = alpha(spec: ["config": .string(large), "minReplicas": 1])
        let stored = try CollectorConversion.v1beta1(from: written)
        #expect(record(stored)?.leftOut == ["/spec/config"])
        let back = try CollectorConversion.v1alpha1(from: stored)
        #expect(back[path: "spec", "minReplicas"] == 1)
        #expect(back[path: "spec", "config"] == "receivers: {}\nexporters: {}\nservice:\n  pipelines: {}\n")
    }

    @Test("annotations of others count, and a full resource converts all the same")
    func noRoom() throws {
        var written = alpha(spec: ["config": "# a\n"])
        written["metadata"] = ["annotations": ["a": .string(String(repeating: "x", count: 257 << 10))]]
        let stored = try CollectorConversion.v1beta1(from: written)
        #expect(stored["metadata"] == written["metadata"])
    }

    @Test(
        "an annotation that is no record of ours is dropped, and does no harm",
        arguments: [
            "", "[]", "{}", "{\"version\":\"v1alpha1\"}", "{\"version\":\"v1beta1\",\"changes\":[{\"path\":\"x\"}]}",
            "{\"version\":\"v1beta1\",\"changes\":[{\"path\":\"\",\"value\":3}]}",
            "{\"version\":\"v1beta1\",\"changes\":[{\"path\":\"/metadata/name\",\"was\":\"x\",\"value\":\"z\"}]}",
        ])
    func foreign(text: String) throws {
        var written = alpha(spec: ["config": "", "replicas": 1])
        let plain = try CollectorConversion.v1beta1(from: written)
        written["metadata"] = ["name": "a", "annotations": [CollectorAnnotationKey.conversion: .string(text)]]
        #expect(try CollectorConversion.v1beta1(from: written)["spec"] == plain["spec"])
        #expect(try CollectorConversion.v1beta1(from: written)[path: "metadata", "name"] == "a")
    }

    @Test(
        "a record that somebody made up reaches nothing that is decided by",
        arguments: [
            ("/status/version", "0.158.0"), ("/status/image", "x"), ("/status/scale/replicas", 9),
            ("/status/version", nil),
            ("/metadata/name", "z"), ("/apiVersion", "v1"), ("", [:]), ("/status", ["version": "0.158.0"]),
            ("/status", .null),
        ] as [(String, JSONValue?)])
    func madeUp(path: String, value: JSONValue?) throws {
        var written = alpha(spec: ["config": "", "replicas": 1])
        written["status"] = ["version": "0.121.0", "image": "mine", "scale": ["replicas": 1]]
        let plain = try CollectorConversion.v1beta1(from: written)
        let place = try JSONPointer(path)
        for was in [nil, place.tokens.reduce(Optional(plain)) { $0?[$1] }.map(ConversionRecord.digest)] {
            let record = ConversionRecord(
                version: "v1beta1", changes: [.init(path: place, was: was, value: value)])
            written["metadata"] = [
                "name": "a", "annotations": [CollectorAnnotationKey.conversion: .string(record.text)],
            ]
            let converted = try CollectorConversion.v1beta1(from: written)
            #expect(converted["status"] == plain["status"])
            #expect(converted[path: "metadata", "name"] == "a")
            #expect(converted["apiVersion"] == plain["apiVersion"])
        }
    }
}
