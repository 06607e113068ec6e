#!/usr/bin/env python3
"""Measures how long the operator needs for many collectors, and what that costs; prints a figure a line.

  reconciling.py first N OPERATOR_PID APISERVER_PID     make N collectors, wait until all are ready, then make the same
                                                        objects once more without the operator: the floor
  reconciling.py again N OPERATOR_PID METRICS_URL       wait until a restarted operator has looked at all of them

The cluster is that of $KUBECONFIG, an administrator's with a client certificate, as the local control plane writes it.
Only the standard library is used.
"""

import base64
import collections
import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

THREADS = 16
GROUP = "/apis/opentelemetry.io/v1beta1"
MANAGED = urllib.parse.quote("app.kubernetes.io/managed-by=opentelemetry-operator")
KINDS = {
    "configmaps": "/api/v1", "serviceaccounts": "/api/v1", "services": "/api/v1", "deployments": "/apis/apps/v1",
    "networkpolicies": "/apis/networking.k8s.io/v1",
}


class Cluster:
    """Requests to the API server over kept connections, one a thread."""

    def __init__(self):
        config = json.loads(subprocess.check_output(["kubectl", "config", "view", "--raw", "--minify", "-o", "json"]))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.address = urllib.parse.urlsplit(cluster["server"])
        self.context = ssl.create_default_context(cafile=self.file(cluster, "certificate-authority"))
        self.context.load_cert_chain(self.file(user, "client-certificate"), self.file(user, "client-key"))
        self.local = threading.local()

    @staticmethod
    def file(entry, name):
        if name in entry:
            return entry[name]
        with tempfile.NamedTemporaryFile(delete=False) as out:
            out.write(base64.b64decode(entry[name + "-data"]))
        return out.name

    def text(self, method, path, body=None):
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPSConnection(
                self.address.hostname, self.address.port, context=self.context, timeout=60)
        data = None if body is None else json.dumps(body)
        self.local.connection.request(method, path, data, {"Content-Type": "application/json"})
        response = self.local.connection.getresponse()
        content = response.read().decode()
        if response.status >= 300:
            raise SystemExit(f"{method} {path}: {response.status} {content[:300]}")
        return content

    def json(self, method, path, body=None):
        return json.loads(self.text(method, path, body))

    def all(self, calls):
        """Carries out (method, path, body), THREADS at a time."""
        rest, lock = iter(calls), threading.Lock()

        def work():
            while True:
                with lock:
                    call = next(rest, None)
                if call is None:
                    return
                self.text(*call)

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def requests(self):
        """What the API server has counted, by verb and resource."""
        counts = collections.Counter()
        for line in self.text("GET", "/metrics").splitlines():
            if line.startswith("apiserver_request_total{"):
                labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
                counts[labels["verb"], labels["resource"]] += int(float(line.rsplit(" ", 1)[1]))
        return counts


def cpu(process):
    """Seconds of CPU that a process has used."""
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figure(key, value):
    print(key, round(value, 4), flush=True)


def collector(number):
    config = {
        "receivers": {"otlp": {"protocols": {
            "grpc": {"endpoint": "0.0.0.0:4317"}, "http": {"endpoint": "0.0.0.0:4318"}}}},
        "processors": {"batch": {"send_batch_size": 1024, "timeout": "5s"}},
        "exporters": {"prometheus": {"endpoint": "0.0.0.0:8889"}},
        "service": {"pipelines": {"metrics": {
            "receivers": ["otlp"], "processors": ["batch"], "exporters": ["prometheus"]}}},
    }
    # No replicas: what their pods would cost is not what is measured.
    return {
        "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector",
        "metadata": {"name": "gateway", "namespace": f"fleet-{number}"},
        "spec": {"mode": "deployment", "replicas": 0, "config": config},
    }


def ready(cluster):
    count, token = 0, ""
    while True:
        page = cluster.json("GET", f"{GROUP}/opentelemetrycollectors?limit=500&continue={token}")
        for item in page["items"]:
            conditions = item.get("status", {}).get("conditions", [])
            count += any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
        token = page["metadata"].get("continue", "")
        if not token:
            return count


def first(cluster, count, operator, server):
    namespaces = [{"metadata": {"name": f"{kind}-{number}"}} for kind in ("fleet", "floor") for number in range(count)]
    cluster.all(("POST", "/api/v1/namespaces", each) for each in namespaces)
    # The namespaces' ServiceAccounts and ConfigMaps are made by others; then it is quiet.
    time.sleep(5)

    before, started = (cluster.requests(), cpu(operator), cpu(server)), time.monotonic()
    cluster.all(
        ("POST", f"{GROUP}/namespaces/fleet-{number}/opentelemetrycollectors", collector(number))
        for number in range(count))
    figure("fleet.created", time.monotonic() - started)
    while ready(cluster) < count:
        if time.monotonic() - started > 300:
            raise SystemExit("not all collectors were ready after five minutes")
        time.sleep(0.5)
    figure("fleet.ready", time.monotonic() - started)
    time.sleep(10)
    after = (cluster.requests(), cpu(operator), cpu(server))
    figure("fleet.cpu", (after[1] - before[1]) * 1000 / count)
    figure("fleet.server_cpu", (after[2] - before[2]) * 1000 / count)
    requests = after[0] - before[0]
    for kind in KINDS:
        figure(f"fleet.applies.{kind}", requests["APPLY", kind] / count)
    figure("fleet.patches.collectors", requests["PATCH", "opentelemetrycollectors"] / count)
    figure("fleet.events", requests["POST", "events"] / count)
    figure("fleet.reads", sum(requests["GET", kind] for kind in KINDS) / count)

    calls = []
    for kind, api in KINDS.items():
        for item in cluster.json("GET", f"{api}/{kind}?labelSelector={MANAGED}")["items"]:
            number = item["metadata"]["namespace"].removeprefix("fleet-")
            body = {key: value for key, value in item.items() if key != "status"}
            body["metadata"] = {key: item["metadata"].get(key) for key in ("name", "annotations")}
            for address in ("clusterIP", "clusterIPs"):
                if kind == "services" and item["spec"].get("clusterIP") != "None":
                    body["spec"].pop(address, None)
            calls.append(("POST", f"{api}/namespaces/floor-{number}/{kind}", body))
    used, started = cpu(server), time.monotonic()
    cluster.all(calls)
    figure("floor.time", time.monotonic() - started)
    time.sleep(10)
    figure("floor.server_cpu", (cpu(server) - used) * 1000 / count)


def again(cluster, count, operator, url):
    pattern = re.compile(
        r'controller_runtime_reconcile_total\{[^}]*controller="opentelemetrycollector"[^}]*\} (\S+)')
    writes = re.compile(r'rest_client_requests_total\{[^}]*method="(?:PATCH|DELETE)"[^}]*\} (\S+)')

    def total(expression):
        text = urllib.request.urlopen(url + "/metrics").read().decode()
        return sum(float(each) for each in expression.findall(text))

    started = time.monotonic()
    while total(pattern) < count:
        if time.monotonic() - started > 300:
            raise SystemExit("not all collectors were looked at after five minutes")
        time.sleep(0.1)
    figure("fleet.again.time", time.monotonic() - started)
    time.sleep(10)
    figure("fleet.again.writes", total(writes))
    # Since its start: reading the lists, too.
    figure("fleet.again.cpu", cpu(operator) * 1000 / count)


if __name__ == "__main__":
    step, number, process, last = sys.argv[1:5]
    if step == "first":
        first(Cluster(), int(number), int(process), int(last))
    else:
        again(Cluster(), int(number), int(process), last)
