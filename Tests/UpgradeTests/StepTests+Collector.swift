/// What the steps make of the collector around its components: arguments, autoscaler, telemetry.
extension StepTests {
    static let arguments = [
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

    static let others = [
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

    static let telemetry = [
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
