"""What the tests of the chart share: rendering it with Helm's engine, and reading YAML with Helm's reader."""
import re
from pathlib import Path

import helm_python

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "charts/otel-operator"
NAMESPACE = "opentelemetry-operator-system"
NAME = "opentelemetry-operator-controller-manager"


def documents(text):
    """The objects of a YAML stream."""
    found = []
    for part in re.split(r"(?m)^---\s*$", text):
        value = helm_python.values_from_yaml(part)
        if value:
            found.append(value)
    return found


def key(document):
    return document["kind"], document["metadata"]["name"]


def keyed(found):
    result = {key(document): document for document in found}
    assert len(result) == len(found), "an object is there twice"
    return result


def rendered(values=None, namespace=NAMESPACE):
    """The objects of a release, by kind and name. The values are checked against the schema, as an installation does."""
    with helm_python.Chart.load(FOLDER) as chart:
        chart.validate_schema(values or {})
        files = chart.render(values or {}, name="otel-operator", namespace=namespace)
    return keyed([each for path, text in files.items() if path.endswith(".yaml") for each in documents(text)])


def notes(namespace=NAMESPACE):
    with helm_python.Chart.load(FOLDER) as chart:
        return chart.render({}, name="otel-operator", namespace=namespace)["otel-operator/templates/NOTES.txt"]
