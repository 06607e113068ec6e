"""An OTLP/HTTP receiver that keeps what it got, decoded, for a test to ask."""
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler

from otlp import Server, attributes, data_points, decoded

Point = namedtuple("Point", "metric unit kind temporality monotonic resource attributes value")
Span = namedtuple("Span", "name kind resource attributes trace parent")
KINDS = ["gauge", "sum", "histogram", "exponential_histogram", "summary"]
SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"]


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
        message, answer = decoded(path, headers, body)
        with self._changed:
            if path == "/v1/metrics":
                self.points += points(message)
            elif path == "/v1/traces":
                self.spans += spans(message)
            else:
                self.logs += sum(len(scope.log_records) for each in message.resource_logs for scope in each.scope_logs)
            self._changed.notify_all()
        return answer.SerializeToString()


def points(request):
    for resource, _, metric, kind, data, point in data_points(request):
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
