import Document
import Rendering
import Testing

@testable import Upgrade

@Suite("Upgrading a collector")
struct CollectorUpgradeTests {
    private func upgrade(_ spec: String, from: String, to: String = "0.158.0") throws -> CollectorUpgrade {
        CollectorUpgrade(of: try collector(spec), from: from, to: to)
    }

    private static let old = """
        args: {--log-level: debug, --metrics-addr: "0.0.0.0:8889", --new-metrics: "", mine: kept}
        autoscaler: {maxReplicas: 3}
        config:
          receivers:
            otlp: {protocols: {grpc: {tls_settings: {cert_file: c}}, http: {cors_allowed_origins: ["*"]}}}
            httpd: {endpoint: "http://a"}
            prometheus: {config: {scrape_configs: []}}
          processors: {queued_retry: {}, memory_limiter: {ballast_size_mib: 1, limit_mib: 2}, batch: null}
          exporters: {otlp: {endpoint: "a:4317", insecure: true}}
          extensions: {health_check: {port: 13133}}
          service:
            extensions: [health_check]
            telemetry: {traces: {level: none}}
            pipelines:
              metrics: {receivers: [httpd, otlp], processors: [memory_limiter, queued_retry, batch], exporters: [otlp]}
        """

    @Test("from the first version, through all steps")
    func chain() throws {
        let result = try upgrade(Self.old, from: "0.2.10")
        #expect(result.version == "0.158.0")
        #expect(result.obstacle == nil)
        let expected = """
            args: {mine: kept}
            autoscaler: {maxReplicas: 3, minReplicas: 1}
            config:
              receivers:
                otlp: {protocols: {grpc: {tls: {cert_file: c}}, http: {cors: {allowed_origins: ["*"]}}}}
                prometheus: {config: {scrape_configs: []}}
                apache: {endpoint: "http://a"}
              processors: {memory_limiter: {limit_mib: 2}, batch: null}
              exporters: {otlp: {endpoint: "a:4317", tls: {insecure: true}}}
              extensions: {health_check: {endpoint: "0.0.0.0:13133"}}
              service:
                extensions: [health_check]
                telemetry:
                  traces: {level: none}
                  logs: {level: debug}
                  metrics: {readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 8889}}}}]}
                pipelines:
                  metrics: {receivers: [apache, otlp], processors: [memory_limiter, batch], exporters: [otlp]}
            """
        #expect(result.resource["spec"] == (try YAML.parse(expected)))
        let versions = result.remarks.map(\.version)
        #expect(versions == versions.sorted { $0.compareVersion(to: $1) })
        #expect(
            Set(versions).isSuperset(of: ["0.15.0", "0.19.0", "0.39.0", "0.104.0", "0.105.0", "0.110.0", "0.122.0"]))
        #expect(!Set(versions).contains("0.9.0"), "what had nothing to do says nothing")
    }

    @Test(
        "a second upgrade of the result changes nothing, from whatever version",
        arguments: ["0.2.10", "0.41.0", "0.104.0", "0.110.0", "0.121.0", "v0.121", "0.122.0"])
    func idempotence(from: String) throws {
        let first = try upgrade(Self.old, from: from)
        let second = CollectorUpgrade(of: first.resource, from: from, to: "0.158.0")
        #expect(second.resource == first.resource)
        #expect(CollectorUpgrade(of: first.resource, from: first.version, to: "0.158.0").remarks == [])
    }

    @Test("only the steps behind the resource's version and up to the operator's are done")
    func range() throws {
        let spec = "{args: {feature-gates: -component.UseLocalHostAsDefaultHost}, config: {service: {}}}"
        #expect(try upgrade(spec, from: "0.104.0", to: "0.109.0").resource["spec"] == (try YAML.parse(spec)))
        #expect(
            try upgrade(spec, from: "0.104.0", to: "0.110.0").resource["spec"]
                == (try YAML.parse("{config: {service: {}}}")))
        let reader = "{host: 0.0.0.0, port: 8888}"
        #expect(
            try upgrade(spec, from: "0.110.0").resource["spec"]?["config"]
                == (try YAML.parse(
                    "{service: {telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: \(reader)}}}]}}}}")))
        #expect(try upgrade(spec, from: "0.110.0").resource["spec"]?["args"] != nil, "0.110.0 was done already")
        let from121 = try upgrade("config: {service: {telemetry: {metrics: {address: 'a:1'}}}}", from: "0.121.0")
        #expect(from121.remarks.map(\.version) == ["0.122.0"])
    }

    @Test("from 0.41.0 on, arguments for metrics move, and those for logs, long gone, stay")
    func from41() throws {
        let result = try upgrade(
            "{args: {--metrics-addr: '0.0.0.0:1', --log-level: debug}, config: {service: {}}}", from: "0.41.0")
        #expect(result.resource["spec"]?["args"] == ["--log-level": "debug"])
        let readers = result.resource["spec"]?["config"]?["service"]?["telemetry"]?["metrics"]?["readers"]
        #expect(readers?[0]?[path: "pull", "exporter", "prometheus", "port"] == 1)
    }

    @Test("0.104.0 keeps what the next versions no longer need, and says what changes for users")
    func localHost() throws {
        let spec = "{args: {feature-gates: x}, config: {receivers: {prometheus: {}, otlp: {}}, service: {}}}"
        let at104 = try upgrade(spec, from: "0.103.1", to: "0.104.0")
        #expect(
            at104.resource["spec"]?["args"] == [
                "feature-gates": "x,-confmap.unifyEnvVarExpansion,-component.UseLocalHostAsDefaultHost"
            ])
        #expect(at104.warnings.contains { $0.contains("listen on localhost unless they have an endpoint") })
        let again = CollectorUpgrade(of: at104.resource, from: "0.103.1", to: "0.104.0")
        #expect(again.resource == at104.resource)
        let bare = try upgrade("config: {receivers: {otlp: {}}}", from: "0.103.1", to: "0.104.0")
        #expect(bare.resource["spec"]?["args"] == ["feature-gates": "-component.UseLocalHostAsDefaultHost"])
        #expect(
            CollectorUpgrade(of: at104.resource, from: "0.104.0", to: "0.110.0").resource["spec"]?["args"]
                == ["feature-gates": "x"])
    }

    @Test("an address for metrics that is none stops the upgrade where collectors no longer take it")
    func unusableMetricsAddress() throws {
        let spec = "config: {service: {telemetry: {metrics: {address: 'localhost:8080/metrics'}}}}"
        let stopped = try upgrade(spec, from: "0.121.0")
        #expect(stopped.version == "0.121.0")
        #expect(stopped.obstacle?.version == "0.122.0")
        #expect(
            stopped.obstacle?.text.contains("address \"localhost:8080/metrics\" has a port that is neither") == true)
        #expect(
            stopped.resource["spec"]?["config"]?["service"]?["telemetry"]?["metrics"]
                == ["address": "localhost:8080/metrics"])
    }

    @Test("Jaeger's remote sampling stops the upgrade before 0.61.0, says what to do, and lets it go on afterwards")
    func remoteSampling() throws {
        let spec = """
            autoscaler: {maxReplicas: 2}
            config:
              receivers: {jaeger/a: {protocols: {grpc: null}, remote_sampling: {strategy_file: s}}}
              service: {telemetry: {metrics: {address: "a:1"}}}
            """
        let stopped = try upgrade(spec, from: "0.50.0")
        #expect(stopped.version == "0.57.2")
        #expect(stopped.obstacle?.version == "0.61.0")
        #expect(
            stopped.obstacle?.text.hasPrefix("spec.config.receivers.jaeger/a: remote_sampling is no longer") == true)
        #expect(stopped.obstacle?.text.contains("jaegerremotesampling") == true)
        #expect(stopped.resource["spec"]?["autoscaler"]?["minReplicas"] == 1, "what is before it is done")
        #expect(stopped.resource["spec"]?["config"]?["service"]?["telemetry"]?["metrics"]?["address"] == "a:1")

        let still = CollectorUpgrade(of: stopped.resource, from: stopped.version, to: "0.158.0")
        #expect(still.obstacle == stopped.obstacle)
        #expect(still.resource == stopped.resource)
        #expect(still.version == "0.57.2")

        var mended = stopped.resource
        mended["spec"]?["config"]?["receivers"]?["jaeger/a"]?["remote_sampling"] = nil
        let on = CollectorUpgrade(of: mended, from: "0.57.2", to: "0.158.0")
        #expect(on.obstacle == nil)
        #expect(on.version == "0.158.0")
        #expect(try upgrade(spec, from: "0.61.0").obstacle == nil)
    }

    @Test(
        "a version that is newer, the same, or none changes nothing", arguments: ["0.158.0", "0.159.1", "latest", ""])
    func notOlder(version: String) throws {
        let result = try upgrade(Self.old, from: version)
        #expect(result.resource == (try collector(Self.old)))
        #expect(result.version == version)
        #expect(result.remarks == [])
    }

    @Test(
        "whatever shape a resource has, the upgrade goes through and says what it left",
        arguments: [
            [:], ["spec": .null], ["spec": "text"], ["spec": ["config": .null]], ["spec": ["config": []]],
            ["spec": ["config": ["service": 1, "receivers": "a"], "args": []]], "no object", .null,
        ] as [JSONValue])
    func oddShapes(resource: JSONValue) {
        let result = CollectorUpgrade(of: resource, from: "0.2.10", to: "0.158.0")
        #expect(result.version == "0.158.0")
        #expect(result.obstacle == nil)
        #expect(result.remarks.allSatisfy { !$0.text.isEmpty })
    }

    @Test("what nobody understands is never lost: every leaf of an odd configuration is still there")
    func nothingLost() throws {
        let spec = """
            args: {feature-gates: a}
            config:
              receivers: {otlp: [1], jaeger: x, influxdb: 5, httpd: text}
              processors: {resource: {labels: text}, memory_limiter: [2], queued_retryx: 7}
              exporters: {otlp: {tls: text, ca_file: ca}, opencensus: 3}
              extensions: {health_check: {port: {a: b}}}
              service: {pipelines: {traces: text, logs: {receivers: text}}, telemetry: {metrics: text, logs: {x: y}}}
            """
        let result = try upgrade(spec, from: "0.2.10")
        func leaves(_ value: JSONValue) -> [String] {
            switch value {
            case .object(let object): object.members.flatMap { leaves($0.value) }
            case .array(let elements): elements.flatMap(leaves)
            default: [value.serializedString()]
            }
        }
        let after = leaves(result.resource)
        for leaf in leaves(try collector(spec)) { #expect(after.contains(leaf), "\(leaf)") }
    }

    @Test("the upgraded configuration has nothing left for the defaults to add to the metrics")
    func defaults() throws {
        let result = try upgrade(Self.old, from: "0.2.10")
        let defaulted = try CollectorDefaulting().defaulted(result.resource)
        #expect(defaulted.addedMetricsReader == nil)
        let again = CollectorUpgrade(of: defaulted.resource, from: "0.2.10", to: "0.158.0")
        #expect(again.resource == defaulted.resource, "defaulting in between starts nothing anew")
    }
}

@Suite("Whether a collector is to be upgraded")
struct VersionStandingTests {
    @Test(
        "is a matter of its version and its strategy",
        arguments: [
            ("", "automatic", .current), ("0.158.0", "automatic", .current), ("v0.158.0", "none", .current),
            ("0.157.0", "automatic", .older("0.157.0")), ("0.9.0", "automatic", .older("0.9.0")),
            ("0.157.0", "none", .kept("0.157.0")), ("0.158.1", "automatic", .newer("0.158.1")),
            ("0.200.0", "none", .newer("0.200.0")), ("latest", "automatic", .unreadable("latest")),
        ] as [(String, String, VersionStanding)])
    func standing(version: String, strategy: String, expected: VersionStanding) throws {
        let resource = try collector("upgradeStrategy: \(strategy)", version: version)
        #expect(VersionStanding(of: resource, to: "0.158.0") == expected)
    }
}

extension String {
    /// By numbers, for the versions of the steps.
    fileprivate func compareVersion(to other: String) -> Bool {
        let numbers = split(separator: ".").compactMap { Int($0) }
        return numbers.lexicographicallyPrecedes(other.split(separator: ".").compactMap { Int($0) })
    }
}
