#!/usr/bin/env python3
"""Runs the pods of `make e2e-python` one after the other and checks what arrives at an OTLP receiver.

    unshare --net --mount scenarios.py --pods FOLDER --agent TREE --images FOLDER --work FOLDER [NAME...]

The network namespace has a loopback interface and nothing else: it is the pod's network and the closed network in one, and no
port can be taken by anybody else.
"""
import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path

from neighbour import Neighbour
from otlp import Server
from prometheus_names import prometheus_name
from receiver import Receiver

HERE = Path(__file__).resolve().parent
COLLECTOR = "otel-collector-collector.opentelemetry-operator-system.svc.cluster.local"
APPLICATION = "http://127.0.0.1:8000"
EXPORT_SECONDS = 1  # as the pods say
INIT_SECONDS, START_SECONDS, ARRIVAL_SECONDS, END_SECONDS = 60, 120, 40, 20
# An image's name is that of an application under apps, with two exceptions.
VENV_OF = {"paths": "shop"}
APPLICATION_OF = {"agui-newer": "agui"}


class Failed(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failed(text)


# --- the machine around the pods ---

def bring_up_loopback():
    """What `ip link set lo up` does, without iproute2."""
    SIOCGIFFLAGS, SIOCSIFFLAGS, UP = 0x8913, 0x8914, 0x1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(handle, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | UP))


def serve_neighbour(port):
    server = Server(("127.0.0.1", port), Neighbour)
    threading.Thread(target=server.serve_forever, daemon=True).start()


# --- a pod ---

class Pod:
    """A pod of one application container: its init containers in order, then the container, until `end`."""

    def __init__(self, name, options):
        self.name = name
        self.file = options.pods / f"{name}.json"
        self.pod = json.loads(self.file.read_text())
        self._options = options
        self._work = options.work / name
        shutil.rmtree(self._work, ignore_errors=True)
        (self._work / "volumes").mkdir(parents=True)
        self.log = self._work / "log"
        self._process = None

    def __enter__(self):
        for container in self.pod["spec"].get("initContainers", []):
            with open(self._work / f"init-{container['name']}.log", "wb") as log:
                try:
                    code = subprocess.run(self._command(container), stdout=log, stderr=log, timeout=INIT_SECONDS).returncode
                except subprocess.TimeoutExpired:
                    code = f"nothing after {INIT_SECONDS} s"
            check(code == 0, f"the init container {container['name']} ended with {code}: {Path(log.name).read_text()[-500:]}")
        container = self.pod["spec"]["containers"][0]
        self._started = time.monotonic()
        try:
            with open(self.log, "wb") as log:
                self._process = subprocess.Popen(self._command(container), stdout=log, stderr=log, start_new_session=True)
            self._wait_until_it_serves()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def _command(self, container):
        name = container["image"].rpartition("/")[2].partition(":")[0]
        if name == "autoinstrumentation-python":
            image = [f"/autoinstrumentation={self._options.agent}"]
        else:
            image = [f"/venv={self._options.images / VENV_OF.get(name, name)}", f"/app={HERE / 'apps' / APPLICATION_OF.get(name, name)}"]
        root = self._work / f"root-{container['name']}"
        root.mkdir()
        return ["unshare", "--mount", "/usr/bin/python3", str(HERE / "container.py"), str(self.file), container["name"],
                f"--root={root}", f"--volumes={self._work / 'volumes'}", f"--host={COLLECTOR}=127.0.0.1",
                *(f"--image={each}" for each in image)]

    def _wait_until_it_serves(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.healthz = get("/healthz")
                self.seconds = time.monotonic() - self._started
                return
            except (OSError, urllib.error.URLError) as error:
                check(self._process.poll() is None, f"the application ended with {self._process.returncode}:\n{self.tail()}")
                check(time.monotonic() < deadline, f"the application does not serve ({error}):\n{self.tail()}")
                time.sleep(0.05)

    def end(self):
        """As a kubelet: SIGTERM to the container's first process, SIGKILL to what is left after a while."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        self._process = None

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:]

    def said(self):
        """The agent's lines in the container's log."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if line.startswith("otel-operator agent:")]


def get(path, data=None):
    request = urllib.request.Request(APPLICATION + path, data=data)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


# --- what arrived ---

OF_THE_MACHINE = ("system.", "process.", "cpython.")


def show(receiver):
    """A table: each metric and span, with how much of it, and the resource once."""
    kinds = defaultdict(lambda: [0, set()])
    machine = set()
    for point in receiver.points:
        if point.metric.startswith(OF_THE_MACHINE):
            machine.add(point.metric)
            continue
        row = kinds[("metric", point.metric, point.kind, point.unit)]
        row[0] += 1
        row[1].update(point.attributes)
    for span in receiver.spans:
        row = kinds[("span", span.name, span.kind, "")]
        row[0] += 1
        row[1].update(span.attributes)
    for (signal_name, name, kind, unit), (count, keys) in sorted(kinds.items()):
        print(f"  {signal_name:7}{name:42}{kind:11}{unit:11}{count:5}  {' '.join(sorted(keys))}"[:200])
    if machine:
        print(f"  metric {f'{len(machine)} of the process and the machine':42}{', '.join(f'{each}*' for each in OF_THE_MACHINE)}")
    if receiver.logs:
        print(f"  {'log':7}{'records':42}{'':22}{receiver.logs:5}")
    for resource in unique(each.resource for each in [*receiver.points, *receiver.spans]):
        print("  resource: " + ", ".join(f"{key}={resource[key]}" for key in sorted(resource) if not key.startswith("telemetry.")))


def unique(resources):
    return [dict(pairs) for pairs in {tuple(sorted((key, str(each)) for key, each in resource.items())) for resource in resources}]


def names(receiver):
    return {point.metric for point in receiver.points}


def check_resource(receiver, **wanted):
    resources = unique(each.resource for each in [*receiver.points, *receiver.spans])
    check(resources, "nothing arrived")
    for resource in resources:
        for key, expected in wanted.items():
            key = key.replace("__", ".")
            found = resource.get(key)
            check(found is not None if expected is ... else found == expected, f"resource attribute {key} is {found!r}, not {expected!r}")


def latest(receiver, metric):
    """The newest value of each series of a cumulative metric, by instance."""
    newest = {}
    for point in receiver.points:
        if point.metric == metric:
            newest[point.resource["service.instance.id"], tuple(sorted(point.attributes.items()))] = point.value
    totals = defaultdict(int)
    for (instance, _), number in newest.items():
        totals[instance] += number
    return dict(totals)


# --- the scenarios ---

FIELD_GUIDE = {
    "gen_ai.client.operation.duration", "http.server.active_requests", "http.server.duration", "http.server.response.size",
    "agui.agent.request.count",
}


def agui_server(pod, receiver):
    for _ in range(5):
        answer = get("/agent", data=b"")
        check(answer["answer"] == "Hello to you", f"the application answers {answer}")
    receiver.wait(lambda: FIELD_GUIDE <= names(receiver), ARRIVAL_SECONDS)
    check(FIELD_GUIDE <= names(receiver), f"not arrived: {sorted(FIELD_GUIDE - names(receiver))}; arrived: {sorted(names(receiver))}")
    receiver.wait(lambda: sum(latest(receiver, "agui.agent.request.count").values()) == 5, ARRIVAL_SECONDS)
    check(sum(latest(receiver, "agui.agent.request.count").values()) == 5, "the counter of the application is not 5")
    check(sum(latest(receiver, "gen_ai.client.operation.duration").values()) == 5, "gen_ai.client.operation.duration has not 5 calls")
    check(not receiver.spans and not receiver.logs, "metrics only were asked for, but spans or logs arrived")
    check_resource(
        receiver, service__name="agui-server", service__namespace="myapp", deployment__environment="production",
        service__version="1.0.0", k8s__namespace__name="myapp", k8s__deployment__name="agui-server",
        k8s__container__name="agui-server", k8s__pod__name=pod.pod["metadata"]["name"], k8s__node__name="local", k8s__replicaset__name=...)


def agui_newer(pod, receiver):
    check(get("/agent", data=b"")["answer"] == "Hello to you", "the application answers otherwise")
    receiver.wait(lambda: FIELD_GUIDE <= names(receiver), ARRIVAL_SECONDS)
    check(FIELD_GUIDE <= names(receiver), f"not arrived: {sorted(FIELD_GUIDE - names(receiver))}")
    check(any("opentelemetry-sdk 1.43.0 in place of 1.45.2" in line for line in pod.said()), f"the agent does not say what it did: {pod.said()}")


def agui_workers(pod, receiver):
    seen = spread(lambda: get("/agent", data=b"")["pid"])
    total = sum(seen.values())
    receiver.wait(lambda: sum(latest(receiver, "agui.agent.request.count").values()) == total, ARRIVAL_SECONDS)
    counts = latest(receiver, "agui.agent.request.count")
    check(sum(counts.values()) == total, f"{total} requests were made, the counters say {counts}")
    check(sorted(counts.values()) == sorted(seen.values()), f"the workers served {seen}, the counters say {counts}")
    names_of_workers = {"myapp.agui-workers.agui-server-1", "myapp.agui-workers.agui-server-2"}
    check(set(counts) == names_of_workers, f"the workers' instances are {sorted(counts)}")


def shop(pod, receiver):
    for _ in range(3):
        check(get("/order")["stock"] == {"apples": 3}, "the application answers otherwise")
    receiver.wait(lambda: len([each for each in receiver.spans if each.name == "GET /order"]) == 3, ARRIVAL_SECONDS)
    servers = [each for each in receiver.spans if each.name == "GET /order" and each.kind == "server"]
    check(len(servers) == 3, f"3 server spans were expected, there are {len(servers)} of {len(receiver.spans)}")
    for server in servers:
        children = [each for each in receiver.spans if each.trace == server.trace and each.kind == "client"]
        check(children, "the call with requests has no span in its trace")
    receiver.wait(lambda: "http.server.duration" in names(receiver), ARRIVAL_SECONDS)
    check("http.server.duration" in names(receiver), "no http.server.duration")
    check_resource(
        receiver, service__name="shop", service__version="2.3.4", deployment__environment="production",
        k8s__namespace__name="myapp", k8s__pod__name="shop", k8s__container__name="shop", k8s__node__name="local",
        service__instance__id="myapp.shop.shop")
    receiver.wait(lambda: receiver.logs, ARRIVAL_SECONDS)
    check(receiver.logs, "no log records arrived")
    check('"GET /order HTTP/1.1" 200' in pod.log.read_text(), "Flask no longer logs requests to the container's log")


def shop_gunicorn(pod, receiver):
    seen = spread(lambda: get("/order")["pid"])
    total = sum(seen.values())
    served = lambda: {instance: count for instance, count in orders(receiver).items() if count}
    receiver.wait(lambda: sum(served().values()) == total and spans_of_orders(receiver) == total, ARRIVAL_SECONDS)
    check(spans_of_orders(receiver) == total, f"{total} orders were made, {spans_of_orders(receiver)} spans arrived")
    check(sorted(served().values()) == sorted(seen.values()), f"the workers served {seen}, the counters say {served()}")
    check(sorted(served()) == ["myapp.shop-gunicorn.shop-1", "myapp.shop-gunicorn.shop-2"], f"the workers' instances are {sorted(served())}")


def legacy(pod, receiver):
    check(pod.healthz == {"protobuf": "3.20.3", "order": "0807"}, f"the application finds another protobuf: {pod.healthz}")
    receiver.wait(lambda: receiver.spans and "http.server.duration" in names(receiver), ARRIVAL_SECONDS)
    check(receiver.spans and "http.server.duration" in names(receiver), "no spans or no metrics arrived")
    check(any("protobuf of its own" in line and "3.20.3" in line for line in pod.said()), f"the agent does not say what it did: {pod.said()}")


def selfmade(pod, receiver):
    check(pod.healthz == {"sdk": "1.20.0", "installed": "1.20.0", "exporter": "grpc", "recording": True}, f"the application finds another OpenTelemetry: {pod.healthz}")
    check(len(pod.said()) == 1, f"once is enough: {pod.said()}")
    check(any(": off: " in line and "exporter-otlp-proto-grpc 1.20.0" in line for line in pod.said()), f"the agent does not say what it did: {pod.said()}")
    arrived = receiver.wait(lambda: receiver.points or receiver.spans, 3 * EXPORT_SECONDS)
    check(not arrived, "the agent said that it is off, but something arrived")


def paths(pod, receiver):
    check(pod.healthz["greeting"] == "hello from lib", f"the application does not find its module: {pod.healthz}")
    check(pod.healthz["sitecustomize"] == "ran", "the application's own sitecustomize did not run")
    receiver.wait(lambda: receiver.spans, ARRIVAL_SECONDS)
    check(receiver.spans, "no spans arrived")


def orders(receiver):
    totals = defaultdict(int)
    newest = {}
    for point in receiver.points:
        if point.metric == "http.server.duration" and point.attributes.get("http.target", "/order") == "/order" \
                and point.attributes.get("http.route", "/order") == "/order":
            newest[point.resource["service.instance.id"], tuple(sorted(point.attributes.items()))] = point.value
    for (instance, _), number in newest.items():
        totals[instance] += number
    return totals


def spans_of_orders(receiver):
    return len([each for each in receiver.spans if each.name == "GET /order" and each.kind == "server"])


def spread(call):
    """Calls until two processes have answered, and then some more. How often each did."""
    seen = defaultdict(int)
    for _ in range(300):
        seen[call()] += 1
        if len(seen) == 2 and sum(seen.values()) >= 10:
            return dict(seen)
    raise Failed(f"only one worker answers: {dict(seen)}")


# --- what dashboards and alert rules count on ---

def check_listed(seen):
    """Every metric of the list that is said to be seen here was seen."""
    lines = (HERE.parent / "grafana/metrics/applications.txt").read_text().splitlines()
    rows = [line.split(None, 2) for line in lines if line and not line.startswith("#")]
    missing = sorted({(name, kind) for name, kind, source in rows if source == "e2e"} - seen)
    check(not missing, f"hack/grafana/metrics/applications.txt lists what did not arrive: {missing}")


SCENARIOS = {
    "agui-server": ("FastAPI and an OpenAI-compatible endpoint, metrics only", agui_server),
    "agui-newer": ("the same, with a newer OpenTelemetry SDK of its own", agui_newer),
    "agui-workers": ("the same, uvicorn with two workers", agui_workers),
    "shop": ("Flask and requests with traces; not root, root filesystem read-only", shop),
    "shop-gunicorn": ("the same, gunicorn with two forked workers", shop_gunicorn),
    "legacy": ("an application with protobuf 3.20.3", legacy),
    "selfmade": ("an application with an OpenTelemetry of its own, tied to its version", selfmade),
    "paths": ("an application with a PYTHONPATH and a sitecustomize of its own", paths),
}


def run(name, receiver, options, seen):
    title, scenario = SCENARIOS[name]
    print(f"\n== {name}: {title}", flush=True)
    receiver.clear()
    pod = Pod(name, options)
    with pod:
        try:
            scenario(pod, receiver)
        finally:
            for line in pod.said():
                print(f"  said: {line}"[:260])
            show(receiver)
            seen.update(prometheus_name(point.metric, point.unit, point.kind, point.monotonic) for point in receiver.points)
            for line in receiver.refused:
                print(f"  refused: {line}")
    check(not receiver.refused, "the receiver refused something")
    traceback = "Traceback (most recent call last)"
    check(traceback not in pod.log.read_text(errors="replace"), f"the container's log has a traceback:\n{pod.tail()}")
    print(f"  serving after {pod.seconds:.1f} s", flush=True)


def leave(*_):
    """On SIGTERM: as on Ctrl-C, what was started is ended. Once is enough."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for each in ["--pods", "--agent", "--images", "--work"]:
        parser.add_argument(each, type=Path, required=True)
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()

    signal.signal(signal.SIGTERM, leave)
    bring_up_loopback()
    serve_neighbour(8100)
    receiver = Receiver(4318)
    failed, seen = [], set()
    for name in options.names or SCENARIOS:
        try:
            run(name, receiver, options, seen)
        except Failed as error:
            failed.append(name)
            print(f"  FAILED: {error}", flush=True)
    if not options.names:
        try:
            check_listed(seen)
        except Failed as error:
            failed.append("metrics")
            print(f"\nFAILED: {error}", flush=True)
    count = len(options.names or SCENARIOS) + (0 if options.names else 1)
    print(f"\n{count - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
