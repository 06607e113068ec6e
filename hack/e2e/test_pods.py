#!/usr/bin/python3
"""Streams of pods against an API server that is a function: what must fail a row does."""
import contextlib
import io
import os
import threading
import unittest

import pods
from cluster import Answer
from rows import Failed


class Server:
    """`answer(number)` says how the API server takes that pod: "injected", "bare", a warning, or an exception to raise."""

    def __init__(self, answer):
        self._answer, self._lock, self._count, self._stored = answer, threading.Lock(), 0, []
        self._local = threading.local()

    @property
    def warning(self):
        return self._local.warning

    def post(self, path, pod):
        with self._lock:
            number = self._count
            self._count += 1
        answer = self._answer(number)
        if isinstance(answer, Exception):
            raise answer
        self._local.warning = None if answer in ("injected", "bare") else answer
        if answer == "injected":
            pod["spec"]["initContainers"] = [{"name": "opentelemetry-auto-instrumentation-python"}]
        with self._lock:
            self._stored.append(pod)
        return pod

    def get(self, path):
        return {"items": self._stored}

    def request(self, method, path, seconds=30):
        return "ok"


def stream(answer, least=40):
    with contextlib.redirect_stderr(io.StringIO()), pods.Stream(Server(answer), "test", rate=2000, least=least) as made:
        pass
    return made


def third(answer):
    return lambda number: answer if number == 3 else "injected"


class Verdicts(unittest.TestCase):
    def setUp(self):
        os.environ.pop("NODE_DIR", None)

    def fails(self, made, words, **allowed):
        with self.assertRaisesRegex(Failed, words):
            made.verdict(**allowed)

    def test_all_injected(self):
        self.assertRegex(stream(lambda number: "injected").verdict(), r"^4\d of 4\d pods injected, 0 refused")

    def test_none_created(self):
        made = stream(lambda number: "injected", least=0)
        made.injected, made._taken = 0, 0
        self.fails(made, "too few")

    def test_bare_pod(self):
        self.fails(stream(third("bare")), "1 slipped through, 1 of 4")
        self.fails(stream(third('299 - "no such Instrumentation"')), "no such Instrumentation")

    def test_bare_pod_that_nobody_was_asked_about(self):
        stream(third("bare")).verdict(unasked=1)
        self.fails(stream(lambda number: "bare" if number in (3, 9) else "injected"), "1 slipped through", unasked=1)

    def test_a_pod_with_a_warning_was_asked_about(self):
        self.fails(stream(third('299 - "no such Instrumentation"')), "1 slipped through", unasked=1)

    def test_refused(self):
        self.fails(stream(third(Answer(500, "no"))), "1 refused")

    def test_unanswered(self):
        made = stream(third(OSError()))
        self.fails(made, "1 got no answer, 0 may")
        made.verdict(unanswered=1)

    def test_something_unexpected(self):
        self.fails(stream(third(KeyError("spec"))), "1 unexpected: KeyError")

    def test_every_answer_is_unexpected(self):
        self.fails(stream(lambda number: ValueError("no JSON")), "4[0-9] unexpected: ValueError: no JSON")

    def test_a_pod_is_unaccounted_for(self):
        made = stream(lambda number: "injected")
        made._taken += 1
        self.fails(made, "of 1 pods nobody knows")

    def test_it_ends_by_itself(self):
        pods.LONGEST, before = 0.2, pods.LONGEST
        try:
            self.fails(stream(lambda number: "injected", least=10**9), "too few")
        finally:
            pods.LONGEST = before


if __name__ == "__main__":
    unittest.main()
