"""OTLP over HTTP: bodies as they arrive, and what stands in them. For the tests' receiver and for the stand-in collector."""
import gzip
import sys
import zlib
from http.server import ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest, ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

# Path: what it receives, what it answers.
MESSAGES = {
    "/v1/metrics": (ExportMetricsServiceRequest, ExportMetricsServiceResponse),
    "/v1/traces": (ExportTraceServiceRequest, ExportTraceServiceResponse),
    "/v1/logs": (ExportLogsServiceRequest, ExportLogsServiceResponse),
}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that ends closes its connection, which is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def decoded(path, headers, body):
    """The request's message, and the one to answer with. Raises ValueError, or protobuf's own error, for what is not OTLP."""
    if path not in MESSAGES:
        raise ValueError("no such path")
    if headers.get("Content-Type") != "application/x-protobuf":
        raise ValueError(f"Content-Type is {headers.get('Content-Type')}")
    encoding = headers.get("Content-Encoding")
    if encoding == "gzip":
        body = gzip.decompress(body)
    elif encoding == "deflate":
        body = zlib.decompress(body)
    request, response = MESSAGES[path]
    return request.FromString(body), response()


def value(any_value):
    which = any_value.WhichOneof("value")
    if which == "array_value":
        return [value(each) for each in any_value.array_value.values]
    return getattr(any_value, which) if which else None


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


def data_points(request):
    """Resource attributes, scope, metric, kind of its data, the data and a point of it, for each point of a metrics request."""
    for each in request.resource_metrics:
        resource = attributes(each.resource.attributes)
        for scope in each.scope_metrics:
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                data = getattr(metric, kind)
                for point in data.data_points:
                    yield resource, scope.scope, metric, kind, data, point
