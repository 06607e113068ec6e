#!/usr/bin/python3
"""A stand-in for the OpenTelemetry collector, for the end-to-end test only: `collector.py --config=FILE`, as the operator starts one.

It reads the collector's configuration and does what that says with OTLP over HTTP and gRPC, the `prometheus` exporter, `health_check` and
the reader of its own metrics. Points go on at once, and spans and log records are counted and dropped. Everything else in a
configuration is refused.
"""
import argparse
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from exposition import Exposition
from otlp import MESSAGES, Server, decoded
from settings import Refused, read
from telemetry import Telemetry

NAME = "stand-in-collector"
PATHS = {"metrics": "/v1/metrics", "traces": "/v1/traces", "logs": "/v1/logs"}


def log(text):
    print(f"{NAME}: {text}", file=sys.stderr, flush=True)


class Pipelines:
    """From the receivers to the exporters."""

    def __init__(self, expositions, telemetry):
        self._expositions, self._telemetry = expositions, telemetry

    def take(self, signal_name, transport, request):
        if signal_name == "metrics":
            # The same points for each exporter, so the last answer counts.
            taken, refused = 0, 0
            for exposition in self._expositions:
                taken, refused = exposition.take(request)
            self._telemetry.count("otelcol_receiver_accepted_metric_points_total", transport, taken)
            self._telemetry.count("otelcol_receiver_refused_metric_points_total", transport, refused)
        elif signal_name == "traces":
            amount = sum(len(scope.spans) for each in request.resource_spans for scope in each.scope_spans)
            self._telemetry.count("otelcol_receiver_accepted_spans_total", transport, amount)
        else:
            amount = sum(len(scope.log_records) for each in request.resource_logs for scope in each.scope_logs)
            self._telemetry.count("otelcol_receiver_accepted_log_records_total", transport, amount)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, code, body, content_type="text/plain; charset=utf-8"):
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(address, handler):
    server = Server(address, handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def receive_http(address, signals, pipelines):
    names = {PATHS[each]: each for each in signals}

    class Receiver(Handler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path not in names:
                self.answer(404, b"404 page not found\n")
            elif self.headers.get("Content-Type") != "application/x-protobuf":
                self.answer(415, f"415 {NAME} reads application/x-protobuf only\n".encode())
            else:
                try:
                    message, response = decoded(self.path, self.headers, body)
                except Exception as error:  # protobuf's own, gzip's, zlib's: whatever the body was
                    self.answer(400, f"{error}\n".encode())
                    return
                pipelines.take(names[self.path], "http", message)
                self.answer(200, response.SerializeToString(), "application/x-protobuf")

    serve(address, Receiver)


def receive_grpc(address, signals, pipelines):
    import grpc

    server = grpc.server(ThreadPoolExecutor(4))
    for name, service in (("metrics", "metrics.v1.MetricsService"), ("traces", "trace.v1.TraceService"), ("logs", "logs.v1.LogsService")):
        if name not in signals:
            continue
        request, response = MESSAGES[PATHS[name]]

        def export(message, _, name=name, response=response):
            pipelines.take(name, "grpc", message)
            return response()

        method = grpc.unary_unary_rpc_method_handler(export, request.FromString, response.SerializeToString)
        server.add_generic_rpc_handlers([
            grpc.method_handlers_generic_handler(f"opentelemetry.proto.collector.{service}", {"Export": method})])
    if server.add_insecure_port("{}:{}".format(*address)) == 0:
        raise OSError("cannot listen on {}:{}".format(*address))
    server.start()
    return server


def expose(address, text):
    class Metrics(Handler):
        def do_GET(self):
            if self.path.partition("?")[0] == "/metrics":
                self.answer(200, text().encode(), "text/plain; version=0.0.4; charset=utf-8")
            else:
                self.answer(404, b"404 page not found\n")

    serve(address, Metrics)


def report_health(address):
    class Health(Handler):
        def do_GET(self):
            self.answer(200, b'{"status":"Server available"}', "application/json")

    serve(address, Health)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True, type=Path)
    options, others = parser.parse_known_args()
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())

    log("not the OpenTelemetry collector, but a stand-in for tests")
    if others:
        log(f"does not know {' '.join(others)}")
    try:
        settings = read(options.config.read_text())
    except Refused as error:
        sys.exit(f"{NAME}: {options.config}: {error}")
    telemetry = Telemetry()
    expositions = [Exposition(each.has_resource_labels, each.expiration, each.namespace) for each in settings.exporters]
    pipelines = Pipelines(expositions, telemetry)
    grpc_server = receive_grpc(settings.grpc, settings.signals, pipelines) if settings.grpc else None
    if settings.http:
        receive_http(settings.http, settings.signals, pipelines)
    for exporter, exposition in zip(settings.exporters, expositions):
        expose(exporter.endpoint, exposition.text)
    if settings.telemetry:
        expose(settings.telemetry, telemetry.text)
    if settings.health:
        report_health(settings.health)
    log(f"serves {', '.join(sorted(settings.signals))}: http {settings.http}, grpc {settings.grpc}, "
        f"prometheus {[each.endpoint for each in settings.exporters]}, own metrics {settings.telemetry}, health {settings.health}")
    stop.wait()
    if grpc_server:
        grpc_server.stop(1).wait()


if __name__ == "__main__":
    main()
