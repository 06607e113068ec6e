#!/usr/bin/python3
"""A stand-in for the allocator of Azure's managed Prometheus, for the end-to-end test only, in a pod beside Debian's Prometheus.

    allocator.py FOLDER [--once]

Reads the PodMonitors (azmonitoring.coreos.com) of all namespaces from the API server as its ServiceAccount, makes FOLDER/prometheus.yml of
them and of nothing else, tells Prometheus when it has changed, and finds the pods for it: Debian's Prometheus is built without discovery in
Kubernetes. With --once it only writes the file.
"""
import argparse
import json
import os
import signal
import ssl
import sys
import threading
import urllib.error
import urllib.request
from http.server import ThreadingHTTPServer
from pathlib import Path

from pod_monitor import Unsupported, by_http, configuration
from pod_targets import discovery_handler

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
MONITORS = "/apis/azmonitoring.coreos.com/v1/podmonitors"
DISCOVERY_PORT = 9092
RELOAD = "http://127.0.0.1:9090/-/reload"
# The add-on's, for monitors that name no interval.
DEFAULT_INTERVAL = "30s"
POLL_SECONDS = 2


def log(text):
    print(f"stand-in-ama-metrics: {text}", file=sys.stderr, flush=True)


class Cluster:
    """The API server, as a pod sees it."""

    def __init__(self):
        host = os.environ["KUBERNETES_SERVICE_HOST"]
        self._base = f"https://{f'[{host}]' if ':' in host else host}:{os.environ['KUBERNETES_SERVICE_PORT']}"
        self._trust = ssl.create_default_context(cafile=ACCOUNT / "ca.crt")

    def items(self, path):
        """Raises OSError when the API server does not answer or refuses; `None` when it does not know the kind."""
        # The token is read each time: the kubelet renews it.
        request = urllib.request.Request(self._base + path, headers={"Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}"})
        try:
            with urllib.request.urlopen(request, context=self._trust, timeout=10) as answer:
                return json.load(answer)["items"]
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise


def scrape_configuration(monitors):
    jobs = []
    for monitor in sorted(monitors, key=lambda each: (each["metadata"]["namespace"], each["metadata"]["name"])):
        try:
            jobs += configuration(monitor, by_http(DISCOVERY_PORT))["scrape_configs"]
        except Unsupported as error:
            log(f"{monitor['metadata']['namespace']}/{monitor['metadata']['name']} is left out, not supported: {error}")
    return {"global": {"scrape_interval": DEFAULT_INTERVAL}, "scrape_configs": jobs}


class Allocator:
    def __init__(self, cluster, file):
        self._cluster, self._file, self._written, self._told = cluster, file, None, None

    def look(self):
        """Writes the configuration when it has changed. JSON is YAML."""
        text = json.dumps(scrape_configuration(self._cluster.items(MONITORS) or []), indent=1)
        if text != self._written:
            new = self._file.with_suffix(".new")
            new.write_text(text)
            new.rename(self._file)
            self._written = text
            log(f"{len(json.loads(text)['scrape_configs'])} jobs")

    def tell(self):
        if self._told != self._written:
            written = self._written
            with urllib.request.urlopen(urllib.request.Request(RELOAD, method="POST"), timeout=10):
                self._told = written


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    cluster = Cluster()
    allocator = Allocator(cluster, options.folder / "prometheus.yml")
    if not options.once:
        log("not Azure's add-on, but a stand-in for tests")
        server = ThreadingHTTPServer(("127.0.0.1", DISCOVERY_PORT), discovery_handler(lambda: cluster.items("/api/v1/pods")))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    failure = None
    while not stop.is_set():
        try:
            allocator.look()
            if options.once:
                return
            allocator.tell()
            failure = None
        except OSError as error:  # URLError and HTTPError, too: the next look has another try
            if str(error) != failure:
                failure = str(error)
                log(failure)
        stop.wait(POLL_SECONDS)


if __name__ == "__main__":
    main()
