"""The cluster of $KUBECONFIG: kubectl for what people do with it, and the API itself where many small requests are made."""
import base64
import http.client
import json
import ssl
import subprocess
import tempfile
import threading
import urllib.parse

from rows import Failed

OPERATOR_NAMESPACE = "opentelemetry-operator-system"
OPERATOR = "opentelemetry-operator-controller-manager"
OPERATOR_LABELS = "app.kubernetes.io/name=opentelemetry-operator,control-plane=controller-manager"


def kubectl(*arguments, text=None, seconds=120, allowed=(0,)):
    """kubectl's standard output; `Failed` with its words when it ends otherwise than `allowed`."""
    done = subprocess.run(
        ["kubectl", *arguments], input=text, capture_output=True, text=True, timeout=seconds)
    if done.returncode not in allowed:
        raise Failed(f"kubectl {' '.join(arguments)[:120]}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


class Answer(Failed):
    """An answer of the API server other than 2xx."""

    def __init__(self, code, body):
        try:
            self.message = json.loads(body)["message"]
        except (ValueError, KeyError, TypeError):
            self.message = body
        super().__init__(f"{code}: {self.message[:400]}")
        self.code = code


class API:
    """Requests to the API server, with one kept connection a thread."""

    def __init__(self):
        config = json.loads(kubectl("config", "view", "--raw", "--minify", "--output=json"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self._server = urllib.parse.urlsplit(cluster["server"])
        self._tls = ssl.create_default_context(cadata=decoded(cluster, "certificate-authority").decode())
        self._headers = {"Accept": "application/json"}
        if "client-certificate-data" in user or "client-certificate" in user:
            with tempfile.NamedTemporaryFile() as pair:
                pair.write(decoded(user, "client-certificate") + b"\n" + decoded(user, "client-key"))
                pair.flush()
                self._tls.load_cert_chain(pair.name)
        elif "token" in user:
            self._headers["Authorization"] = f"Bearer {user['token']}"
        self._local = threading.local()

    def request(self, method, path, body=None, content_type="application/json", seconds=30):
        """The body of the answer, as text. Raises `Answer` for what is not 2xx and OSError when there is none.

        A kept connection may have been closed meanwhile: what only reads is then asked once more, and what writes is not, since
        nobody knows whether it was done.
        """
        headers = dict(self._headers, **({"Content-Type": content_type} if body is not None else {}))
        while True:
            connection = getattr(self._local, "connection", None)
            kept = connection is not None
            if not kept:
                connection = http.client.HTTPSConnection(self._server.hostname, self._server.port, timeout=seconds, context=self._tls)
                self._local.connection = connection
            else:
                # It may have been opened with another patience.
                connection.timeout = seconds
                if connection.sock:
                    connection.sock.settimeout(seconds)
            try:
                connection.request(method, path, body=body, headers=headers)
                answer = connection.getresponse()
                text = answer.read().decode()
                self._local.warning = answer.getheader("Warning")
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._local.connection = None
                if kept and method == "GET":
                    continue
                raise OSError(f"{method} {path}: {error!r}") from error
            if not 200 <= answer.status < 300:
                raise Answer(answer.status, text)
            return text

    @property
    def warning(self):
        """What the API server and its webhooks warned of in the last answer to this thread; `None` for nothing."""
        return getattr(self._local, "warning", None)

    def get(self, path):
        return json.loads(self.request("GET", path))

    def post(self, path, document):
        return json.loads(self.request("POST", path, json.dumps(document)))

    def merge(self, path, document):
        return json.loads(self.request("PATCH", path, json.dumps(document), "application/merge-patch+json"))

    def delete(self, path):
        self.request("DELETE", path)

    def exists(self, path):
        try:
            self.request("GET", path)
            return True
        except Answer as answer:
            if answer.code == 404:
                return False
            raise


def decoded(entry, key):
    if f"{key}-data" in entry:
        return base64.b64decode(entry[f"{key}-data"])
    with open(entry[key], "rb") as file:
        return file.read()


def items(kind, namespace=None, selector=None):
    where = ["--namespace", namespace] if namespace else ["--all-namespaces"]
    found = json.loads(kubectl("get", kind, *where, *(["--selector", selector] if selector else []), "--output=json"))["items"]
    return sorted(found, key=lambda each: each["metadata"]["name"])


def one(kind, namespace, name):
    return json.loads(kubectl("get", kind, name, *(["--namespace", namespace] if namespace else []), "--output=json"))


def is_ready(pod):
    return any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", []))


def standing(pod):
    """A pod's state in a few words, for a row that failed."""
    states = []
    for each in pod["status"].get("initContainerStatuses", []) + pod["status"].get("containerStatuses", []):
        for state, about in each.get("state", {}).items():
            if state != "running":
                states.append(f"{each['name']}: {about.get('reason', state)} {about.get('message', '')}".strip())
    return f"{pod['metadata']['name']} {pod['status'].get('phase')}" + (f" ({'; '.join(states)})" if states else "")


def operator_pods():
    """Without those that have been told to go: they serve for some seconds more, and a kubelet may take longer to let them go."""
    return [each for each in items("pods", OPERATOR_NAMESPACE, OPERATOR_LABELS) if "deletionTimestamp" not in each["metadata"]]


def restarts():
    """How often containers of the operator's pods were started again."""
    return sum(each["restartCount"] for pod in operator_pods() for each in pod["status"].get("containerStatuses", []))


def leader():
    """The pod that holds the Lease."""
    holder = one("lease", OPERATOR_NAMESPACE, "9f7554c3.opentelemetry.io")["spec"].get("holderIdentity") or ""
    return holder.rpartition("_")[0]


def environment_of(container):
    return {each["name"]: each.get("value", "") for each in container.get("env", [])}
