#!/usr/bin/env python3
"""Measures what many collectors cost; prints a figure a line, and tables for people on standard error.

  reconciling.py namespaces N                     make the namespaces, and wait until nobody works on them any more
  reconciling.py first N OPERATOR PLANE MEMO      make N collectors and wait until all are ready
  reconciling.py again N OPERATOR PLANE MEMO URL  wait until a restarted operator has looked at all of them
  reconciling.py floor N OPERATOR PLANE BENCH     the same writes by a client that does nothing else (the program BENCH)

OPERATOR is a process, PLANE the control plane's folder, URL the operator's metrics, MEMO a file that `first` writes for
`again`. The cluster is that of $KUBECONFIG, an administrator's with a client certificate, as the local control plane
writes it. Only the standard library is used.
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
# What a collector owns, and what is written about it.
OBJECTS = ["serviceaccounts", "configmaps", "deployments", "services", "networkpolicies"]
RESOURCES = ["opentelemetrycollectors", *OBJECTS, "events"]
WRITES = ["POST", "PUT", "PATCH", "APPLY", "DELETE"]


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

    def lines(self, path):
        """A watch, line by line, on a connection of its own."""
        connection = http.client.HTTPSConnection(
            self.address.hostname, self.address.port, context=self.context, timeout=300)
        connection.request("GET", path)
        with connection.getresponse() as response:
            while line := response.readline():
                yield json.loads(line)

    def requests(self):
        """What the API server has counted, by verb and resource. Reads and writes of subresources count, too."""
        counts = collections.Counter()
        for line in self.text("GET", "/metrics").splitlines():
            if line.startswith("apiserver_request_total{"):
                labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
                # The token is one that the bench asks for.
                if labels["verb"] not in ("WATCH", "CONNECT") and labels["subresource"] != "token":
                    counts[labels["verb"], labels["resource"]] += int(float(line.rsplit(" ", 1)[1]))
        return counts


class Usage:
    """Seconds of CPU of the processes, from now on."""

    def __init__(self, operator, plane):
        self.processes = {"cpu": operator}
        for key, name in [("server", "kube-apiserver"), ("etcd", "etcd"), ("manager", "kube-controller-manager")]:
            with open(f"{plane}/pids/{name}") as file:
                self.processes[f"{key}_cpu"] = int(file.read().split()[0])
        self.before = {key: self.used(process) for key, process in self.processes.items()}

    @staticmethod
    def used(process):
        with open(f"/proc/{process}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def print(self, group, count):
        """In milliseconds a collector."""
        for key, process in self.processes.items():
            figure(f"{group}.{key}", (self.used(process) - self.before[key]) * 1000 / count)


def events(cluster):
    """The version of each Event about a collector."""
    items = cluster.json("GET", "/apis/events.k8s.io/v1/events?resourceVersion=0")["items"]
    return {
        item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in items
        if item["regarding"]["kind"] == "OpenTelemetryCollector"}


def figure(key, value):
    print(key, round(value, 4), flush=True)


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def table(requests, count):
    """Says how many requests of each verb and resource came for a collector, everybody's together."""
    for (verb, resource), number in sorted(requests.items(), key=lambda each: (each[0][1], each[0][0])):
        if number >= count / 20:
            say(f"  {number / count:6.2f}  {verb:<8} {resource}")


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


def settle(cluster):
    """Waits until what follows from the writes is written, too."""
    while True:
        before = cluster.requests()
        time.sleep(5)
        requests = cluster.requests() - before
        if sum(number for (verb, _), number in requests.items() if verb in WRITES) < 20:
            return


def namespaces(cluster, count):
    names = [f"{kind}-{number}" for kind in ("fleet", "floor") for number in range(count)]
    cluster.all(("POST", "/api/v1/namespaces", {"metadata": {"name": name}}) for name in names)
    # Each gets an account, the account's Secret and a ConfigMap, by others.
    settle(cluster)


def first(cluster, count, operator, plane, memo):
    version = cluster.json("GET", f"{GROUP}/opentelemetrycollectors?limit=1")["metadata"]["resourceVersion"]
    watch = cluster.lines(f"{GROUP}/opentelemetrycollectors?watch=true&resourceVersion={version}")
    is_created = threading.Event()
    before, usage, started = cluster.requests(), Usage(operator, plane), time.monotonic()

    def create():
        cluster.all(
            ("POST", f"{GROUP}/namespaces/fleet-{number}/opentelemetrycollectors", collector(number))
            for number in range(count))
        figure("fleet.created", time.monotonic() - started)
        is_created.set()

    threading.Thread(target=create, daemon=True).start()
    ready = set()
    for event in watch:
        item = event["object"]
        conditions = item.get("status", {}).get("conditions", [])
        if any(each["type"] == "Ready" and each["status"] == "True" for each in conditions):
            ready.add(item["metadata"]["namespace"])
        if len(ready) == count:
            break
        if time.monotonic() - started > 300:
            raise SystemExit(f"only {len(ready)} of {count} collectors were ready after five minutes")
    figure("fleet.ready", time.monotonic() - started)
    is_created.wait()
    settle(cluster)
    usage.print("fleet", count)
    after = cluster.requests()
    requests = after - before
    table(requests, count)
    for kind in OBJECTS:
        figure(f"fleet.applies.{kind}", requests["APPLY", kind] / count)
    figure("fleet.patches.collectors", requests["PATCH", "opentelemetrycollectors"] / count)
    figure("fleet.events", requests["POST", "events"] / count)
    figure("fleet.reads", sum(requests["GET", kind] for kind in RESOURCES) / count)
    with open(memo, "w") as file:
        json.dump([[[*key, number] for key, number in after.items()], events(cluster)], file)


def again(cluster, count, operator, plane, memo, url):
    pattern = re.compile(
        r'controller_runtime_reconcile_total\{[^}]*controller="opentelemetrycollector"[^}]*\} (\S+)')

    def reconciled():
        with urllib.request.urlopen(url + "/metrics") as answer:
            return sum(float(each) for each in pattern.findall(answer.read().decode()))

    started = time.monotonic()
    while reconciled() < count:
        if time.monotonic() - started > 300:
            raise SystemExit("not all collectors were looked at after five minutes")
        time.sleep(0.1)
    figure("fleet.again.time", time.monotonic() - started)
    time.sleep(10)
    with open(memo) as file:
        before, events_before = json.load(file)
    requests = cluster.requests() - collections.Counter({(verb, kind): number for verb, kind, number in before})
    table(requests, count)
    # Not all Events: there is one of the new leader.
    written = [(verb, kind) for verb, kind in requests if verb in WRITES and kind in RESOURCES and kind != "events"]
    for key in written:
        say("  written:", *key, requests[key])
    new_events = len(events(cluster).items() - events_before.items())
    figure("fleet.again.writes", sum(requests[key] for key in written) + new_events)
    figure("fleet.again.reads", sum(requests["GET", kind] for kind in RESOURCES) / count)
    # Since its start: reading the lists, too.
    figure("fleet.again.cpu", Usage.used(operator) * 1000 / count)


def floor(cluster, count, operator, plane, bench):
    before, usage = cluster.requests(), Usage(operator, plane)
    output = subprocess.check_output([bench, "floor", str(count), "--template", "fleet-0", "--prefix", "floor"], text=True)
    print(output, end="", flush=True)
    settle(cluster)
    usage.print("floor", count)
    table(cluster.requests() - before, count)


if __name__ == "__main__":
    step, number, *rest = sys.argv[1:]
    steps = {"namespaces": namespaces, "first": first, "again": again, "floor": floor}
    steps[step](Cluster(), int(number), *rest)
