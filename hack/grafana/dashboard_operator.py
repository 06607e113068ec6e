"""The dashboard of the operator."""
from panels import RATE, dashboard, query, stat, timeseries, variable

WEBHOOK = 'webhook=~"$webhook"'

OPERATOR = dashboard(
    "otel-operator",
    "OpenTelemetry operator",
    "Injection, admission, reconciling and the certificate, from the operator's own metrics.",
    [variable("webhook", "Webhook", "label_values(controller_runtime_webhook_requests_total, webhook)")],
    [
        (
            "Pods",
            [
                stat("Asked", "Pods that asked for an agent.", "none", 'max(otel_operator_instrumentation_pods{state="requested"})', ["text"]),
                stat("Injected", "Pods that have one.", "none", 'max(otel_operator_instrumentation_pods{state="injected"})', ["green"]),
                stat("Refused", "Pods that asked and have none: their Events say why.", "none", 'max(otel_operator_instrumentation_pods{state="refused"})', ["green", ("orange", 1)]),
                stat("Outdated", "Pods that were injected from an older Instrumentation.", "none", 'max(otel_operator_instrumentation_pods{state="outdated"})', ["green", ("yellow", 1)]),
                timeseries(
                    "Injections",
                    "Pods injected in five minutes, by language; sidecars beside them.",
                    "none",
                    query("sum by (language) (increase(otel_operator_injections_total[5m]))", "{{language}}"),
                    query("sum(increase(otel_operator_sidecar_injections_total[5m]))", "sidecar"),
                    stacked=True,
                ),
                timeseries(
                    "Refusals",
                    "Requests for injection in five minutes that were refused, or met in part.",
                    "none",
                    query("sum by (language, reason) (increase(otel_operator_injection_refusals_total[5m]))", "{{reason}} {{language}}"),
                ),
            ],
        ),
        (
            "Admission",
            [
                timeseries(
                    "Reviews",
                    "Admission reviews a second, by status code.",
                    "reqps",
                    query(f"sum by (webhook, code) (rate(controller_runtime_webhook_requests_total{{{WEBHOOK}}}[{RATE}]))", "{{code}} {{webhook}}"),
                ),
                timeseries(
                    "Time of a review",
                    "99 of 100 reviews were faster.",
                    "s",
                    query(
                        f"histogram_quantile(0.99, sum by (webhook, le) (rate(controller_runtime_webhook_latency_seconds_bucket{{{WEBHOOK}}}[{RATE}])))",
                        "p99 {{webhook}}",
                    ),
                ),
                timeseries(
                    "Reviews being answered",
                    "Now; and connections that were refused a second.",
                    "none",
                    query(f"sum(controller_runtime_webhook_requests_in_flight{{{WEBHOOK}}})", "being answered"),
                    query(f"sum by (listener) (rate(otel_operator_connections_refused_total[{RATE}]))", "refused {{listener}}"),
                ),
            ],
        ),
        (
            "Reconciling",
            [
                timeseries(
                    "Reconciles",
                    "A second, by controller and result.",
                    "cps",
                    query(f"sum by (controller, result) (rate(controller_runtime_reconcile_total[{RATE}]))", "{{controller}} {{result}}"),
                ),
                timeseries(
                    "Time of a reconcile",
                    "99 of 100 were faster.",
                    "s",
                    query(
                        f"histogram_quantile(0.99, sum by (controller, le) (rate(controller_runtime_reconcile_time_seconds_bucket[{RATE}])))",
                        "p99 {{controller}}",
                    ),
                ),
                timeseries(
                    "Waiting",
                    "Resources that wait to be reconciled.",
                    "none",
                    query("sum by (controller) (workqueue_depth)", "{{controller}}"),
                ),
                timeseries(
                    "Requests to the API server",
                    "A second, by method and status code.",
                    "reqps",
                    query(f"sum by (method, code) (rate(rest_client_requests_total[{RATE}]))", "{{method}} {{code}}"),
                ),
                timeseries(
                    "Failed lists and watches",
                    "A second, by resource. An API that the cluster does not serve counts here too.",
                    "cps",
                    query(f"sum by (resource) (rate(reflector_failures_total[{RATE}]))", "{{resource}}"),
                ),
                timeseries(
                    "Events not written",
                    "In five minutes, by cause.",
                    "none",
                    query("sum by (reason) (increase(event_recorder_dropped_total[5m]))", "{{reason}}"),
                ),
            ],
        ),
        (
            "Process",
            [
                stat(
                    "Certificate ends in",
                    "The webhook's serving certificate. The operator's own is renewed after two thirds of its year.",
                    "s",
                    "min(otel_operator_serving_certificate_expiry_timestamp_seconds) - time()",
                    ["red", ("orange", 3 * 86400), ("green", 14 * 86400)],
                ),
                stat("Leaders", "One at any time.", "none", "sum(leader_election_master_status)", ["red", ("green", 1), ("red", 2)]),
                timeseries(
                    "Memory",
                    "Resident, by replica.",
                    "bytes",
                    query("process_resident_memory_bytes and on (instance, job) leader_election_master_status", "{{pod}}"),
                ),
                timeseries(
                    "CPU",
                    "Cores, by replica.",
                    "none",
                    query(f"rate(process_cpu_seconds_total[{RATE}]) and on (instance, job) leader_election_master_status", "{{pod}}"),
                ),
            ],
        ),
    ],
)
