"""Where the agent starts: Python imports this module by name, because its folder is the first of PYTHONPATH.

Every Python of the container comes through here, however old. So this file has only what any Python can parse, and
decides no more than that: is this Python new enough for the rest?
"""
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_AGENT = os.path.dirname(os.path.dirname(os.path.dirname(_HERE)))
_OLDEST = (3, 10)
# What was there before the agent.
_MODULES = frozenset(sys.modules)
_ENVIRONMENT = dict(os.environ)


def _tell(text):
    try:
        sys.stderr.write("otel-operator agent: " + text + "\n")
        sys.stderr.flush()
    except Exception:  # no stderr, or a closed one
        pass


def _is_agents(path):
    """Whether a path is the agent's folder, or below it."""
    return isinstance(path, str) and (os.path.normpath(path) + os.sep).startswith(_AGENT + os.sep)


def _stand_aside():
    """Leaves as if the agent had never been here, for this process and for those that it starts."""
    _forget_modules()
    sys.path[:] = [path for path in sys.path if not _is_agents(path)]
    for path in list(sys.path_importer_cache):
        if _is_agents(path):
            sys.path_importer_cache.pop(path, None)
    for name in set(os.environ).union(_ENVIRONMENT):
        if name not in _ENVIRONMENT:
            os.environ.pop(name, None)
        elif os.environ.get(name) != _ENVIRONMENT[name]:
            os.environ[name] = _ENVIRONMENT[name]
    os.environ.pop("OTEL_OPERATOR_AGENT_TOLD", None)  # from the process that started this one
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    rest = [path for path in paths if not _is_agents(path)]
    if any(rest):
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
    else:
        os.environ.pop("PYTHONPATH", None)


def _forget_modules():
    """Takes back what was imported since the agent began, of each package that it has a part of: the application's own
    modules in such a package (opentelemetry, google) may have imported the agent's.
    """
    new = [name for name in list(sys.modules) if name not in _MODULES]
    packages = set(name.partition(".")[0] for name in new if _is_agents_module(sys.modules[name]))
    for name in new:
        if name.partition(".")[0] in packages:
            sys.modules.pop(name, None)


def _is_agents_module(module):
    content = getattr(module, "__dict__", {})
    return any(_is_agents(path) for path in [content.get("__file__")] + list(content.get("__path__") or ()))


def _run_the_applications_own():
    """Runs the sitecustomize that this one stands before, if the application or its Python has one."""
    try:
        from importlib.machinery import PathFinder
        from importlib.util import module_from_spec
    except ImportError:
        return
    spec = PathFinder.find_spec("sitecustomize", [path for path in sys.path if path != _HERE])
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if sys.version_info < _OLDEST:
    _stand_aside()
    _tell(
        "off: it needs Python %d.%d, this is %d.%d; the application runs without it"
        % (_OLDEST + tuple(sys.version_info[:2]))
    )
else:
    try:
        from otel_operator_agent.start import start

        start(_AGENT, _HERE, _tell, _stand_aside)
    except Exception as error:
        _stand_aside()
        _tell("off: it could not start: %s: %s; the application runs without it" % (type(error).__name__, error))

_run_the_applications_own()
