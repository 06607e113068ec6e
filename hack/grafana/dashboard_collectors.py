"""The dashboard of collectors."""
from panels import RATE, dashboard, query, stat, timeseries, variable


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
