"""The operator and the example in the cluster, as a user puts them there: the files of the repository as they are, under a kustomization
that names other images."""
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cluster import OPERATOR, OPERATOR_NAMESPACE, kubectl
from rows import check

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/aks-closed-network"
OPERATOR_IMAGE = "ghcr.io/otel-operator/otel-operator"
MIRROR = "myregistry.azurecr.io"


def kustomized(files, images=None, patches=()):
    """What `kubectl kustomize` makes of `files`.

    images: name as it stands there: reference to put in its place, for pods.
    patches: (target, path, value); custom resources' images are no pods' images, and kustomize does not find them.
    """
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [Path(each).name for each in files],
        "images": [
            {"name": name, "newName": reference.rpartition(":")[0], "newTag": reference.rpartition(":")[2]}
            for name, reference in (images or {}).items()],
        # Newer kustomizes call it `patches`; the one in kubectl 1.20 knows this name only, and newer ones still take it.
        "patchesJson6902": [
            {"target": target, "path": f"patch-{index}.yaml"} for index, (target, _, _) in enumerate(patches)],
    }
    with tempfile.TemporaryDirectory() as folder:
        for each in files:
            shutil.copy(each, folder)
        for index, (_, path, value) in enumerate(patches):
            Path(folder, f"patch-{index}.yaml").write_text(json.dumps([{"op": "replace", "path": path, "value": value}]))
        Path(folder, "kustomization.yaml").write_text(json.dumps(kustomization))
        return kubectl("kustomize", folder)


def served(text):
    """The documents as this API server takes them, and a line about each that had to change."""
    versions = kubectl("api-versions").split()
    documents, notes = [], []
    for document in re.split(r"^---\n", text, flags=re.MULTILINE):
        kind = re.search(r"^kind: (\S+)$", document, re.MULTILINE)
        if kind and kind[1] == "PodDisruptionBudget" and "policy/v1" not in versions:
            document = re.sub(r"^apiVersion: policy/v1$", "apiVersion: policy/v1beta1", document, flags=re.MULTILINE)
            notes.append("PodDisruptionBudget as policy/v1beta1: this API server has no policy/v1")
        documents.append(document)
    return "---\n".join(documents), notes


def apply(text):
    # Validation on the client's side of old kubectls rejects CRDs with validation rules, which their API server then ignores.
    return kubectl("apply", "--validate=false", "--filename=-", text=text).splitlines()


def summary(lines):
    """kubectl's lines without API groups."""
    return ", ".join("/".join((kind.partition(".")[0], name)) for kind, _, name in (line.split()[0].partition("/") for line in lines))


def operator(image):
    """Applies manifests/install.yaml; returns what was seen."""
    text, notes = served(kustomized([ROOT / "manifests/install.yaml"], {OPERATOR_IMAGE: image}))
    check(text.count(f"image: {image}\n") == 1, f"kustomize put {image} into {text.count(image)} places, not into one")
    lines = apply(text)
    kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd/instrumentations.opentelemetry.io",
            "crd/opentelemetrycollectors.opentelemetry.io")
    changed = [line for line in lines if not line.endswith(" unchanged")]
    return "\n".join([f"{len(lines)} objects, {len(changed)} new or changed", *notes])


def operator_rolled_out(seconds=120):
    kubectl("rollout", "status", f"deployment/{OPERATOR}", "--namespace", OPERATOR_NAMESPACE, f"--timeout={seconds}s", seconds=seconds + 10)


def azmonitoring():
    """The CRDs that Azure's add-on brings."""
    done = subprocess.run([sys.executable, ROOT / "hack/local/azmonitoring.py"], check=True, capture_output=True, text=True)
    return summary(apply(done.stdout))


def example(images):
    """Namespace, collector and Instrumentation of examples/aks-closed-network."""
    files = [EXAMPLE / name for name in ("1-namespace.yaml", "2-collector.yaml", "3-instrumentation.yaml")]
    patches = [
        ({"group": "opentelemetry.io", "version": "v1beta1", "kind": "OpenTelemetryCollector", "name": "otel-collector",
          "namespace": OPERATOR_NAMESPACE}, "/spec/image", images["stand-in-collector"]),
        ({"group": "opentelemetry.io", "version": "v1alpha1", "kind": "Instrumentation", "name": "python-instrumentation",
          "namespace": "myapp"}, "/spec/python/image", images["autoinstrumentation-python"]),
    ]
    return summary(apply(kustomized(files, patches=patches)))


def application(images):
    return summary(apply(kustomized([EXAMPLE / "4-app.yaml"], {f"{MIRROR}/agui-server": images["agui-server"]})))


def stand_in(name, images):
    """A manifest of ours, with the name of its image."""
    file = Path(__file__).parent / "manifests" / f"{name}.yaml"
    return summary(apply(kustomized([file], {f"example.invalid/{each}": reference for each, reference in images.items()})))
