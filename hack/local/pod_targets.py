"""A pod's targets and labels as Prometheus' own discovery in Kubernetes gives them, for a Prometheus that is built without it.

Source: Prometheus, "Configuration", <kubernetes_sd_config>, role pod.
"""
import json
import re
import urllib.parse
from http.server import BaseHTTPRequestHandler


def label_name(text):
    return re.sub(r"[^a-zA-Z0-9_]", "_", text)


def pod_labels(pod):
    metadata, status = pod["metadata"], pod["status"]
    labels = {
        "__meta_kubernetes_namespace": metadata["namespace"],
        "__meta_kubernetes_pod_name": metadata["name"],
        "__meta_kubernetes_pod_ip": status["podIP"],
        "__meta_kubernetes_pod_phase": status["phase"],
        "__meta_kubernetes_pod_node_name": pod["spec"].get("nodeName", ""),
        "__meta_kubernetes_pod_uid": metadata["uid"],
    }
    for kind in ("label", "annotation"):
        for name, value in metadata.get(f"{kind}s", {}).items():
            labels[f"__meta_kubernetes_pod_{kind}_{label_name(name)}"] = value
            labels[f"__meta_kubernetes_pod_{kind}present_{label_name(name)}"] = "true"
    return labels


def targets(pod):
    """One for each port of each container; a container without ports has one without a port."""
    if not pod["status"].get("podIP"):
        return
    common = pod_labels(pod)
    containers = [(each, "false") for each in pod["spec"]["containers"]]
    containers += [(each, "true") for each in pod["spec"].get("initContainers", [])]
    for container, is_init in containers:
        labels = {**common, "__meta_kubernetes_pod_container_name": container["name"], "__meta_kubernetes_pod_container_init": is_init}
        for port in container.get("ports", []) or [None]:
            address = pod["status"]["podIP"]
            extra = {}
            if port:
                address += f":{port['containerPort']}"
                extra = {
                    "__meta_kubernetes_pod_container_port_name": port.get("name", ""),
                    "__meta_kubernetes_pod_container_port_number": str(port["containerPort"]),
                    "__meta_kubernetes_pod_container_port_protocol": port.get("protocol", "TCP"),
                }
            yield {"targets": [address], "labels": {**labels, **extra}}


def discovery_handler(pods):
    """Answers Prometheus' HTTP discovery: `?namespace=…` (or none, for all) of what `pods()` gives. `pods` may raise OSError."""

    class Discovery(BaseHTTPRequestHandler):
        def do_GET(self):
            wanted = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("namespace")
            try:
                found = [each for pod in pods() if wanted is None or pod["metadata"]["namespace"] in wanted for each in targets(pod)]
            except OSError as error:
                # Prometheus then keeps the targets that it has.
                self.send_error(503, str(error))
                return
            body = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Discovery
