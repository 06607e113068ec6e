"""An OTLP/HTTP receiver that keeps what it got, decoded, for a test to ask."""
import gzip
import sys
import threading
import zlib
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest, ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

Point = namedtuple("Point", "metric unit kind temporality monotonic resource attributes value")
Span = namedtuple("Span", "name kind resource attributes trace parent")
KINDS = ["gauge", "sum", "histogram", "exponential_histogram", "summary"]
SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that ends closes its connection, which is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Receiver:
    def __init__(self, port):
        self._changed = threading.Condition()
        self.points, self.spans, self.logs, self.refused = [], [], 0, []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver._handle(self)

            def log_message(self, *_):
                pass

        self._server = Server(("127.0.0.1", port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def clear(self):
        with self._changed:
            self.points, self.spans, self.logs, self.refused = [], [], 0, []

    def wait(self, condition, seconds):
        """Waits until `condition()` is true; looks again whenever something arrives."""
        with self._changed:
            return self._changed.wait_for(condition, seconds)

    def _handle(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        try:
            response = self._take(request.path, request.headers, body)
            code = 200
        except Exception as error:
            with self._changed:
                self.refused.append(f"{request.path}: {error}")
                self._changed.notify_all()
            response, code = b"", 400
        request.send_response(code)
        request.send_header("Content-Type", "application/x-protobuf")
        request.send_header("Content-Length", str(len(response)))
        request.end_headers()
        request.wfile.write(response)

    def _take(self, path, headers, body):
        if headers.get("Content-Type") != "application/x-protobuf":
            raise ValueError(f"Content-Type is {headers.get('Content-Type')}")
        encoding = headers.get("Content-Encoding")
        if encoding == "gzip":
            body = gzip.decompress(body)
        elif encoding == "deflate":
            body = zlib.decompress(body)
        with self._changed:
            if path == "/v1/metrics":
                self.points += points(ExportMetricsServiceRequest.FromString(body))
                answer = ExportMetricsServiceResponse()
            elif path == "/v1/traces":
                self.spans += spans(ExportTraceServiceRequest.FromString(body))
                answer = ExportTraceServiceResponse()
            elif path == "/v1/logs":
                request = ExportLogsServiceRequest.FromString(body)
                self.logs += sum(len(scope.log_records) for each in request.resource_logs for scope in each.scope_logs)
                answer = ExportLogsServiceResponse()
            else:
                raise ValueError("no such path")
            self._changed.notify_all()
        return answer.SerializeToString()


def value(any_value):
    which = any_value.WhichOneof("value")
    if which == "array_value":
        return [value(each) for each in any_value.array_value.values]
    return getattr(any_value, which) if which else None


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


def points(request):
    for each in request.resource_metrics:
        resource = attributes(each.resource.attributes)
        for metric in (metric for scope in each.scope_metrics for metric in scope.metrics):
            kind = metric.WhichOneof("data")
            data = getattr(metric, kind)
            for point in data.data_points:
                if kind in ("histogram", "exponential_histogram", "summary"):
                    number = point.count
                else:
                    number = getattr(point, point.WhichOneof("value"))
                yield Point(metric.name, metric.unit, kind, getattr(data, "aggregation_temporality", 0),
                            getattr(data, "is_monotonic", False), resource, attributes(point.attributes), number)


def spans(request):
    for each in request.resource_spans:
        resource = attributes(each.resource.attributes)
        for span in (span for scope in each.scope_spans for span in scope.spans):
            yield Span(span.name, SPAN_KINDS[span.kind], resource, attributes(span.attributes), span.trace_id.hex(),
                       span.parent_span_id.hex())
