"""Tells the processes of one container apart.

A server that forks (gunicorn), or starts more Pythons (uvicorn --workers), is one container with one
service.instance.id, so its processes would send different counts under one identity, and whoever receives them sees one
counter that jumps up and down. Here each process but the first gets a number of its own, `...-1`, `...-2`: the lowest
that no living process has, so that a worker that is started anew goes on under the number of the one it replaces, and
there are never more series than workers.
"""

import os
import socket

INSTANCE = "service.instance.id"
_MOST = 512

_socket = None


def keep_instances_apart():
    """Numbers this process, and each that is forked from it from now on."""
    _number_this_process()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_number_this_process)


def _number_this_process():
    try:
        from opentelemetry import metrics, trace
        from opentelemetry._logs import get_logger_provider

        providers = [metrics.get_meter_provider(), trace.get_tracer_provider(), get_logger_provider()]
        resource = next((found for found in map(resource_of, providers) if found is not None), None)
        if resource is None:
            return
        base = _without_number(resource)
        number = take_number(base)
        if number:
            for provider in providers:
                _rename(provider, f"{base}-{number}")
    except Exception:  # an identity is not worth an application
        pass


_base = None


def _without_number(resource):
    global _base
    if _base is None:
        _base = str(resource.attributes.get(INSTANCE) or socket.gethostname())
    return _base


def take_number(base):
    """The lowest number that no other process of this container has; held until this process and its children end.

    The kernel keeps the list: abstract socket names, which need no folder to write to and go with the process.
    """
    global _socket
    _socket = None  # the parent's, when we were forked: its number stays with it
    for number in range(_MOST):
        held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            # The kernel takes 107 bytes.
            held.bind(f"\0otel-operator-agent/{number}/{base}".encode()[:107])
        except OSError:
            held.close()
            continue
        _socket = held
        return number
    return os.getpid()


def _holder(provider):
    """Where a provider of the SDK keeps its resource: an object and an attribute's name. The SDK has no public way in."""
    configuration = getattr(provider, "_sdk_config", None)
    return (provider, "_resource") if configuration is None else (configuration, "resource")


def resource_of(provider):
    """The resource of a provider of the SDK; None for any other."""
    return getattr(*_holder(provider), None)


def _rename(provider, instance):
    resource = resource_of(provider)
    if resource is not None:
        setattr(*_holder(provider), resource.merge(type(resource)({INSTANCE: instance})))
