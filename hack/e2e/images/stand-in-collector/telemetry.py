"""The stand-in's metrics about itself, under the collector's names."""
import threading
import time
from collections import Counter

from exposition import line

HELP = {
    "otelcol_receiver_accepted_metric_points_total": "Points that were taken.",
    "otelcol_receiver_refused_metric_points_total": "Points of a kind that is unknown here.",
    "otelcol_receiver_accepted_spans_total": "Spans that were taken.",
    "otelcol_receiver_accepted_log_records_total": "Log records that were taken.",
}


class Telemetry:
    def __init__(self):
        self._lock, self._counts, self._started = threading.Lock(), Counter(), time.monotonic()

    def count(self, name, transport, amount):
        with self._lock:
            self._counts[name, transport] += amount

    def text(self):
        lines = ["# TYPE otelcol_process_uptime_seconds_total counter",
                 f"otelcol_process_uptime_seconds_total {time.monotonic() - self._started:.3f}"]
        with self._lock:
            counts = sorted(self._counts.items())
        for name, description in HELP.items():
            lines += [f"# HELP {name} {description}", f"# TYPE {name} counter"]
            lines += [line(name, [("receiver", "otlp"), ("transport", transport)], amount)
                      for (each, transport), amount in counts if each == name]
        return "\n".join(lines) + "\n"
