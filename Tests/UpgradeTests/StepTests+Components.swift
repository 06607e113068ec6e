/// What the steps make of components.
extension StepTests {
    static let exporters = [
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

    static let processors = [
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

    static let extensions = [
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

    static let receivers = [
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
}
