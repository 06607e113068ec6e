"""Lets logs be sent without the application noticing.

OpenTelemetry puts its handler on the root logger. To logging, and to whoever looks there (werkzeug does), the application has
then set up its logging: warnings of an application that did not are no longer printed, and Flask's requests vanish from
the container's log. So the handler is taken from the root again, and called beside the application's own.
"""

import logging
import os

EXPORTER = "OTEL_LOGS_EXPORTER"


def leave_the_applications_alone():
    root = logging.getLogger()
    ours = [handler for handler in root.handlers if type(handler).__module__.startswith("opentelemetry.")]
    if not ours:
        return
    for handler in ours:
        root.removeHandler(handler)
        # logging flushes every handler when Python ends. This one then starts a thread, which Python 3.12 refuses with a
        # traceback; OpenTelemetry flushes at the same moment by itself.
        handler.flush = _nothing
    if os.environ.get(EXPORTER, "").strip().lower() == "none":
        return  # nobody would get them

    call_handlers = logging.Logger.callHandlers

    def call_handlers_and_ours(logger, record):
        try:
            return call_handlers(logger, record)
        finally:
            if reaches_the_root(logger):
                for handler in ours:
                    if record.levelno >= handler.level:
                        handler.handle(record)

    logging.Logger.callHandlers = call_handlers_and_ours


def _nothing():
    pass


def reaches_the_root(logger):
    """Whether a handler of the root logger would get this logger's records."""
    while logger.parent is not None:
        if not logger.propagate:
            return False
        logger = logger.parent
    return True
