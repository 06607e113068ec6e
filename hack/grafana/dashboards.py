"""Our three dashboards: collectors, applications, operator."""
from panels import dashboard, query, stat, timeseries, variable

RATE = "$__rate_interval"


# --- collectors ---


def own(name, unit, counter=True):
    """A selector of one of the collector's own metrics, whatever its version and its reader call it.

    A collector that serves `otelcol_receiver_accepted_spans` calls it so, or with `_total`, or with `__spans__total`: that depends on
    `without_units` and `without_type_suffix` of its reader, and on its version. See metrics/collector.txt.
    """
    annotated = f"(__{unit}_)?" if unit else ""
    return f'{{__name__=~"{name}{annotated}{"(_total)?" if counter else ""}",namespace=~"$namespace",pod=~"$pod"}}'


SIGNALS = [("spans", "spans", "spans"), ("metric points", "metric_points", "datapoints"), ("log records", "log_records", "records")]


def throughput(title, description, prefix, by):
    queries = [
        query(f"sum by ({by}) (rate({own(f'{prefix}_{name}', unit)}[{RATE}]))", f"{signal} {{{{{by}}}}}")
        for signal, name, unit in SIGNALS
    ]
    return timeseries(title, description, "cps", *queries)


UP = 'up{container="otc-container",endpoint="metrics",namespace=~"$namespace",pod=~"$pod"}'
QUEUE = own("otelcol_exporter_queue_size", "[a-z]+", counter=False)
CAPACITY = own("otelcol_exporter_queue_capacity", "[a-z]+", counter=False)

COLLECTORS = dashboard(
    "otel-collectors",
    "OpenTelemetry collectors",
    "Health and throughput, from the collectors' own metrics on port 8888.",
    [
        variable("namespace", "Namespace", 'label_values(up{container="otc-container"}, namespace)'),
        variable("pod", "Pod", 'label_values(up{container="otc-container",namespace=~"$namespace"}, pod)'),
    ],
    [
        (
            "Health",
            [
                stat("Collectors", "Collectors that are scraped.", "none", f"count({UP}) or vector(0)", ["text"]),
                stat("Not reachable", "Of them, those that do not answer.", "none", f"count({UP} == 0) or vector(0)", ["green", ("red", 1)]),
                stat(
                    "Refused in an hour",
                    "Spans, points and records that receivers refused: at the memory limit, or because of what comes after.",
                    "short",
                    " + ".join(
                        f"(sum(increase({own(f'otelcol_receiver_refused_{name}', unit)}[1h])) or vector(0))" for _, name, unit in SIGNALS
                    ),
                    ["green", ("orange", 1)],
                ),
                stat(
                    "Lost in an hour",
                    "Spans, points and records that did not fit into an exporter's queue.",
                    "short",
                    " + ".join(
                        f"(sum(increase({own(f'otelcol_exporter_enqueue_failed_{name}', unit)}[1h])) or vector(0))"
                        for _, name, unit in SIGNALS
                    ),
                    ["green", ("red", 1)],
                ),
            ],
        ),
        (
            "Throughput",
            [
                throughput("Accepted", "What receivers took, a second.", "otelcol_receiver_accepted", "receiver"),
                throughput("Refused", "What receivers did not take, a second. Clients try again, or lose it.", "otelcol_receiver_refused", "receiver"),
                timeseries(
                    "Into and out of processors",
                    "Items that processors got and gave on: what a filter or a sampler takes away is the difference.",
                    "cps",
                    query(f"sum by (processor) (rate({own('otelcol_processor_incoming_items', 'items')}[{RATE}]))", "into {{processor}}"),
                    query(f"sum by (processor) (rate({own('otelcol_processor_outgoing_items', 'items')}[{RATE}]))", "out of {{processor}}"),
                ),
                throughput("Sent", "What exporters sent, a second.", "otelcol_exporter_sent", "exporter"),
                throughput("Sending failed", "What exporters could not send at a try, a second. With a queue they try again.", "otelcol_exporter_send_failed", "exporter"),
                throughput("Lost at the queue", "What did not fit into an exporter's queue, a second.", "otelcol_exporter_enqueue_failed", "exporter"),
            ],
        ),
        (
            "Queues and resources",
            [
                timeseries(
                    "Queue",
                    "How full the exporters' queues are. At 100 % data is lost.",
                    "percentunit",
                    query(f"max by (namespace, pod, exporter) ({QUEUE} / {CAPACITY})", "{{exporter}} {{pod}}"),
                ),
                timeseries(
                    "Memory",
                    "Resident memory of the process.",
                    "bytes",
                    query(
                        'max by (namespace, pod) ({__name__=~"otelcol_process_memory_rss(_bytes)?",namespace=~"$namespace",pod=~"$pod"})',
                        "{{pod}}",
                    ),
                ),
                timeseries(
                    "CPU",
                    "Cores that the process uses.",
                    "none",
                    query(f"sum by (namespace, pod) (rate({own('otelcol_process_cpu_seconds', '')}[{RATE}]))", "{{pod}}"),
                ),
            ],
        ),
    ],
)

# --- applications ---

# Agents today, and with OTEL_SEMCONV_STABILITY_OPT_IN=http: other names, and seconds in place of milliseconds.
OLD = "http_server_duration_milliseconds"
NEW = "http_server_request_duration_seconds"
SERVICE = 'service_name=~"$service"'


def latency(quantile):
    old = f"histogram_quantile({quantile}, sum by (service_name, le) (rate({OLD}_bucket{{{SERVICE}}}[{RATE}]))) / 1000"
    new = f"histogram_quantile({quantile}, sum by (service_name, le) (rate({NEW}_bucket{{{SERVICE}}}[{RATE}])))"
    return f"{old} or {new}"


def requests(old_extra="", new_extra=""):
    return (
        f"(sum by (service_name) (rate({OLD}_count{{{SERVICE}{old_extra}}}[{RATE}]))"
        f" or sum by (service_name) (rate({NEW}_count{{{SERVICE}{new_extra}}}[{RATE}])))"
    )


FAILED = requests(',http_status_code=~"5.."', ',http_response_status_code=~"5.."')
OPERATION = "gen_ai_client_operation_duration_seconds"
TOKENS = "gen_ai_client_token_usage"

APPLICATIONS = dashboard(
    "otel-applications",
    "Instrumented applications",
    "HTTP servers, calls of models (gen_ai) and agent servers (agui), from what agents send to a collector whose prometheus exporter has "
    "resource_to_telemetry_conversion enabled.",
    [variable("service", "Service", f"label_values({{__name__=~\"{OLD}_count|{NEW}_count|{OPERATION}_count\"}}, service_name)")],
    [
        (
            "HTTP",
            [
                timeseries("Requests", "Requests a second that were answered.", "reqps", query(requests(), "{{service_name}}")),
                timeseries(
                    "Latency",
                    "Half of the requests, and 95 of 100, were faster.",
                    "s",
                    query(latency("0.5"), "p50 {{service_name}}"),
                    query(latency("0.95"), "p95 {{service_name}}"),
                ),
                timeseries("Answers with 5xx", "Their share of all answers.", "percentunit", query(f"{FAILED} / {requests()}", "{{service_name}}")),
                timeseries(
                    "Being answered",
                    "Requests that wait for their answer now.",
                    "none",
                    query(f"sum by (service_name) (http_server_active_requests{{{SERVICE}}})", "{{service_name}}"),
                ),
                timeseries(
                    "Size of answers",
                    "Bytes a second.",
                    "Bps",
                    query(f"sum by (service_name) (rate(http_server_response_size_bytes_sum{{{SERVICE}}}[{RATE}]))", "{{service_name}}"),
                ),
                timeseries(
                    "Calls of others",
                    "Requests a second that the applications made.",
                    "reqps",
                    query(f"sum by (service_name) (rate(http_client_duration_milliseconds_count{{{SERVICE}}}[{RATE}]))", "{{service_name}}"),
                ),
            ],
        ),
        (
            "gen_ai",
            [
                timeseries(
                    "Calls of models",
                    "Calls a second, by model.",
                    "cps",
                    query(f"sum by (service_name, gen_ai_request_model) (rate({OPERATION}_count{{{SERVICE}}}[{RATE}]))", "{{service_name}} {{gen_ai_request_model}}"),
                ),
                timeseries(
                    "Time of a call",
                    "95 of 100 calls were faster.",
                    "s",
                    query(
                        f"histogram_quantile(0.95, sum by (gen_ai_request_model, le) (rate({OPERATION}_bucket{{{SERVICE}}}[{RATE}])))",
                        "p95 {{gen_ai_request_model}}",
                    ),
                    query(
                        f"histogram_quantile(0.5, sum by (gen_ai_request_model, le) (rate({OPERATION}_bucket{{{SERVICE}}}[{RATE}])))",
                        "p50 {{gen_ai_request_model}}",
                    ),
                ),
                timeseries(
                    "Failed calls",
                    "Calls a second that ended with an error, by its type.",
                    "cps",
                    query(f'sum by (service_name, error_type) (rate({OPERATION}_count{{{SERVICE},error_type!=""}}[{RATE}]))', "{{service_name}} {{error_type}}"),
                ),
                timeseries(
                    "Tokens",
                    "Tokens a second, by kind and model.",
                    "cps",
                    query(
                        f"sum by (gen_ai_request_model, gen_ai_token_type) (rate({TOKENS}_sum{{{SERVICE}}}[{RATE}]))",
                        "{{gen_ai_token_type}} {{gen_ai_request_model}}",
                    ),
                    stacked=True,
                ),
            ],
        ),
        (
            "agui",
            [
                timeseries(
                    "Requests of agents",
                    "Requests a second.",
                    "reqps",
                    query(f"sum by (service_name) (rate(agui_agent_request_count_total{{{SERVICE}}}[{RATE}]))", "{{service_name}}"),
                ),
                timeseries(
                    "Calls of models for a request",
                    "How many calls of a model a request of an agent makes.",
                    "none",
                    query(
                        f"sum by (service_name) (rate({OPERATION}_count{{{SERVICE}}}[{RATE}])) / "
                        f"sum by (service_name) (rate(agui_agent_request_count_total{{{SERVICE}}}[{RATE}]))",
                        "{{service_name}}",
                    ),
                ),
            ],
        ),
    ],
)

# --- operator ---

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

ALL = {"collectors": COLLECTORS, "applications": APPLICATIONS, "operator": OPERATOR}
