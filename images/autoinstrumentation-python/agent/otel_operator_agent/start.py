"""Starts OpenTelemetry in an application: looks at what is there, arranges sys.path, and says what it did differently."""

import json
import logging
import os
import sys
from types import SimpleNamespace

# "ignore": start whatever the comparison says. For whoever has tested it and knows better.
CONFLICTS = "OTEL_OPERATOR_AGENT_CONFLICTS"
DISABLED = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"
_TOLD = "OTEL_OPERATOR_AGENT_TOLD"
# Pythons that Python starts for itself: nothing of the application ever runs in them.
_HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.semaphore_tracker")
_LOAD = "opentelemetry.instrumentation.auto_instrumentation._load"


def start(agent, bootstrap, tell, stand_aside):
    """agent, bootstrap: the agent's two entries of PYTHONPATH. tell: writes a line. stand_aside: takes the agent out."""
    if any(helper in word for word in sys.orig_argv for helper in _HELPERS):
        return
    own = os.path.join(agent, "otel_operator_agent")
    last, private = os.path.join(own, "last"), os.path.join(own, "private")
    with open(os.path.join(own, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)

    from .host import installed

    host = installed([path for path in sys.path if path not in (agent, bootstrap)])
    plan = None
    if any(name in host for part in ("first", "last") for name in manifest[part]):
        from .plan import decide

        plan = decide(manifest, host, _packaging(last))
        if plan.off and os.environ.get(CONFLICTS) != "ignore":
            stand_aside()
            tell(f"off: {_few(plan.off)}; the application runs without it (what to do: docs/python.md, \"Conflicts\")")
            return

    sys.path.append(last)
    # Each Python that this one starts comes through here and finds the same. Once told is enough.
    if os.environ.get(_TOLD):
        tell = _say_nothing
    os.environ[_TOLD] = "1"
    if plan is not None:
        _follow(plan, private, tell)

    # Before OpenTelemetry starts: what cannot be imported is found while all can still be taken back.
    from .logs import leave_the_applications_alone
    from .worker import keep_instances_apart

    _initialize(tell)
    leave_the_applications_alone()
    keep_instances_apart()


def _say_nothing(_):
    pass


def _follow(plan, private, tell):
    if plan.off:
        tell(f"on, as {CONFLICTS}=ignore asks, although {_few(plan.off)}")
    elif plan.replaced:
        tell(f"uses {_few(plan.replaced)}")
    if plan.private_protobuf:
        sys.path.insert(0, private)
        tell(f"uses a protobuf of its own, in plain Python: {plan.private_protobuf}")
    if plan.skipped:
        names = {name.strip() for name in os.environ.get(DISABLED, "").split(",") if name.strip()}
        os.environ[DISABLED] = ",".join(sorted(names.union(plan.skipped)))
        for name, reason in sorted(plan.skipped.items()):
            tell(f"skips the instrumentation {name}: {reason}")


def _initialize(tell):
    """OpenTelemetry's own start. It catches and logs what goes wrong; what it skips for a version, it tells nobody."""
    from opentelemetry.instrumentation.auto_instrumentation import initialize

    watch = _Skipped(tell)
    logger = logging.getLogger(_LOAD)
    level = logger.level
    logger.addFilter(watch)
    if not logger.isEnabledFor(logging.DEBUG):
        logger.setLevel(logging.DEBUG)
        watch.least = level or logging.WARNING
    try:
        initialize()
    finally:
        logger.removeFilter(watch)
        logger.setLevel(level)


class _Skipped(logging.Filter):
    """Tells of what OpenTelemetry skips with a debug record only: a library in a version that its instrumentation does not know,
    and an instrumentation that lacks a part of the agent itself.
    """

    def __init__(self, tell):
        super().__init__()
        self.least = logging.DEBUG  # below this, a record goes no further
        self._tell = tell

    def filter(self, record):
        if isinstance(record.args, tuple) and len(record.args) == 2:
            name, conflict = record.args
            found = getattr(conflict, "found", None)
            if found:
                self._tell(f"skips the instrumentation {name}: it needs {conflict.required}, the application has {found}")
            elif "'opentelemetry." in str(conflict):
                self._tell(f"skips the instrumentation {name}: {conflict}")
        return record.levelno >= self.least


def _packaging(folder):
    """The agent's packaging, loaded so that the application's `import packaging` still finds its own."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "packaging"}
    sys.path.insert(0, folder)
    try:
        from packaging.requirements import Requirement
        from packaging.version import Version
    finally:
        sys.path.remove(folder)
        for name in list(sys.modules):
            if name.partition(".")[0] == "packaging":
                del sys.modules[name]
        sys.modules.update(kept)
    return SimpleNamespace(Requirement=Requirement, Version=Version)


def _few(reasons, limit=2):
    """One line's worth of them."""
    text = "; ".join(reasons[:limit])
    return text if len(reasons) <= limit else f"{text}; and {len(reasons) - limit} more"
