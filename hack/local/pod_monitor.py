"""What a PodMonitor (azmonitoring.coreos.com) means to Prometheus: the scrape configuration that the Prometheus operator and Azure's
add-on make of it. Made of the object and of nothing else; what is not known here is refused, not left out.

Source: Prometheus operator, "Design" and the API reference of PodMonitor; Azure Monitor, "Custom resources for managed Prometheus".
"""
import re
import urllib.parse

from pod_targets import label_name

LIMITS = {"labelLimit": "label_limit", "labelNameLengthLimit": "label_name_length_limit", "labelValueLengthLimit": "label_value_length_limit"}


class Unsupported(Exception):
    """The PodMonitor says something that this program does not read, and might get wrong by leaving it out."""


def known(value, keys, where):
    unknown = set(value) - set(keys)
    if unknown:
        raise Unsupported(f"{where}: {', '.join(sorted(unknown))}")


def namespaces(monitor):
    """The namespaces in which pods are looked for; `None` for all. Without a selector it is the monitor's own."""
    selector = monitor["spec"].get("namespaceSelector", {})
    known(selector, ["any", "matchNames"], "namespaceSelector")
    if selector.get("any"):
        return None
    return selector.get("matchNames") or [monitor["metadata"]["namespace"]]


def relabeling(monitor, endpoint):
    key = f"{monitor['metadata']['namespace']}/{monitor['metadata']['name']}"
    steps = [{"source_labels": ["__meta_kubernetes_pod_phase"], "regex": "(Failed|Succeeded)", "action": "drop"}]
    selector = monitor["spec"]["selector"]
    known(selector, ["matchLabels"], "selector")
    for name, value in selector.get("matchLabels", {}).items():
        source = [f"__meta_kubernetes_pod_label_{label_name(name)}", f"__meta_kubernetes_pod_labelpresent_{label_name(name)}"]
        steps.append({"source_labels": source, "regex": f"({re.escape(value)});true", "action": "keep"})
    steps.append({"source_labels": ["__meta_kubernetes_pod_container_port_name"], "regex": re.escape(endpoint["port"]), "action": "keep"})
    for target, source in (("namespace", "namespace"), ("container", "pod_container_name"), ("pod", "pod_name")):
        steps.append({"source_labels": [f"__meta_kubernetes_{source}"], "target_label": target})
    return steps + [{"target_label": "job", "replacement": key}, {"target_label": "endpoint", "replacement": endpoint["port"]}]


def configuration(monitor, discovery):
    """`discovery`: gives a job's service discovery for the namespaces."""
    spec, jobs = monitor["spec"], []
    known(spec, ["selector", "namespaceSelector", "podMetricsEndpoints", *LIMITS], "spec")
    for index, endpoint in enumerate(spec["podMetricsEndpoints"]):
        known(endpoint, ["port", "path", "interval", "scheme"], f"podMetricsEndpoints[{index}]")
        job = {
            "job_name": f"podMonitor/{monitor['metadata']['namespace']}/{monitor['metadata']['name']}/{index}",
            "metrics_path": endpoint.get("path", "/metrics"),
            "scheme": endpoint.get("scheme", "http"),
            **discovery(namespaces(monitor)),
            "relabel_configs": relabeling(monitor, endpoint),
            **{theirs: spec[ours] for ours, theirs in LIMITS.items() if ours in spec},
        }
        if "interval" in endpoint:
            job["scrape_interval"] = endpoint["interval"]
        jobs.append(job)
    return {"scrape_configs": jobs}


def in_kubernetes(names):
    return {"kubernetes_sd_configs": [{"role": "pod", **({"namespaces": {"names": names}} if names is not None else {})}]}


def by_http(port):
    def discovery(names):
        query = urllib.parse.urlencode([("namespace", each) for each in names or []])
        return {"http_sd_configs": [{"url": f"http://127.0.0.1:{port}/?{query}", "refresh_interval": "1s"}]}

    return discovery
