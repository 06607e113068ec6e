"""The operator and the example in the cluster, as a user puts them there: the files of the repository as they are, under a kustomization
that names other images."""
import json
import re
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


def documents(text):
    return re.split(r"^---\n", text, flags=re.MULTILINE)


def kind(document):
    found = re.search(r"^kind: (\S+)$", document, re.MULTILINE)
    return found[1] if found else None


def kustomized(files, images=None, patches=(), only=None):
    """What `kubectl kustomize` makes of `files`.

    only: the documents to take, by their text.
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
            taken = [document for document in documents(Path(each).read_text()) if only is None or only(document)]
            Path(folder, Path(each).name).write_text("---\n".join(taken))
        for index, (_, path, value) in enumerate(patches):
            Path(folder, f"patch-{index}.yaml").write_text(json.dumps([{"op": "replace", "path": path, "value": value}]))
        Path(folder, "kustomization.yaml").write_text(json.dumps(kustomization))
        return kubectl("kustomize", folder)


def served(text):
    """The documents as this API server takes them, and a line about each that had to change."""
    versions = kubectl("api-versions").split()
    changed, notes = [], []
    for document in documents(text):
        if kind(document) == "PodDisruptionBudget" and "policy/v1" not in versions:
            document = re.sub(r"^apiVersion: policy/v1$", "apiVersion: policy/v1beta1", document, flags=re.MULTILINE)
            notes.append("PodDisruptionBudget as policy/v1beta1: this API server has no policy/v1")
        changed.append(document)
    return "---\n".join(changed), notes


def apply(text):
    # Validation on the client's side of old kubectls rejects CRDs with validation rules, which their API server then ignores.
    return kubectl("apply", "--validate=false", "--filename=-", text=text).splitlines()


def summary(lines):
    """kubectl's lines without API groups."""
    return ", ".join("/".join((kind.partition(".")[0], name)) for kind, _, name in (line.split()[0].partition("/") for line in lines))


def kubectl_minor():
    return int(re.match(r"\d+", json.loads(kubectl("version", "--client", "--output=json"))["clientVersion"]["minor"])[0])


def operator(image):
    """Applies manifests/install.yaml; returns what was seen."""
    manifest = ROOT / "manifests/install.yaml"
    definitions, notes = [], []
    if kubectl_minor() < 21:
        # The kustomize in it takes each field named `containers` for a pod's, those of a schema too.
        definitions = [each for each in documents(manifest.read_text()) if kind(each) == "CustomResourceDefinition"]
        notes = ["CRDs beside the kustomization: this kubectl is older than 1.21"]
    text, changes = served(
        kustomized([manifest], {OPERATOR_IMAGE: image}, only=lambda each: each not in definitions))
    notes += changes
    check(text.count(f"image: {image}\n") == 1, f"kustomize put {image} into {text.count(image)} places, not into one")
    lines = apply("---\n".join(definitions)) if definitions else []
    lines += apply(text)
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
