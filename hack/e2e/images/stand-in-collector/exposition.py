"""Metrics as they arrive, and as Prometheus reads them: what the collector's `prometheus` exporter does."""
import re
import threading
import time

from otlp import attributes, data_points
from prometheus_names import prometheus_name

CUMULATIVE = 2  # AggregationTemporality


def label_name(key):
    name = re.sub(r"[^a-zA-Z0-9_]", "_", key)
    return f"key_{name}" if name[:1].isdigit() else name


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def escaped(value):
    return text_of(value).replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def line(name, labels, value, **more):
    pairs = ",".join(f'{key}="{escaped(each)}"' for key, each in [*labels, *more.items()])
    return f"{name}{{{pairs}}} {value}" if pairs else f"{name} {value}"


def number(value):
    return f"{value:g}" if isinstance(value, float) and value == int(value) else repr(value)


class Exposition:
    """The newest value of each series, until `expiration` seconds after it came."""

    def __init__(self, has_resource_labels, expiration, namespace="", clock=time.monotonic):
        self._has_resource_labels, self._expiration, self._namespace, self._clock = has_resource_labels, expiration, namespace, clock
        self._lock = threading.Lock()
        self._series = {}  # (name, labels): (kind, description, value, time)

    def take(self, request):
        """Returns how many points were taken and how many not, because their kind is unknown here."""
        taken = refused = 0
        for resource, scope, metric, kind, data, point in data_points(request):
            if kind not in ("gauge", "sum", "histogram") or getattr(data, "aggregation_temporality", CUMULATIVE) != CUMULATIVE:
                refused += 1
                continue
            name, shown = prometheus_name(metric.name, metric.unit, kind, getattr(data, "is_monotonic", False))
            if self._namespace:
                name = f"{self._namespace}_{name}"
            if kind == "histogram":
                value = tuple(point.explicit_bounds), tuple(point.bucket_counts), point.sum, point.count
            else:
                value = getattr(point, point.WhichOneof("value"))
            key = name, self._labels(resource, scope, point)
            with self._lock:
                self._series[key] = shown, metric.description, value, self._clock()
            taken += 1
        return taken, refused

    def _labels(self, resource, scope, point):
        labels = {}
        if self._has_resource_labels:
            labels.update((label_name(key), value) for key, value in resource.items())
        labels["otel_scope_name"], labels["otel_scope_version"] = scope.name, scope.version
        labels.update((label_name(key), value) for key, value in attributes(point.attributes).items())
        if "service.name" in resource:
            namespace = resource.get("service.namespace")
            labels["job"] = f"{namespace}/{resource['service.name']}" if namespace else resource["service.name"]
        if "service.instance.id" in resource:
            labels["instance"] = resource["service.instance.id"]
        return tuple(sorted((key, text_of(value)) for key, value in labels.items() if value not in (None, "")))

    def text(self):
        with self._lock:
            oldest = self._clock() - self._expiration
            self._series = {key: entry for key, entry in self._series.items() if entry[3] >= oldest}
            series = sorted(self._series.items())
        lines, previous = [], None
        for (name, labels), (kind, description, value, _) in series:
            if name != previous:
                previous = name
                if description:
                    lines.append("# HELP {} {}".format(name, description.replace("\\", r"\\").replace("\n", r"\n")))
                lines.append(f"# TYPE {name} {kind}")
            lines += histogram(name, labels, value) if kind == "histogram" else [line(name, labels, number(value))]
        return "\n".join(lines) + "\n"


def histogram(name, labels, value):
    bounds, counts, total, count = value
    below = 0
    for bound, here in zip(bounds, counts):
        below += here
        yield line(f"{name}_bucket", labels, below, le=number(float(bound)))
    yield line(f"{name}_bucket", labels, count, le="+Inf")
    yield line(f"{name}_sum", labels, number(total))
    yield line(f"{name}_count", labels, count)
