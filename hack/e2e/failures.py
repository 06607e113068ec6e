#!/usr/bin/python3
"""What happens to pods and resources while something happens to the operator, in the cluster of $KUBECONFIG:
failures.py --other IMAGE [NAME...]

IMAGE: another name of the operator's image in the cluster, to upgrade to. The operator runs already (checklist.py installs it).
"""
import argparse
import base64
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import install
import pods
from cluster import (
    API, OPERATOR, OPERATOR_NAMESPACE, is_ready, kubectl, leader, one, operator_pods, restarts, standing)
from pods import NAMESPACE, Stream
from rows import Failed, Rows, Stopped, check, eventually

NODE = install.ROOT / "hack/node/node"
SECRET = f"/api/v1/namespaces/{OPERATOR_NAMESPACE}/secrets/opentelemetry-operator-serving-certificate"
CONFIGURATION = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/opentelemetry-operator-mutating-webhook-configuration"
COLLECTORS = f"/apis/opentelemetry.io/v1beta1/namespaces/{NAMESPACE}/opentelemetrycollectors"


def two_ready():
    found = operator_pods()
    check(len(found) == 2 and all(map(is_ready, found)), "; ".join(map(standing, found)))
    return found


def rolling_restart(api):
    """Pods are created all the time while the operator is restarted again and again, until there are 1,000."""
    count = 0
    with Stream(api, "restart", rate=25, least=1000) as stream:
        while count < 2 or stream.is_short:
            kubectl("rollout", "restart", f"deployment/{OPERATOR}", "--namespace", OPERATOR_NAMESPACE)
            install.operator_rolled_out()
            eventually(two_ready, 60, every=0.2)
            count += 1
    return f"{stream.verdict()}; {count} rolling restarts"


def drain(api):
    """One node: the first replica's successor finds no place, so the budget keeps the second one where it is."""
    node = one("nodes", None, operator_pods()[0]["spec"]["nodeName"])["metadata"]["name"]
    try:
        with Stream(api, "drain", rate=20) as stream:
            kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=20s", seconds=60, allowed=(1,))
            left = [each for each in operator_pods() if is_ready(each)]
            check(len(left) == 1, f"{len(left)} replicas are ready on the drained node: {'; '.join(map(standing, operator_pods()))}")
            kubectl("uncordon", node)
            started = time.monotonic()
            eventually(two_ready, 60, every=0.2)
            seconds = time.monotonic() - started
    finally:
        kubectl("uncordon", node)
    return (f"{stream.verdict()}\none replica evicted, the other kept by its PodDisruptionBudget for the 20 s of the drain;"
            f" two ready {seconds:.1f} s after uncordon")


def collector(name):
    return {
        "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector", "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"replicas": 0, "image": "registry.example.com/collector", "config": {
            "receivers": {"otlp": {"protocols": {"http": {"endpoint": "0.0.0.0:4318"}}}},
            "exporters": {"debug": {}},
            "service": {"pipelines": {"metrics": {"receivers": ["otlp"], "exporters": ["debug"]}}}}},
    }


def reconciled(api, name, seconds):
    """Makes a collector and waits for its Deployment; returns how long that took."""
    started = time.monotonic()
    # Made again until it is taken: its own webhooks have failurePolicy Fail.
    eventually(lambda: api.post(COLLECTORS, collector(name)), 30, every=0.1)
    deployment = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{name}-collector"
    eventually(lambda: check(api.exists(deployment), f"no Deployment of collector {name}"), seconds, every=0.05)
    took = time.monotonic() - started
    api.delete(f"{COLLECTORS}/{name}")
    return took


def leader_deleted(api):
    before = leader()
    with Stream(api, "leader", rate=20) as stream:
        kubectl("delete", "pod", before, "--namespace", OPERATOR_NAMESPACE, "--wait=false")
        took = reconciled(api, "after-deletion", 60)
        after = leader()
        check(after != before, f"{before} leads still")
        eventually(two_ready, 60, every=0.2)
    return f"{stream.verdict()}\na collector that was made right after it is reconciled in {took:.1f} s, by {after}"


def leader_killed(api):
    """SIGKILL to the leader's process: the Lease is not given back and must end first.

    Nothing can be promised for the pods of that moment: until the kubelet has seen that the container is gone and kube-proxy has heard of
    it, connections still go there. How many that were is shown.
    """
    before = next(each for each in operator_pods() if each["metadata"]["name"] == leader())
    process = process_of(before["metadata"]["uid"])
    count = restarts()
    with Stream(api, "kill", rate=20) as stream:
        os.kill(process, 9)
        took = reconciled(api, "after-kill", 60)
        eventually(two_ready, 60, every=0.2)
        # The kubelet may not have noticed yet.
        eventually(lambda: check(restarts() > count, "the container was not started again"), 30)
    check(restarts() == count + 1, f"the containers were started again {restarts() - count} times, not once")
    seen = stream.tally()
    gap = stream.uninjected
    lost = f"{len(gap)} slipped through between {gap[0][0]:.1f} and {gap[-1][0]:.1f} s after it" if gap else "none slipped through"
    return (f"{seen}, {lost}\na collector that was made right after it is reconciled in"
            f" {took:.1f} s (the Lease lasts 15 s), by {leader()}")


def process_of(pod):
    """The operator's process in the pod with this uid, on this machine."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"/manager" == (folder / "cmdline").read_bytes().split(b"\0")[0] and pod in (folder / "cgroup").read_text():
                return int(folder.name)
        except OSError:
            continue
    check(False, "the leader's process is not on this machine")


def certificate_of(api):
    return api.get(SECRET)["data"]


def authorities(data):
    return set(re.findall("-----BEGIN[^-]*-----([^-]*)", base64.b64decode(data["ca.crt"]).decode()))


def bundle_holds(api, authorities):
    """Every pod webhook's caBundle is what the Secret holds."""
    for webhook in api.get(CONFIGURATION)["webhooks"]:
        check(webhook["clientConfig"]["caBundle"] == authorities, f"{webhook['name']} trusts another authority")


def certificate_renewed(api):
    """What stands in the Secret cannot be served any more, so the same authority signs another."""
    before = certificate_of(api)
    with Stream(api, "renewal", rate=20) as stream:
        api.merge(SECRET, {"data": {"tls.crt": "", "tls.key": ""}})

        def renewed():
            now = certificate_of(api)
            check(now["tls.crt"] not in ("", before["tls.crt"]), "no other certificate is in the Secret")
            check(now["ca.crt"] == before["ca.crt"], "the authority has changed")

        started = time.monotonic()
        eventually(renewed, 30, every=0.1)
        took = time.monotonic() - started
        # Replicas that had not heard of it, connections that are kept: they would show now.
        time.sleep(10)
    return f"{stream.verdict()}\nanother certificate of the same authority after {took:.1f} s"


def secret_deleted(api):
    """A new authority comes beside the old one: what is served stays, so that nobody meets a certificate that he does not trust yet."""
    before = certificate_of(api)
    with Stream(api, "secret", rate=20) as stream:
        api.delete(SECRET)
        started = time.monotonic()

        def replaced():
            check(api.exists(SECRET), "no Secret")
            now = certificate_of(api)
            check(now["ca.crt"] != before["ca.crt"], "no new authority")
            check(now["tls.crt"] == before["tls.crt"], "another certificate is served before its authority is trusted everywhere")
            check(authorities(before) < authorities(now), "the authority of the certificate that is served is not trusted any more")
            bundle_holds(api, now["ca.crt"])

        eventually(replaced, 30, every=0.1)
        took = time.monotonic() - started
        time.sleep(10)
    return f"{stream.verdict()}\na new authority beside the old one in every caBundle after {took:.1f} s, the certificate served is still the old one's"


def api_server_killed(api):
    """kill -9 and a new start with the same state. Watches must come back without the operator being started again.

    A pod that comes back without the agent is the operator's failure only if it was asked: the API server counts its calls, from 0 at
    its start, and all pods since then are this test's.
    """
    folder = os.environ.get("NODE_DIR")
    check(folder, "NODE_DIR is not set: this is not a node of ours")
    count = restarts()
    with Stream(api, "apiserver", rate=20) as stream:
        subprocess.run([NODE, "plane", folder, "kill-apiserver"], check=True, capture_output=True)
        before, questions = stream.created, 0
        subprocess.run([NODE, "plane", folder, "start-apiserver"], check=True, capture_output=True, timeout=120)
        started = time.monotonic()
        took = reconciled(api, "after-api-server", 60)
        # What is made now reaches the stores by watches that were begun anew.
        # Elsewhere: with two in their namespace, pods that ask for "true" rightly get none.
        instrumentations = "/apis/opentelemetry.io/v1alpha1/namespaces/default/instrumentations"
        api.post(instrumentations, {**pods.INSTRUMENTATION, "metadata": {"name": "later", "namespace": "default"}})

        def known():
            nonlocal questions
            answer = api.post(f"{pods.PODS}?dryRun=All", pods.pod("a-question", "default/later"))
            questions += 1
            check(pods.is_injected(answer), "not injected")

        eventually(known, 60, every=0.1)
        heard = time.monotonic() - started
        api.delete(f"{instrumentations}/later")
        eventually(two_ready, 60, every=0.2)
        time.sleep(5)
    check(restarts() == count, f"the operator was started again {restarts() - count} times")
    made, calls = stream.created - before + questions, pods.calls(api)
    told = (f"{made} pods since the start and {calls} calls of the pod webhook: the API server did not ask about {made - calls};"
            f" {len(stream.silent)} came back without the agent")
    try:
        # A worker that got no answer waits until the API server says that it is ready.
        seen = stream.verdict(unanswered=3 * pods.WORKERS, unasked=max(0, made - calls))
    except Failed as error:
        raise Failed(f"{error}\n{told}") from None
    return (f"{seen}, {stream.unanswered} got no answer\n{told}\nready again: a collector is reconciled in {took:.1f} s, a new Instrumentation known"
            f" {heard:.1f} s after the start; the operator was not started again")


def upgrade(api, image):
    before = one("deployment", OPERATOR_NAMESPACE, OPERATOR)["spec"]["template"]["spec"]["containers"][0]["image"]
    check(before != image, f"{image} runs already")
    started = time.monotonic()
    with Stream(api, "upgrade", rate=20) as stream:
        install.operator(image)
        install.operator_rolled_out()
        took = time.monotonic() - started
        eventually(two_ready, 60, every=0.2)
    images = {each["spec"]["containers"][0]["image"] for each in operator_pods()}
    check(images == {image}, f"pods run {images}")
    return f"{stream.verdict()}\n{before.rpartition(':')[2]} → {image.rpartition(':')[2]} by kubectl apply in {took:.1f} s"


SCENARIOS = {
    "restart": ("rolling restart while 1,000 pods are created", rolling_restart),
    "drain": ("the node is drained and uncordoned", drain),
    "leader": ("the leader's pod is deleted", leader_deleted),
    "kill": ("the leader is killed with SIGKILL", leader_killed),
    "renewal": ("the serving certificate is renewed", certificate_renewed),
    "secret": ("the certificate's Secret is deleted", secret_deleted),
    "api-server": ("the API server is killed and started", api_server_killed),
    "upgrade": ("upgrade to another image", upgrade),
}


def look_at_all(rows, api, options):
    rows.title("Failures and upgrade: annotated pods are created all the time, 20 a second")
    rows.need("namespace and Instrumentation", pods.prepare, api)
    for name in options.names or SCENARIOS:
        title, scenario = SCENARIOS[name]
        arguments = (api, options.other) if name == "upgrade" else (api,)
        rows.row(title, scenario, *arguments)
        rows.need("  then two replicas ready", eventually, lambda: f"{len(two_ready())} of 2", 60)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--other", required=True, metavar="IMAGE")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SCENARIOS))
    options = parser.parse_args()
    unknown = set(options.names) - set(SCENARIOS)
    if unknown:
        parser.error(f"not known: {', '.join(sorted(unknown))}; known: {', '.join(SCENARIOS)}")
    api, rows = API(), Rows()
    try:
        look_at_all(rows, api, options)
    except Stopped:
        print("  the rows that follow build on that one")
    return rows.end()


if __name__ == "__main__":
    sys.exit(main())
