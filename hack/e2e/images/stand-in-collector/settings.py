"""What a collector's configuration asks of the stand-in. It knows few components; what it does not know is refused with its name, as a
collector does with a component that is not in its build."""
import os
import re
from collections import namedtuple

import yaml

# http, grpc: (host, port) or None. signals: of the pipelines. exporters: prometheus only. telemetry, health: (host, port) or None.
Settings = namedtuple("Settings", "http grpc signals exporters telemetry health")
Exporter = namedtuple("Exporter", "endpoint has_resource_labels expiration namespace")

KNOWN = {
    "receivers": {"otlp"},
    "processors": {"batch", "memory_limiter"},  # nothing is held back here, so both have nothing to do
    "exporters": {"prometheus", "debug", "nop"},
    "extensions": {"health_check"},
}
SIGNALS = {"metrics", "traces", "logs"}
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


class Refused(Exception):
    """The configuration asks for something that the stand-in does not do."""


def kind(identifier):
    return identifier.partition("/")[0]


def address(text, default_port):
    host, _, port = (text or f"localhost:{default_port}").rpartition(":")
    return host.strip("[]") or "0.0.0.0", int(port)


def seconds(text):
    parts = re.findall(r"([0-9.]+)(ms|s|m|h)", text)
    if "".join(number + unit for number, unit in parts) != text:
        raise Refused(f"not a duration: {text!r}")
    return sum(float(number) * UNITS[unit] for number, unit in parts)


def expanded(text, environment):
    return re.sub(r"\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)\}", lambda match: environment.get(match[1], ""), text)


def read(text, environment=os.environ):
    configuration = yaml.safe_load(expanded(text, environment)) or {}
    service = configuration.get("service", {})
    pipelines = service.get("pipelines") or {}
    used = {section: set() for section in KNOWN}
    for name, pipeline in pipelines.items():
        if kind(name) not in SIGNALS:
            raise Refused(f"service.pipelines.{name}: the stand-in knows {', '.join(sorted(SIGNALS))}")
        for section in ("receivers", "processors", "exporters"):
            used[section].update(pipeline.get(section) or [])
    used["extensions"].update(service.get("extensions") or [])
    for section, names in used.items():
        for name in sorted(names):
            if name not in (configuration.get(section) or {}):
                raise Refused(f"service names {name}, which is not under {section}")
            if kind(name) not in KNOWN[section]:
                raise Refused(f"{section}.{name}: the stand-in knows {', '.join(sorted(KNOWN[section]))}")

    def part(section, name):
        return configuration[section][name] or {}

    protocols = [part("receivers", name).get("protocols", {}) for name in sorted(used["receivers"])]
    http = [address((each["http"] or {}).get("endpoint"), 4318) for each in protocols if "http" in each]
    grpc = [address((each["grpc"] or {}).get("endpoint"), 4317) for each in protocols if "grpc" in each]
    if len(http) > 1 or len(grpc) > 1:
        raise Refused("receivers: the stand-in has one otlp receiver")
    health = [address(part("extensions", name).get("endpoint"), 13133) for name in sorted(used["extensions"])]
    return Settings(
        http=http[0] if http else None, grpc=grpc[0] if grpc else None, signals={kind(name) for name in pipelines},
        exporters=[exporter(part("exporters", name)) for name in sorted(used["exporters"]) if kind(name) == "prometheus"],
        telemetry=telemetry(service.get("telemetry") or {}), health=health[0] if health else None)


def exporter(values):
    if "endpoint" not in values:
        raise Refused("exporters.prometheus: no endpoint")
    conversion = values.get("resource_to_telemetry_conversion") or {}
    return Exporter(
        endpoint=address(values["endpoint"], 0), has_resource_labels=conversion.get("enabled", False),
        expiration=seconds(values.get("metric_expiration", "5m")), namespace=values.get("namespace", ""))


def telemetry(values):
    metrics = values.get("metrics") or {}
    for reader in metrics.get("readers") or []:
        prometheus = reader.get("pull", {}).get("exporter", {}).get("prometheus")
        if prometheus:
            return prometheus.get("host", "localhost"), prometheus["port"]
    if "address" in metrics:  # before readers
        return address(metrics["address"], 8888)
    return None if metrics.get("level") == "none" else ("localhost", 8888)
