"""How a metric of OpenTelemetry is called in Prometheus."""

UNITS = {"s": "seconds", "ms": "milliseconds", "By": "bytes", "1": ""}


def prometheus_name(name, unit, kind, monotonic):
    """Name and kind of a metric as a collector's `prometheus` exporter shows it: dots become underscores, the unit and, for a counter,
    `total` come at the end unless they are there; units in braces do not count.

    Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility".
    """
    name = name.replace(".", "_")
    unit = "" if unit.startswith("{") else UNITS.get(unit, unit)
    if unit and unit not in name.split("_"):
        name += f"_{unit}"
    if kind == "sum" and monotonic:
        return (name if name.endswith("_total") else f"{name}_total"), "counter"
    return name, "gauge" if kind == "sum" else kind
