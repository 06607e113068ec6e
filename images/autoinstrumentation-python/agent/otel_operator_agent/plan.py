"""Decides, from two lists of packages, whether and how the agent can live in an application. No I/O, no state.

The agent has packages of two sorts, in two folders:

- OpenTelemetry's own, before the application's on sys.path. One process can have one OpenTelemetry only, and the
  instrumentations need the one they were made for.
- Everything else (requests, protobuf, ...), after the application's. The application never sees another version of a
  package than the one it was installed with; the agent uses the application's, or its own where there is none.

Whoever then has a requirement that is not met is in conflict: an application that needs another OpenTelemetry than the
agent's, or an agent that needs a newer package than the application's.
"""

from dataclasses import dataclass, field

# Without one of these there is no telemetry at all. The rest are instrumentations and what only they need.
CORE = frozenset(
    "opentelemetry-" + name
    for name in (
        "api distro exporter-otlp-proto-common exporter-otlp-proto-http instrumentation proto sdk semantic-conventions"
    ).split()
)
PROTOBUF = "protobuf"


@dataclass
class Plan:
    """What to do. `off`: reasons to stand aside; empty means start. The other lists are what is done differently."""

    off: list = field(default_factory=list)
    replaced: list = field(default_factory=list)  # OpenTelemetry packages used in place of the application's
    skipped: dict = field(default_factory=dict)  # instrumentation's entry point name: why
    private_protobuf: str = ""  # why the agent's own protobuf is used; empty: the one on the path


def decide(manifest, host, packaging):
    """Compares the agent's `manifest` with what the application has.

    manifest: {"first": {name: {"version", "requires", "instruments"}}, "last": {...}} as build.py writes it
    host: {name: host.Installed}
    packaging: has .Requirement and .Version
    """
    plan = Plan()
    first, last = manifest["first"], manifest["last"]
    rules = _Rules(packaging)
    _applications_needs(plan, first, host, rules)
    if not plan.off:
        _agents_needs(plan, first, last, host, rules)
    return plan


def _applications_needs(plan, first, host, rules):
    """Whether the application can do with the agent's OpenTelemetry."""
    shared = sorted(name for name in first if name in host)
    if not shared:
        return
    for name in shared:
        theirs, ours = host[name].version, first[name]["version"]
        if theirs != ours:
            plan.replaced.append(f"{name} {ours} in place of {theirs}")
            if rules.major(theirs) != rules.major(ours):
                plan.off.append(f"the application has {name} {theirs}, the agent {ours}")
    for holder, distribution in sorted(host.items()):
        if holder in first:
            continue  # replaced as a whole
        for line in distribution.requirements:
            requirement = rules.requirement(line)
            if requirement is None or requirement.key not in first:
                continue
            ours = first[requirement.key]["version"]
            if not requirement.takes(ours):
                plan.off.append(f"the application's {holder} {distribution.version} needs {requirement.text}, the agent has {ours}")


def _agents_needs(plan, first, last, host, rules):
    """Whether the agent can do with the application's packages."""
    broken = {}
    for name, package in {**last, **first}.items():
        if name in last and name in host:
            continue  # the application's own is used, with the application's own requirements
        for line in package["requires"]:
            requirement = rules.requirement(line)
            if requirement is None or requirement.key in first or requirement.key not in host:
                continue
            theirs = host[requirement.key].version
            if requirement.takes(theirs):
                continue
            reason = f"the application has {requirement.key} {theirs}, the agent needs {requirement.text}"
            if requirement.key == PROTOBUF:
                plan.private_protobuf = reason
            else:
                broken.setdefault(name, reason)
    _spread(broken, {**last, **first}, rules)
    for name in sorted(broken):
        if name in CORE:
            if broken[name] not in plan.off:
                plan.off.append(broken[name])
        for instrumentation in first.get(name, {}).get("instruments", ()):
            plan.skipped[instrumentation] = broken[name]


def _spread(broken, packages, rules):
    """Adds to `broken` whoever requires, directly or not, what is in it."""
    grown = True
    while grown:
        grown = False
        for name, package in packages.items():
            if name in broken:
                continue
            for line in package["requires"]:
                requirement = rules.requirement(line)
                if requirement is not None and requirement.key in broken:
                    broken[name] = broken[requirement.key]
                    grown = True
                    break


class _Requirement:
    def __init__(self, parsed, key):
        self.key = key
        self.text = f"{parsed.name}{parsed.specifier}"
        self._specifier = parsed.specifier

    def takes(self, version):
        # Pre-releases count: 0.64b0 is what OpenTelemetry calls a release.
        try:
            return self._specifier.contains(version, prereleases=True)
        except ValueError:
            return True  # a version that no rule explains is no reason to refuse


class _Rules:
    """Requirements and versions of packaging, with what applies to none of us left out."""

    def __init__(self, packaging):
        self._packaging = packaging
        self._known = {}

    def requirement(self, line):
        """The requirement, or None when it cannot be read, is for an extra, or is for another machine."""
        if line not in self._known:
            self._known[line] = self._parse(line)
        return self._known[line]

    def _parse(self, line):
        from .host import canonical

        try:
            parsed = self._packaging.Requirement(line)
            if parsed.marker is not None and not parsed.marker.evaluate({"extra": ""}):
                return None
            return _Requirement(parsed, canonical(parsed.name))
        except Exception:  # what an application's metadata says is not ours to judge
            return None

    def major(self, version):
        try:
            return self._packaging.Version(version).major
        except ValueError:
            return None
