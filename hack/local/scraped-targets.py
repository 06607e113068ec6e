#!/usr/bin/python3
"""Asks a real Prometheus what it scrapes because of a PodMonitor, in the cluster of $KUBECONFIG.

    scraped-targets.py NAMESPACE NAME [--count N] [--seconds S]

Reads the PodMonitor (azmonitoring.coreos.com), makes of it, and of nothing else, the scrape configuration that the Prometheus operator
and Azure's add-on make, starts Debian's `prometheus` with it on a free port of 127.0.0.1, waits until it has N active targets, and prints
them as JSON: a list of {"url", "labels", "discovered"}. Nothing is left behind.

    scraped-targets.py --prometheus FILE [--count N] [--seconds S]

does the same with the scrape configuration of a file of Prometheus', where that looks for pods in Kubernetes.

    scraped-targets.py --configuration < PODMONITOR.json

only prints that configuration, for a Prometheus of your own with discovery in Kubernetes.

Debian's Prometheus is built without discovery in Kubernetes. So this program finds the pods, and gives Prometheus by HTTP exactly the
targets and labels that its role `pod` would; selecting and naming is Prometheus' part.
"""
import argparse
import ctypes
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

RESOURCE = "podmonitors.azmonitoring.coreos.com"
LIMITS = {"labelLimit": "label_limit", "labelNameLengthLimit": "label_name_length_limit", "labelValueLengthLimit": "label_value_length_limit"}


class Unsupported(Exception):
    """The PodMonitor says something that this program does not read, and might get wrong by leaving it out."""


def known(value, keys, where):
    unknown = set(value) - set(keys)
    if unknown:
        raise Unsupported(f"{where}: {', '.join(sorted(unknown))}")


# --- a PodMonitor's meaning ---
# Source: Prometheus operator, "Design" and the API reference of PodMonitor; Azure Monitor, "Custom resources for managed Prometheus".

def namespaces(monitor):
    """The namespaces in which pods are looked for; `None` for all. Without a selector it is the monitor's own."""
    selector = monitor["spec"].get("namespaceSelector", {})
    known(selector, ["any", "matchNames"], "namespaceSelector")
    if selector.get("any"):
        return None
    return selector.get("matchNames") or [monitor["metadata"]["namespace"]]


def label_name(text):
    return re.sub(r"[^a-zA-Z0-9_]", "_", text)


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


def of_file(path, discovery):
    """The scrape configuration of a Prometheus' own file, with another discovery of pods."""
    jobs = yaml.safe_load(Path(path).read_text())["scrape_configs"]
    for job in jobs:
        for each in job.pop("kubernetes_sd_configs", []):
            known(each, ["role", "namespaces"], f"kubernetes_sd_configs of {job['job_name']}")
            if each["role"] != "pod":
                raise Unsupported(f"{job['job_name']}: role {each['role']}")
            job.setdefault("http_sd_configs", []).extend(discovery(each.get("namespaces", {}).get("names"))["http_sd_configs"])
    return {"scrape_configs": jobs}


# --- discovery, as Prometheus' role `pod` does it ---
# Source: Prometheus, "Configuration", <kubernetes_sd_config>, pod.

def pod_labels(pod):
    metadata, status = pod["metadata"], pod["status"]
    labels = {
        "__meta_kubernetes_namespace": metadata["namespace"],
        "__meta_kubernetes_pod_name": metadata["name"],
        "__meta_kubernetes_pod_ip": status["podIP"],
        "__meta_kubernetes_pod_phase": status["phase"],
        "__meta_kubernetes_pod_node_name": pod["spec"].get("nodeName", ""),
        "__meta_kubernetes_pod_uid": metadata["uid"],
    }
    for kind in ("label", "annotation"):
        for name, value in metadata.get(f"{kind}s", {}).items():
            labels[f"__meta_kubernetes_pod_{kind}_{label_name(name)}"] = value
            labels[f"__meta_kubernetes_pod_{kind}present_{label_name(name)}"] = "true"
    return labels


def targets(pod):
    """One for each port of each container; a container without ports has one without a port."""
    if not pod["status"].get("podIP"):
        return
    common = pod_labels(pod)
    containers = [(each, "false") for each in pod["spec"]["containers"]]
    containers += [(each, "true") for each in pod["spec"].get("initContainers", [])]
    for container, is_init in containers:
        labels = {**common, "__meta_kubernetes_pod_container_name": container["name"], "__meta_kubernetes_pod_container_init": is_init}
        for port in container.get("ports", []) or [None]:
            address = pod["status"]["podIP"]
            extra = {}
            if port:
                address += f":{port['containerPort']}"
                extra = {
                    "__meta_kubernetes_pod_container_port_name": port.get("name", ""),
                    "__meta_kubernetes_pod_container_port_number": str(port["containerPort"]),
                    "__meta_kubernetes_pod_container_port_protocol": port.get("protocol", "TCP"),
                }
            yield {"targets": [address], "labels": {**labels, **extra}}


def kubectl(*arguments):
    return json.loads(subprocess.run(["kubectl", *arguments], check=True, capture_output=True, timeout=30).stdout)


class Discovery(BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("namespace")
        pods = kubectl("get", "--raw", "/api/v1/pods")["items"]
        body = json.dumps([each for pod in pods if wanted is None or pod["metadata"]["namespace"] in wanted for each in targets(pod)]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


# --- Prometheus ---

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ends_with_its_parent():
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def active(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/targets?state=active", timeout=5) as answer:
        found = json.load(answer)["data"]["activeTargets"]
    return [{"url": each["scrapeUrl"], "labels": each["labels"], "discovered": each["discoveredLabels"]} for each in found]


def observe(make_configuration, count, seconds):
    """What Prometheus scrapes, as soon as that is as much as expected, or when the time is over.

    `make_configuration`: gives the configuration for a discovery of pods.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Discovery)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = make_configuration(by_http(server.server_port))
    found, deadline = [], time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        file, log, port = Path(folder) / "prometheus.yml", Path(folder) / "log", free_port()
        file.write_text(json.dumps(config))
        command = ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
        with open(log, "wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, preexec_fn=ends_with_its_parent)
        try:
            while time.monotonic() < deadline:
                if process.poll() is not None:
                    sys.exit(f"scraped-targets.py: prometheus ended with {process.returncode}:\n{log.read_text()[-2000:]}")
                try:
                    found = active(port)
                except OSError:
                    pass
                if len(found) >= count:
                    # What comes too much comes a moment later.
                    time.sleep(3)
                    return active(port)
                time.sleep(0.2)
        finally:
            process.terminate()
            process.wait()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("namespace", nargs="?")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--configuration", action="store_true")
    parser.add_argument("--prometheus", metavar="FILE")
    options = parser.parse_args()
    # Ends what `observe` has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.configuration:
        result = configuration(json.load(sys.stdin), in_kubernetes)
    elif options.prometheus:
        result = observe(lambda discovery: of_file(options.prometheus, discovery), options.count, options.seconds)
    else:
        if not options.name:
            parser.error("NAMESPACE and NAME of the PodMonitor, or --prometheus, or --configuration")
        monitor = kubectl("get", RESOURCE, "-n", options.namespace, options.name, "-o", "json")
        result = observe(lambda discovery: configuration(monitor, discovery), options.count, options.seconds)
    json.dump(result, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    try:
        main()
    except Unsupported as error:
        sys.exit(f"scraped-targets.py: not supported in {error}")
