"""The dashboard of applications."""
from panels import RATE, dashboard, query, timeseries, variable

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
