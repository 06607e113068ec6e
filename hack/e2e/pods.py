"""Annotated pods, created one after the other while something happens to the operator: who came back without the agent?

The pods ask for a scheduler that does not exist, so they stay Pending and cost no container. Whether the webhook answered stands in what
the API server returns for each.
"""
import os
import re
import threading
import time
import traceback
from pathlib import Path

from cluster import Answer
from rows import Failed, check, eventually

NAMESPACE = "e2e-failures"
INSTRUMENTATION = {
    "apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation",
    "metadata": {"name": "python", "namespace": NAMESPACE},
    "spec": {"exporter": {"endpoint": "http://localhost:4318"}, "python": {"image": "registry.example.com/autoinstrumentation-python"}},
}
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
WORKERS = 4
# Longer than any stream takes; afterwards it ends by itself, however many pods there are.
LONGEST = 300


def prepare(api):
    """The namespace, with an Instrumentation that the operator knows."""
    for path, document in (
            ("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}),
            (f"/apis/opentelemetry.io/v1alpha1/namespaces/{NAMESPACE}/instrumentations", INSTRUMENTATION)):
        try:
            api.post(path, document)
        except Answer as answer:
            if answer.code != 409:
                raise
    # A new namespace has no ServiceAccount for a moment, and both replicas must have heard of the Instrumentation.
    for _ in range(10):
        eventually(lambda: check(is_injected(api.post(f"{PODS}?dryRun=All", pod("a-question"))), "not injected"), 30)
    return "10 of 10 dry runs would be injected"


def pod(name, instrumentation="true"):
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "labels": {"stream": name.rpartition("-")[0]},
                     "annotations": {"instrumentation.opentelemetry.io/inject-python": instrumentation}},
        "spec": {
            "schedulerName": "there-is-no-such-scheduler", "automountServiceAccountToken": False,
            "containers": [{"name": "app", "image": "registry.example.com/app"}]},
    }


def is_injected(created):
    return any(each["name"] == "opentelemetry-auto-instrumentation-python" for each in created["spec"].get("initContainers", []))


class Stream:
    """Creates pods at a rate, from several threads: one that waits for an answer does not hold up the others.

    `with Stream(api, name, rate) as stream:` creates while the block runs, and until there are `least`.
    """

    def __init__(self, api, name, rate, least=0):
        # The time is for a second run in the same cluster.
        self._api, self._name, self._pause, self._least = api, f"{name}-{int(time.time()) % 100000}", WORKERS / rate, least
        self._lock, self._stop, self._taken = threading.Lock(), threading.Event(), 0
        self._threads = [threading.Thread(target=self._work, args=(index,), daemon=True) for index in range(WORKERS)]
        self.injected, self.uninjected, self.refused, self.unanswered, self.slowest = 0, [], [], 0, 0.0
        self.silent, self.unexpected, self._complaints = [], [], complaints()

    def __enter__(self):
        self._started = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self._stop.set()
        if failure[0]:
            self._least = 0
        for thread in self._threads:
            thread.join()

    @property
    def count(self):
        with self._lock:
            return self._taken

    @property
    def created(self):
        """How many pods the API server has answered for."""
        with self._lock:
            return self.injected + len(self.uninjected)

    @property
    def is_short(self):
        return self.count < self._least and not self._is_overdue

    @property
    def _is_overdue(self):
        return time.monotonic() > self._started + LONGEST

    @property
    def _goes_on(self):
        return not self._is_overdue and (not self._stop.is_set() or self.is_short)

    def _work(self, index):
        next_time = time.monotonic() + index * self._pause / WORKERS
        while self._goes_on:
            with self._lock:
                number = self._taken
                self._taken += 1
            try:
                self._create(f"{self._name}-{number}")
            except Exception as error:  # a mistake in the test, or an answer that is none: a stream that lost it would look well
                traceback.print_exc()
                with self._lock:
                    self.unexpected.append(f"{type(error).__name__}: {error}")
            next_time = max(next_time + self._pause, time.monotonic() - 1)
            time.sleep(max(0, next_time - time.monotonic()))

    def _create(self, name):
        started = time.monotonic()
        try:
            answer = self._api.post(PODS, pod(name))
        except Answer as error:
            with self._lock:
                self.refused.append(f"{name} at {started - self._started:.1f} s: {error}")
            return
        except OSError:
            with self._lock:
                self.unanswered += 1
            self._wait_for_readiness()
            return
        with self._lock:
            self.slowest = max(self.slowest, time.monotonic() - started)
            if is_injected(answer):
                self.injected += 1
            else:
                warning = self._api.warning
                self.uninjected.append((started - self._started, time.monotonic() - started, warning or "no warning"))
                # The operator tells a refusal as a warning, always. Without one it was not asked, or not heard.
                if not warning:
                    self.silent.append(name)

    def _wait_for_readiness(self):
        """What a load balancer does for clients: nobody is sent to an API server before its /readyz says so.

        Before 1.20.6 they may say so before they have read their webhooks, and take pods without asking anybody (Kubernetes pull
        request 95783). Such pods have no warning of the operator, the API server's log tells of no call that failed, and its count
        of calls (see `calls`) lacks them.
        """
        while self._goes_on:
            try:
                self._api.request("GET", "/readyz", seconds=2)
                return
            except (Answer, OSError):
                time.sleep(0.1)

    def tally(self, unanswered=0):
        """`Failed` unless every pod is accounted for, some were injected, and all but `unanswered` were taken."""
        seen = f"{self.injected} of {self.count} pods injected, {len(self.refused)} refused, slowest {self.slowest * 1000:.0f} ms"
        check(not self.unexpected, f"{seen}, {len(self.unexpected)} unexpected: {'; '.join(self.unexpected[:4])}")
        known = self.injected + len(self.uninjected) + len(self.refused) + self.unanswered
        check(known == self.count, f"{seen}: of {self.count - known} pods nobody knows what became")
        check(not self.refused and self.unanswered <= unanswered,
              f"{seen}, {self.unanswered} got no answer, {unanswered} may\n{'; '.join(self.refused[:4])}")
        check(self.injected > 0 and self.count >= self._least, f"{seen}: too few")
        return seen

    def verdict(self, unanswered=0, unasked=0):
        """What was seen; `Failed` when a pod was refused or came back without the agent.

        unanswered: so many may have got no answer. unasked: for so many the API server did not call the webhook; they are told, and
        are no failure of the operator.
        """
        stored = self._api.get(f"{PODS}?labelSelector=stream%3D{self._name}")["items"]
        # What is stored counts, not only what was answered: an answer may be lost on its way, a pod may be changed after it.
        bare = [each["metadata"]["name"] for each in stored if not is_injected(each)]
        complained = [line for line in complaints() if line not in self._complaints]
        explained = set(self.silent[:unasked])
        slipped = len(self.uninjected) - len(explained)
        bare = [name for name in bare if name not in explained]
        if slipped or bare or complained:
            raise Failed("\n".join([
                f"{self.injected} of {self.count} pods injected",
                f"{slipped} slipped through, {len(bare)} of {len(stored)} stored; without the agent: " + "; ".join(
                    f"at {at:.1f} s after {took:.2f} s, {warning}" for at, took, warning in self.uninjected[:6]), *complained[:4]]))
        return self.tally(unanswered)


def calls(api):
    """How often the API server has called the pod webhook for new pods since its start, calls that failed too."""
    count = 0
    for line in api.request("GET", "/metrics").splitlines():
        if (line.startswith("apiserver_admission_webhook_admission_duration_seconds_count{")
                and 'name="mpod.kb.io"' in line and 'operation="CREATE"' in line):
            count += int(float(line.rpartition(" ")[2]))
    return count


def complaints():
    """What the API server wrote about calls of the pod webhook that failed; nothing, where its log is not at hand."""
    folder = os.environ.get("NODE_DIR")
    if not folder:
        return []
    log = (Path(folder) / "plane/logs/kube-apiserver.log").read_text(errors="replace")
    return [line[:400] for line in re.findall(r"^.*ailing open.*mpod\.kb\.io.*$", log, re.MULTILINE)]
