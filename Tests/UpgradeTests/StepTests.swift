import Document
import Testing

@testable import Upgrade

/// One step: what it makes of a spec.
struct StepCase: Sendable, CustomTestStringConvertible {
    var version: String
    var name: String
    var before: String
    /// `nil` when nothing may change.
    var after: String?
    /// Part of a warning that must be there; without one, there must be none.
    var warning: String?

    var testDescription: String { "\(version) \(name)" }
}

@Suite("Each step of the upgrade of a collector")
struct StepTests {
    @Test("makes of a spec what its version needs, and nothing of it a second time", arguments: cases)
    func step(step: StepCase) throws {
        let before = try collector(step.before)
        let upgrade = CollectorUpgrade(of: before, from: Self.before(step.version), to: step.version)
        #expect(upgrade.obstacle == nil)
        #expect(upgrade.version == step.version)
        #expect(upgrade.resource["spec"] == (try YAML.parse(step.after ?? step.before)))
        if let warning = step.warning {
            #expect(upgrade.warnings.contains { $0.contains(warning) }, "\(upgrade.texts)")
        } else {
            #expect(upgrade.warnings == [])
        }
        if step.after != nil { #expect(!upgrade.remarks.isEmpty, "what is changed is told") }
        #expect(upgrade.remarks.allSatisfy { $0.version == step.version })

        let again = CollectorUpgrade(of: upgrade.resource, from: Self.before(step.version), to: step.version)
        #expect(again.resource == upgrade.resource)
    }

    /// The version right before.
    static func before(_ version: String) -> String {
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        return numbers[2] > 0
            ? "\(numbers[0]).\(numbers[1]).\(numbers[2] - 1)" : "\(numbers[0]).\(numbers[1] - 1).99"
    }

    @Test("the steps are in the order of their versions, and each version of the table has its tests")
    func order() {
        for (step, next) in zip(UpgradeStep.all, UpgradeStep.all.dropFirst()) { #expect(!(next.number < step.number)) }
        #expect(UpgradeStep.all.count == 22)
        let tested = Set(Self.cases.map(\.version)).union(["0.61.0", "0.104.0"])
        #expect(Set(UpgradeStep.all.map(\.version)) == tested)
    }

    static let cases: [StepCase] = exporters + arguments + processors + extensions + receivers + others + telemetry

    private static let exporters = [
        StepCase(
            version: "0.9.0", name: "reconnection_delay goes from OpenCensus exporters only",
            before: """
                config:
                  exporters:
                    opencensus: {endpoint: a, reconnection_delay: 5s}
                    opencensus/2: {reconnection_delay: 5s}
                    opencensusque: {reconnection_delay: 5s}
                    opencensus/null: null
                """,
            after: """
                config:
                  exporters:
                    opencensus: {endpoint: a}
                    opencensus/2: {}
                    opencensusque: {reconnection_delay: 5s}
                    opencensus/null: null
                """),
        StepCase(
            version: "0.9.0", name: "exporters that are no object are left",
            before: "config: {exporters: [opencensus]}", warning: "spec.config.exporters: left as it is: found a list"),
        StepCase(
            version: "0.9.0", name: "an exporter that is no object is left, the next one is not",
            before: "config: {exporters: {opencensus: secret-text, opencensus/2: {reconnection_delay: 1s}}}",
            after: "config: {exporters: {opencensus: secret-text, opencensus/2: {}}}",
            warning: "spec.config.exporters.opencensus: left as it is: found a string, expected an object"),
        StepCase(
            version: "0.36.0", name: "settings of TLS are gathered; other exporters and those without stay",
            before: """
                config:
                  exporters:
                    otlp: {endpoint: a, ca_file: ca, cert_file: c, key_file: k, insecure: true, server_name_override: s}
                    otlphttp/b: {min_version: "1.2", max_version: "1.3", insecure_skip_verify: false}
                    otlp/none: {endpoint: b}
                    otlp/null:
                    jaeger: {ca_file: ca}
                """,
            after: """
                config:
                  exporters:
                    otlp: {endpoint: a, tls: {ca_file: ca, cert_file: c, key_file: k, insecure: true, server_name_override: s}}
                    otlphttp/b: {tls: {min_version: "1.2", max_version: "1.3", insecure_skip_verify: false}}
                    otlp/none: {endpoint: b}
                    otlp/null:
                    jaeger: {ca_file: ca}
                """),
        StepCase(
            version: "0.36.0", name: "what tls says already counts; a tls of another kind is left",
            before: """
                config:
                  exporters:
                    otlp: {ca_file: old, insecure: true, tls: {ca_file: new}}
                    otlp/text: {ca_file: old, tls: "yes"}
                """,
            after: """
                config:
                  exporters:
                    otlp: {tls: {ca_file: new, insecure: true}}
                    otlp/text: {ca_file: old, tls: "yes"}
                """,
            warning: "spec.config.exporters.otlp: removed ca_file, as tls.ca_file is set, too"),
    ]

    private static let arguments = [
        StepCase(
            version: "0.15.0", name: "the choice of metrics goes, with dashes and without",
            before: "{args: {--new-metrics: '', legacy-metrics: 'true', other: a}, config: {}}",
            after: "{args: {other: a}, config: {}}"),
        StepCase(
            version: "0.38.0", name: "logging moves into the configuration",
            before: "{args: {--log-level: debug, log-profile: dev, log-format: json, a: b}, config: {service: {}}}",
            after: """
                args: {a: b}
                config: {service: {telemetry: {logs: {level: debug, development: true, encoding: json}}}}
                """),
        StepCase(
            version: "0.38.0", name: "what the configuration says counts, and what it does not say is filled in",
            before: """
                args: {log-level: debug, log-format: json}
                config: {service: {telemetry: {logs: {level: warn}, metrics: {level: none}}}}
                """,
            after: """
                args: {}
                config: {service: {telemetry: {logs: {level: warn, encoding: json}, metrics: {level: none}}}}
                """, warning: "spec.config.service.telemetry.logs.level: stays; the argument log-level said it, too"),
        StepCase(
            version: "0.38.0", name: "the usual profile needs no word",
            before: "{args: {log-profile: prod}, config: {service: {}}}", after: "{args: {}, config: {service: {}}}"),
        StepCase(
            version: "0.38.0", name: "telemetry that is no object is left, the arguments go",
            before: "{args: {log-level: debug}, config: {service: {telemetry: x}}}",
            after: "{args: {}, config: {service: {telemetry: x}}}",
            warning: "removed the arguments log-level, which the collector no longer has"),
        StepCase(
            version: "0.38.0", name: "without such arguments nothing is made",
            before: "{args: {a: b}, config: {receivers: {}}}"),
        StepCase(
            version: "0.43.0", name: "the collector's own metrics move into the configuration",
            before: "{args: {--metrics-addr: ':8889', metrics-level: detailed}, config: {service: {pipelines: {}}}}",
            after: """
                args: {}
                config: {service: {pipelines: {}, telemetry: {metrics: {address: ':8889', level: detailed}}}}
                """),
        StepCase(
            version: "0.105.0", name: "the gate of Prometheus receivers goes, others stay",
            before: """
                args: {feature-gates: 'a,-confmap.unifyEnvVarExpansion,-b'}
                config: {receivers: {prometheus/x: {}}}
                """,
            after: "{args: {feature-gates: 'a,-b'}, config: {receivers: {prometheus/x: {}}}}"),
        StepCase(
            version: "0.105.0", name: "the last gate takes the argument with it",
            before: """
                args: {feature-gates: -confmap.unifyEnvVarExpansion}
                config: {receivers: {prometheus: {}}}
                """,
            after: "config: {receivers: {prometheus: {}}}"),
        StepCase(
            version: "0.105.0", name: "without a Prometheus receiver it is the user's",
            before: "{args: {feature-gates: -confmap.unifyEnvVarExpansion}, config: {receivers: {otlp: {}}}}"),
        StepCase(
            version: "0.110.0", name: "the gate of localhost goes",
            before: "{args: {feature-gates: '-component.UseLocalHostAsDefaultHost,x', a: b}, config: {}}",
            after: "{args: {feature-gates: x, a: b}, config: {}}"),
        StepCase(
            version: "0.110.0", name: "gates that are no string are left", before: "{args: {feature-gates: [a]}}",
            warning: "spec.args.feature-gates: left as it is: found a list, expected a string"),
    ]

    private static let processors = [
        StepCase(
            version: "0.19.0", name: "queued_retry goes, from the pipelines as well",
            before: """
                config:
                  processors: {queued_retry: {num_workers: 4}, queued_retry/2: null, batch: null}
                  service: {pipelines: {traces: {receivers: [a], processors: [queued_retry, batch, queued_retry/2]}, logs: null}}
                """,
            after: """
                config:
                  processors: {batch: null}
                  service: {pipelines: {traces: {receivers: [a], processors: [batch]}, logs: null}}
                """, warning: "exporters queue and retry by themselves"),
        StepCase(
            version: "0.19.0",
            name: "type and labels of resource processors become attributes; resourcedetection stays",
            before: """
                config:
                  processors:
                    resource: {type: host, labels: {a: one, b: null}}
                    resource/more: {labels: {a: one}, attributes: [{key: a, value: two, action: update}]}
                    resource/new: {attributes: []}
                    resource/null: null
                    resourcedetection: {type: host, detectors: [env]}
                """,
            after: """
                config:
                  processors:
                    resource:
                      attributes:
                      - {action: upsert, key: opencensus.type, value: host}
                      - {action: upsert, key: a, value: one}
                      - {action: upsert, key: b, value: ""}
                    resource/more:
                      attributes: [{action: upsert, key: a, value: one}, {key: a, value: two, action: update}]
                    resource/new: {attributes: []}
                    resource/null: null
                    resourcedetection: {type: host, detectors: [env]}
                """),
        StepCase(
            version: "0.19.0", name: "labels that are no object are left",
            before: "config: {processors: {resource: {type: host, labels: [a]}}}",
            warning: "spec.config.processors.resource.labels: left as it is: found a list"),
        StepCase(
            version: "0.39.0", name: "the ballast size goes from memory limiters",
            before: "config: {processors: {memory_limiter/x: {ballast_size_mib: 10, limit_mib: 5}, batch: {a: null}}}",
            after: "config: {processors: {memory_limiter/x: {limit_mib: 5}, batch: {a: null}}}"),
    ]

    private static let extensions = [
        StepCase(
            version: "0.24.0", name: "a port becomes an endpoint, unless there is one",
            before: """
                config:
                  extensions:
                    health_check: {port: 13133}
                    health_check/text: {port: "13134"}
                    health_check/both: {port: 13133, endpoint: localhost}
                    health_check/null: null
                """,
            after: """
                config:
                  extensions:
                    health_check: {endpoint: "0.0.0.0:13133"}
                    health_check/text: {endpoint: "0.0.0.0:13134"}
                    health_check/both: {port: 13133, endpoint: localhost}
                    health_check/null: null
                """),
        StepCase(
            version: "0.57.2", name: "a port joins its endpoint, whatever the two look like",
            before: """
                config:
                  extensions:
                    health_check: {port: 13133, endpoint: localhost}
                    health_check/text: {port: "13134", endpoint: "${env:POD_IP}"}
                    health_check/six: {port: 1, endpoint: "::1"}
                    health_check/brackets: {port: 1, endpoint: "[::]"}
                    health_check/none: {port: 2}
                    health_check/null: null
                """,
            after: """
                config:
                  extensions:
                    health_check: {endpoint: "localhost:13133"}
                    health_check/text: {endpoint: "${env:POD_IP}:13134"}
                    health_check/six: {endpoint: "[::1]:1"}
                    health_check/brackets: {endpoint: "[::]:1"}
                    health_check/none: {endpoint: "0.0.0.0:2"}
                    health_check/null: null
                """),
        StepCase(
            version: "0.57.2", name: "an endpoint with a port needs no other",
            before: "config: {extensions: {health_check: {port: 1, endpoint: 'a:2'}, health_check/b: {port: [1]}}}",
            after: "config: {extensions: {health_check: {endpoint: 'a:2'}, health_check/b: {port: [1]}}}",
            warning: "removed port, as endpoint has one"),
    ]

    private static let receivers = [
        StepCase(
            version: "0.31.0", name: "the InfluxDB receiver's schema goes",
            before:
                "config: {receivers: {influxdb: {metrics_schema: a, metrics_schema_x: b, endpoint: c}, otlp: null}}",
            after: "config: {receivers: {influxdb: {endpoint: c}, otlp: null}}"),
        StepCase(
            version: "0.36.0", name: "tls_settings of OTLP's protocols is called tls, with all that is in it",
            before: """
                config:
                  receivers:
                    otlp: {protocols: {grpc: {tls_settings: {cert_file: c, key_file: null}}, http: null}}
                    otlp/both: {protocols: {http: {tls_settings: {a: b}, tls: {}}}}
                """,
            after: """
                config:
                  receivers:
                    otlp: {protocols: {grpc: {tls: {cert_file: c, key_file: null}}, http: null}}
                    otlp/both: {protocols: {http: {tls_settings: {a: b}, tls: {}}}}
                """,
            warning: "spec.config.receivers.otlp/both.protocols.http.tls_settings: left as it is: tls is set, too"),
        StepCase(
            version: "0.39.0", name: "httpd is called apache, in every pipeline",
            before: """
                config:
                  receivers: {httpd: {endpoint: a}, httpd/2: null, httpdump: {}}
                  service: {pipelines: {metrics: {receivers: [httpd]}, metrics/2: {receivers: [otlp, httpd/2, httpdump]}}}
                """,
            after: """
                config:
                  receivers: {httpdump: {}, apache: {endpoint: a}, apache/2: null}
                  service: {pipelines: {metrics: {receivers: [apache]}, metrics/2: {receivers: [otlp, apache/2, httpdump]}}}
                """),
        StepCase(
            version: "0.39.0", name: "not over one that is there",
            before:
                "config: {receivers: {httpd: {}, apache: {}}, service: {pipelines: {metrics: {receivers: [httpd]}}}}",
            warning: "spec.config.receivers.httpd: left as it is: there is a receiver apache, too"),
        StepCase(
            version: "0.41.0", name: "settings of CORS are gathered; null values elsewhere stay",
            before: """
                config:
                  receivers:
                    otlp: {protocols: {grpc: null, http: {cors_allowed_origins: [a], cors_allowed_headers: [b]}}}
                  processors: {batch: null}
                """,
            after: """
                config:
                  receivers:
                    otlp: {protocols: {grpc: null, http: {cors: {allowed_origins: [a], allowed_headers: [b]}}}}
                  processors: {batch: null}
                """),
    ]

    private static let others = [
        StepCase(
            version: "0.56.0", name: "an autoscaler with a maximum has a minimum",
            before: "{autoscaler: {maxReplicas: 5}, config: {}}",
            after: "{autoscaler: {maxReplicas: 5, minReplicas: 1}, config: {}}"),
        StepCase(
            version: "0.56.0", name: "a minimum stays",
            before: "{autoscaler: {maxReplicas: 5, minReplicas: 2}, config: {}}"),
        StepCase(
            version: "0.56.0", name: "no maximum, no minimum", before: "{autoscaler: {targetCPUUtilization: 5}}"),
    ]

    private static let telemetry = [
        StepCase(
            version: "0.111.0", name: "metrics get the address that they had without one",
            before: "config: {receivers: {}, service: {telemetry: {logs: {level: debug}}}}",
            after: """
                config: {receivers: {}, service: {telemetry: {logs: {level: debug}, metrics: {address: "0.0.0.0:8888"}}}}
                """),
        StepCase(
            version: "0.111.0", name: "an address stays",
            before: "config: {service: {telemetry: {metrics: {address: 'localhost:1'}}}}"),
        StepCase(
            version: "0.111.0", name: "readers stay",
            before: "config: {service: {telemetry: {metrics: {readers: [{periodic: {}}]}}}}"),
        StepCase(
            version: "0.111.0", name: "telemetry of another kind is left",
            before: "config: {service: {telemetry: {metrics: none}}}",
            warning: "spec.config.service.telemetry.metrics: left as it is: found a string"),
        StepCase(
            version: "0.122.0", name: "the address becomes a reader; logs, traces, resource and null stay",
            before: """
                config:
                  service:
                    telemetry:
                      logs: {level: debug, processors: [{batch: {}}]}
                      traces: {processors: [{batch: {exporter: {otlp: {endpoint: a}}}}]}
                      resource: {service.name: x, service.instance.id: null}
                      metrics: {level: detailed, address: "127.0.0.1:9999", views: []}
                """,
            after: """
                config:
                  service:
                    telemetry:
                      logs: {level: debug, processors: [{batch: {}}]}
                      traces: {processors: [{batch: {exporter: {otlp: {endpoint: a}}}}]}
                      resource: {service.name: x, service.instance.id: null}
                      metrics:
                        level: detailed
                        views: []
                        readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: 9999}}}}]
                """),
        reader(
            "beside other readers", "0.0.0.0:8888", "[{periodic: {}}]", "[{periodic: {}}, READER]", "0.0.0.0", "8888"),
        reader(
            "not when there is one", "0.0.0.0:8888",
            "[{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 8888, without_units: true}}}}]",
            "[{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 8888, without_units: true}}}}]", "", ""),
        reader("without a host", ":8889", nil, "[READER]", "0.0.0.0", "8889"),
        reader("without a port", "localhost", nil, "[READER]", "localhost", "8888"),
        reader("with a variable host", "${env:POD_IP}:8889", nil, "[READER]", "'${env:POD_IP}'", "8889"),
        reader("that is a variable host", "${env:POD_IP}", nil, "[READER]", "'${env:POD_IP}'", "8888"),
        reader("with a variable port", "0.0.0.0:${env:PORT}", nil, "[READER]", "0.0.0.0", "'${env:PORT}'"),
        reader("of IPv6", "[::]:8888", nil, "[READER]", "'[::]'", "8888"),
        StepCase(
            version: "0.122.0", name: "readers that are no list are left",
            before: "config: {service: {telemetry: {metrics: {address: 'a:1', readers: {}}}}}",
            warning: "spec.config.service.telemetry.metrics.readers: left as it is: found an object"),
        StepCase(
            version: "0.122.0", name: "no address, no change",
            before: "config: {service: {telemetry: {metrics: {level: none}, logs: null}}}"),
    ]

    private static func reader(
        _ name: String, _ address: String, _ before: String?, _ after: String, _ host: String, _ port: String
    ) -> StepCase {
        let reader = "{pull: {exporter: {prometheus: {host: \(host), port: \(port)}}}}"
        let readers = before.map { ", readers: \($0)" } ?? ""
        return StepCase(
            version: "0.122.0", name: "a reader \(name)",
            before: "config: {service: {telemetry: {metrics: {address: '\(address)'\(readers)}}}}",
            after: "config: {service: {telemetry: {metrics: {readers: \(after.replacing("READER", with: reader))}}}}")
    }
}
