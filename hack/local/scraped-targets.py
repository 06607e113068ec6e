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
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.server import ThreadingHTTPServer
from pathlib import Path

import yaml

from pod_monitor import Unsupported, by_http, configuration, in_kubernetes, known
from pod_targets import discovery_handler

RESOURCE = "podmonitors.azmonitoring.coreos.com"


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


def kubectl(*arguments):
    return json.loads(subprocess.run(["kubectl", *arguments], check=True, capture_output=True, timeout=30).stdout)


def pods():
    return kubectl("get", "--raw", "/api/v1/pods")["items"]


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
    server = ThreadingHTTPServer(("127.0.0.1", 0), discovery_handler(pods))
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
