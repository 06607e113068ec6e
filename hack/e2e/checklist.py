#!/usr/bin/python3
"""The guide's checklist in the cluster of $KUBECONFIG, row by row: checklist.py --operator IMAGE --images FILE

FILE: NAME, REFERENCE and more of each image on a line, as images/build prints them; the cluster has these images.
Everything is asked of the API server, which goes on to pods and Services: what the operator, an application or Prometheus says comes
from where it runs.
"""
import argparse
import base64
import json
import math
import re
import sys
import threading
import time
from pathlib import Path

import install
from cluster import (
    API, OPERATOR_NAMESPACE, Answer, environment_of, is_ready, items, kubectl, leader, one, operator_pods, restarts, standing)
from prometheus import Prometheus
from rows import Failed, Rows, Stopped, check, eventually

APPLICATION = "agui-server"
INIT_CONTAINER = "opentelemetry-auto-instrumentation-python"
METRICS = {
    "gen_ai_client_operation_duration_seconds": "histogram", "agui_agent_request_count_total": "counter",
    "http_server_active_requests": "gauge", "http_server_duration_milliseconds": "histogram", "http_server_response_size_bytes": "histogram",
}
# What an old API server may lack, so that a collector is not all there.
NOT_EVERYWHERE = ("policy/v1", "autoscaling/v2")
OURS = f'{{service_name="{APPLICATION}"}}'
# What the guide asks in Grafana: title, expression, the values that make sense.
QUERIES = [
    ("mean latency of gen_ai calls, in seconds",
     f"rate(gen_ai_client_operation_duration_seconds_sum{OURS}[5m]) / rate(gen_ai_client_operation_duration_seconds_count{OURS}[5m])", (0, 60)),
    ("agui requests a second", f"rate(agui_agent_request_count_total{OURS}[5m])", (0.01, 1000)),
    ("mean duration of HTTP requests, in milliseconds",
     f"rate(http_server_duration_milliseconds_sum{OURS}[5m]) / rate(http_server_duration_milliseconds_count{OURS}[5m])", (0, 60000)),
    ("active HTTP requests", f"http_server_active_requests{OURS}", (-0.5, 1000)),
]


# --- the installation ---

def operator_ready():
    pods = operator_pods()
    ready = [each for each in pods if is_ready(each)]
    check(len(ready) == 2 == len(pods), f"{len(ready)} of 2 ready: {'; '.join(map(standing, pods))}")
    return f"2 of 2 ready, {restarts()} restarts: {', '.join(each['metadata']['name'] for each in pods)}"


def restricted():
    """What the pods really run as: the image's own user, without anything to write to."""
    for pod in operator_pods():
        context, container = pod["spec"]["securityContext"], pod["spec"]["containers"][0]["securityContext"]
        check(context["runAsNonRoot"] and context["runAsUser"] == 65532, f"{pod['metadata']['name']} runs as {context}")
        check(container["readOnlyRootFilesystem"] and container["capabilities"] == {"drop": ["ALL"]}, f"{container}")
    return "user 65532, root file system read-only, no capabilities"


def certificate(api):
    secret = api.get(f"/api/v1/namespaces/{OPERATOR_NAMESPACE}/secrets/opentelemetry-operator-serving-certificate")
    authorities = secret["data"]["ca.crt"]
    bundles = {}
    for kind in ("mutating", "validating"):
        name = f"opentelemetry-operator-{kind}-webhook-configuration"
        for webhook in one(f"{kind}webhookconfiguration", None, name)["webhooks"]:
            check("service" in webhook["clientConfig"], f"{webhook['name']} is not called through a Service")
            bundles[webhook["name"]] = webhook["clientConfig"].get("caBundle")
    definition = one("crd", None, "opentelemetrycollectors.opentelemetry.io")
    bundles["conversion"] = definition["spec"]["conversion"]["webhook"]["clientConfig"].get("caBundle")
    other = [name for name, bundle in bundles.items() if bundle != authorities]
    check(not other, f"caBundle is not the operator's authority in {', '.join(other)}")
    count = base64.b64decode(authorities).count(b"BEGIN CERTIFICATE")
    return f"{count} authority in the Secret and in {len(bundles)} caBundles; no cert-manager"


def webhook_answers(api):
    """An Instrumentation that only the operator refuses."""
    wrong = {"apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation", "metadata": {"name": "wrong", "namespace": "default"},
             "spec": {"sampler": {"type": "traceidratio", "argument": "two"}}}
    try:
        api.post("/apis/opentelemetry.io/v1alpha1/namespaces/default/instrumentations?dryRun=All", wrong)
    except Answer as answer:
        check("vinstrumentationcreateupdate.kb.io" in answer.message and "denied" in answer.message, f"refused otherwise: {answer}")
        return re.sub(r"\s+", " ", answer.message)[:110]
    raise Failed("an Instrumentation with a sampler argument 'two' was taken")


def lease_held():
    holder, pods = leader(), [each["metadata"]["name"] for each in operator_pods()]
    check(holder in pods, f"held by {holder!r}, the pods are {pods}")
    return holder


# --- the guide ---

def collector_runs():
    pods = items("pods", OPERATOR_NAMESPACE, "app.kubernetes.io/component=opentelemetry-collector")
    check(len(pods) == 1 and is_ready(pods[0]), "; ".join(map(standing, pods)) or "no pod with the label")
    count = sum(each["restartCount"] for each in pods[0]["status"]["containerStatuses"])
    check(count == 0, f"its container was started again {count} times: {standing(pods[0])}")
    return f"{pods[0]['metadata']['name']} {pods[0]['status']['phase']}"


def collector_serves(api):
    """Without a probe of its own a container counts as ready when it has started; whether it serves is asked of its Services."""
    for name, port in (("otel-collector-collector", 8889), ("otel-collector-collector-monitoring", 8888)):
        api.request("GET", f"/api/v1/namespaces/{OPERATOR_NAMESPACE}/services/{name}:{port}/proxy/metrics")
    return collector_runs()


def collector_status():
    collector = one("opentelemetrycollectors.opentelemetry.io", OPERATOR_NAMESPACE, "otel-collector")
    conditions = {each["type"]: each for each in collector.get("status", {}).get("conditions", [])}
    check(conditions.get("Ready", {}).get("status") == "True", f"Ready: {conditions.get('Ready')}")
    replicas = collector["status"].get("scale", {}).get("statusReplicas")
    check(replicas == "1/1", f"status.scale.statusReplicas is {replicas}")
    incomplete = conditions.get("Complete", {})
    if incomplete.get("status") == "False":
        missing = [each for each in incomplete["message"].split("; ") if not any(api in each for api in NOT_EVERYWHERE)]
        check(incomplete["reason"] == "APIUnavailable" and not missing,
              f"Complete is False, {incomplete['reason']}: {incomplete['message']}")
        return f"Ready, 1/1; not all could be made here: {incomplete['message']}"
    return "Ready, 1/1"


def services():
    found = {each["metadata"]["name"]: sorted(port["port"] for port in each["spec"]["ports"])
             for each in items("services", OPERATOR_NAMESPACE, "app.kubernetes.io/managed-by=opentelemetry-operator")}
    for name, ports in (("otel-collector-collector", [4317, 4318, 8889]), ("otel-collector-collector-monitoring", [8888])):
        check(found.get(name) == ports, f"{name} has {found.get(name)}, not {ports}; there are {found}")
    return "otel-collector-collector 4317 4318 8889, otel-collector-collector-monitoring 8888"


def pod_monitor():
    return one("podmonitors.azmonitoring.coreos.com", OPERATOR_NAMESPACE, "otel-collector-metrics")


def pod_monitor_endpoints():
    endpoints = [(each["port"], each["path"], each["interval"]) for each in pod_monitor()["spec"]["podMetricsEndpoints"]]
    check(endpoints == [("prometheus", "/metrics", "30s"), ("metrics", "/metrics", "30s")], f"endpoints: {endpoints}")
    return "otel-collector-metrics: prometheus and metrics, /metrics, 30s"


def pod_monitor_ports():
    """The guide's pitfall: a monitor that names a port which no container has."""
    spec = pod_monitor()["spec"]
    selector = ",".join(f"{key}={value}" for key, value in spec["selector"]["matchLabels"].items())
    pods = items("pods", OPERATOR_NAMESPACE, selector)
    check(len(pods) == 1, f"the selector finds {len(pods)} pods")
    ports = {port["name"]: port["containerPort"] for container in pods[0]["spec"]["containers"] for port in container.get("ports", [])}
    named = [each["port"] for each in spec["podMetricsEndpoints"]]
    check(set(named) <= set(ports), f"the monitor names {named}, the containers have {ports}")
    return ", ".join(f"{name}={ports[name]}" for name in named)


def instrumentation():
    spec = one("instrumentations.opentelemetry.io", "myapp", "python-instrumentation")["spec"]
    expected = "http://otel-collector-collector.opentelemetry-operator-system.svc.cluster.local:4318"
    check(spec["exporter"]["endpoint"] == expected, f"its endpoint is {spec['exporter']['endpoint']}")
    return f"python-instrumentation → {expected.partition('//')[2]}"


def knows_instrumentation(api):
    """The operator learns of an Instrumentation a moment after the API server; a pod that is made before is left as it is."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {
        "name": "question", "namespace": "myapp", "annotations": {"instrumentation.opentelemetry.io/inject-python": "true"}},
        "spec": {"containers": [{"name": "app", "image": "registry.example.com/app"}]}}
    for _ in range(5):
        answer = api.post("/api/v1/namespaces/myapp/pods?dryRun=All", pod)
        check(answer["spec"].get("initContainers"), "a pod would not be injected yet")
    return "5 of 5 dry runs would be injected"


def application_pod():
    pods = items("pods", "myapp", f"app={APPLICATION}")
    check(len(pods) == 1, f"{len(pods)} pods")
    return pods[0]


def init_container():
    pod = application_pod()
    names = [each["name"] for each in pod["spec"].get("initContainers", [])]
    check(INIT_CONTAINER in names, f"init containers: {names}; events: {events('myapp')}")
    status = next((each for each in pod["status"].get("initContainerStatuses", []) if each["name"] == INIT_CONTAINER), {})
    ended = status.get("state", {}).get("terminated")
    check(ended and ended["exitCode"] == 0, standing(pod))
    return f"{INIT_CONTAINER}, exit code 0"


def application_runs():
    pod = application_pod()
    check(is_ready(pod), standing(pod))
    count = sum(each["restartCount"] for each in pod["status"]["containerStatuses"])
    check(count == 0, f"its container was started again {count} times: {standing(pod)}")
    return pod["metadata"]["name"]


def application_environment():
    """As the example's README looks: in the running container."""
    output = kubectl("exec", "--namespace=myapp", f"deployment/{APPLICATION}", "--", "env")
    found = dict(line.partition("=")[::2] for line in output.splitlines())
    expected = {
        "OTEL_METRICS_EXPORTER": "otlp", "OTEL_TRACES_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none", "OTEL_PROPAGATORS": "tracecontext,baggage",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel-collector-collector.opentelemetry-operator-system.svc.cluster.local:4318"}
    wrong = {key: found.get(key) for key, value in expected.items() if found.get(key) != value}
    check(not wrong, f"in the container: {wrong}")
    check(found.get("PYTHONPATH", "").startswith("/otel-auto-instrumentation-python/"), f"PYTHONPATH={found.get('PYTHONPATH')}")
    attributes = dict(pair.split("=", 1) for pair in found["OTEL_RESOURCE_ATTRIBUTES"].split(","))
    for key, value in (("service.name", "agui-server"), ("service.namespace", "myapp"), ("deployment.environment", "production")):
        seen = found.get("OTEL_SERVICE_NAME") if key == "service.name" and key not in attributes else attributes.get(key)
        check(seen == value, f"{key} is {seen!r}")
    return f"PYTHONPATH and {len([key for key in found if key.startswith('OTEL_')])} OTEL_ variables"


def untouched():
    pods = items("pods", "myapp", "app=stand-in-model")
    check(len(pods) == 1 and is_ready(pods[0]), "; ".join(map(standing, pods)) or "no pod")
    spec = pods[0]["spec"]
    injected = [name for each in spec["containers"] for name in environment_of(each) if name.startswith("OTEL_") or name == "PYTHONPATH"]
    check(not spec.get("initContainers") and not injected, f"init containers {spec.get('initContainers')}, variables {injected}")
    return f"{pods[0]['metadata']['name']}: no init container, no variable"


def ama_metrics_runs():
    pods = items("pods", "kube-system", "rsName=ama-metrics")
    check(len(pods) == 1 and is_ready(pods[0]), "; ".join(map(standing, pods)) or "no pod")
    return f"{pods[0]['metadata']['name']} (a stand-in: Debian's Prometheus)"


def targets_up(prometheus):
    targets = prometheus.targets()
    ports = sorted(each["labels"]["endpoint"] for each in targets)
    check(ports == ["metrics", "prometheus"], f"targets: {[each['scrapeUrl'] for each in targets]}")
    down = [f"{each['scrapeUrl']}: {each['lastError'] or each['health']}" for each in targets if each["health"] != "up"]
    check(not down, "; ".join(down))
    return ", ".join(sorted(each["scrapeUrl"] for each in targets))


def limits(prometheus):
    text = prometheus.configuration()
    jobs = text.count("job_name: podMonitor/")
    for line in ("scrape_interval: 30s", "label_limit: 63", "label_name_length_limit: 511", "label_value_length_limit: 1023"):
        check(text.count(f"  {line}\n") >= jobs == 2, f"{line!r} stands {text.count(line)} times in the configuration of {jobs} jobs")
    return "every 30s; at most 63 labels, names of 511, values of 1023 characters"


def wrong_port(api, prometheus):
    """That a wrong port is seen at all: the guide's own mistake finds nothing."""
    path = f"/apis/azmonitoring.coreos.com/v1/namespaces/{OPERATOR_NAMESPACE}/podmonitors"
    monitor = pod_monitor()
    api.post(path, {
        "apiVersion": monitor["apiVersion"], "kind": monitor["kind"], "metadata": {"name": "as-in-the-guide"},
        "spec": {**monitor["spec"], "podMetricsEndpoints": [{"port": "prometheus-dev", "path": "/metrics", "interval": "30s"}]}})
    try:
        eventually(lambda: check("as-in-the-guide/0" in prometheus.configuration(), "Prometheus does not know the monitor"), 60)
        # Its discovery asks once a second.
        for _ in range(3):
            time.sleep(1)
            targets_up(prometheus)
    finally:
        api.delete(f"{path}/as-in-the-guide")
    return "port prometheus-dev: no target of it, and the other two stay"


class Traffic:
    """Somebody uses the application, twice a second, until the end."""

    def __init__(self, api):
        self._api, self._stop, self.served, self.failed = api, threading.Event(), 0, []
        self._path = None

    def ask(self):
        answer = json.loads(self._api.request("POST", self._path, ""))
        check(answer["answer"] == "Hello to you", f"the application answers {answer}")
        self.served += 1

    def begin(self):
        self._path = f"/api/v1/namespaces/myapp/pods/{application_pod()['metadata']['name']}:8000/proxy/agent"
        eventually(self.ask, 60)
        threading.Thread(target=self._go_on, daemon=True).start()
        return "POST /agent, answered by the model inside the cluster"

    def _go_on(self):
        while not self._stop.wait(0.5):
            try:
                self.ask()
            except (Failed, OSError) as error:
                self.failed.append(str(error))

    def end(self):
        self._stop.set()
        check(self.served > 10 and not self.failed, f"{self.served} answered, {len(self.failed)} failed: {self.failed[:1]}")
        return f"{self.served} requests answered, 0 failed"


def exposed(api, name, kind):
    path = f"/api/v1/namespaces/{OPERATOR_NAMESPACE}/services/otel-collector-collector:8889/proxy/metrics"
    text = api.request("GET", path)
    check(f"# TYPE {name} {kind}\n" in text, f"not among {len(re.findall('^# TYPE', text, re.MULTILINE))} metrics on port 8889")
    series = [line for line in text.splitlines() if re.match(rf"{name}(_count)?\{{", line)]
    ours = [line for line in series if f'service_name="{APPLICATION}"' in line]
    check(ours, f"no series with service_name={APPLICATION}: {series[:1]}")
    return f"{kind}, {len(ours)} series"


def answered(prometheus, expression, low, high):
    found = [(labels, value) for labels, value in prometheus.query(expression) if not math.isnan(value)]
    check(found, f"no data: {expression}")
    for labels, _ in found:
        check(labels["service_name"] == APPLICATION, f"labels: {labels}")
    # A pod that is gone may still have a series, of zeros.
    check(any(low < value < high for _, value in found), f"nothing between {low} and {high}: {[value for _, value in found]}")
    return ", ".join(f"{value:.4g}" for _, value in found[:4])


def application_log():
    log = kubectl("logs", "--namespace=myapp", f"deployment/{APPLICATION}", "--container", APPLICATION)
    check("Traceback (most recent call last)" not in log and "LLM_SYSTEM" not in log, log[-600:])
    return f"{len(log.splitlines())} lines, no traceback, nothing about LLM_SYSTEM"


def events(namespace):
    return [f"{each['reason']}: {each.get('message', each.get('note', ''))[:100]}" for each in items("events", namespace)
            if each["type"] == "Warning" and "opentelemetry" in (each.get("reportingComponent") or each.get("source", {}).get("component", ""))]


def no_restarts():
    count = restarts()
    check(count == 0, f"{count} times: {'; '.join(map(standing, operator_pods()))}")
    return "0 restarts"


def no_refusals():
    found = events("myapp")
    check(not found, "; ".join(found))
    return "none of the operator"


def look_at_all(rows, operator, images):
    api = API()
    prometheus, traffic = Prometheus(api), Traffic(api)

    def within(seconds, look, *arguments):
        return lambda: eventually(lambda: look(*arguments), seconds)

    rows.title("The installation")
    rows.row("CRDs of Azure's add-on", install.azmonitoring)
    rows.need("manifests/install.yaml applied, its image replaced", install.operator, operator)
    rows.need("operator pods Running", within(90, operator_ready))
    rows.row("as restricted as their manifest says", restricted)
    rows.need("certificate made by the operator", within(30, certificate, api))
    rows.need("webhooks answer through the Service", within(30, webhook_answers, api))
    rows.row("Lease held by one of them", within(30, lease_held))

    rows.title("The guide: examples/aks-closed-network")
    rows.need("stand-in for ama-metrics applied", install.stand_in, "ama-metrics", images)
    rows.need("namespace, collector, Instrumentation applied", install.example, images)
    rows.need("stand-in for the model applied", install.stand_in, "model", images)
    rows.need("operator knows the Instrumentation", within(30, knows_instrumentation, api))
    rows.need("application applied", install.application, images)
    rows.need("collector pod Running, found by the guide's label", within(60, collector_runs))
    rows.need("it serves metrics on 8889 and 8888", within(60, collector_serves, api))
    rows.row("collector's resource says so", within(30, collector_status))
    rows.row("Services with 4317, 4318, 8889 and 8888", services)
    rows.row("PodMonitor with both endpoints", pod_monitor_endpoints)
    rows.row("its ports are ports of a container", pod_monitor_ports)
    rows.row("Instrumentation exists", instrumentation)
    rows.need("init container injected, and finished", within(60, init_container))
    rows.need("application pod Running", within(60, application_runs))
    rows.row("PYTHONPATH and OTEL_ variables in the container", within(10, application_environment))
    rows.row("a pod without the annotation is untouched", within(60, untouched))
    rows.need("ama-metrics Running", within(60, ama_metrics_runs))
    rows.need("traffic is sent", traffic.begin)
    rows.row("both targets up", within(90, targets_up, prometheus))
    rows.row("interval and limits are the PodMonitor's", within(10, limits, prometheus))
    for name, kind in METRICS.items():
        rows.row(f"{name} on 8889", within(60, exposed, api, name, kind))
    for title, expression, (low, high) in QUERIES:
        rows.row(f"PromQL: {title}", within(150, answered, prometheus, expression, low, high))
    rows.row("pitfall: a port that no container has", wrong_port, api, prometheus)
    rows.row("pitfall: LLM_SYSTEM", application_log)
    rows.row("no Warning events in myapp", no_refusals)
    rows.row("traffic went on", traffic.end)
    rows.row("operator's containers were never started again", no_restarts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operator", required=True, metavar="IMAGE")
    parser.add_argument("--images", required=True, type=Path)
    options = parser.parse_args()
    images = dict(line.split("\t")[:2] for line in options.images.read_text().splitlines())
    rows = Rows()
    try:
        look_at_all(rows, options.operator, images)
    except Stopped:
        print("  the rows that follow build on that one")
    return rows.end()


if __name__ == "__main__":
    sys.exit(main())
