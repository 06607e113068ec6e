"""An application that instruments itself, with an OpenTelemetry of its own that is tied to its version."""
from importlib.metadata import version

from flask import Flask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.version import __version__ as sdk_version

trace.set_tracer_provider(TracerProvider())
app = Flask(__name__)


@app.get("/healthz")
def healthz():
    with trace.get_tracer("selfmade").start_as_current_span("healthz") as span:
        return {
            "sdk": sdk_version,
            "installed": version("opentelemetry-sdk"),
            "exporter": OTLPSpanExporter.__module__.split(".")[4],
            "recording": span.is_recording(),
        }
