"""The chart, rendered offline: equal to manifests/ by default, and what each value does."""
import base64
import copy
import gzip
import json
import re
import unittest

import helm_python

from chart import FOLDER, NAME, NAMESPACE, ROOT, documents, keyed, notes, rendered

# What Helm wants to be on its objects, and manifests/ has not.
RELEASE_LABELS = {
    "helm.sh/chart", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "app.kubernetes.io/version",
}


def without_release(document):
    result = copy.deepcopy(document)
    metadata = result["metadata"]
    metadata["labels"] = {name: value for name, value in metadata["labels"].items() if name not in RELEASE_LABELS}
    if metadata.get("annotations") == {"helm.sh/resource-policy": "keep"}:
        del metadata["annotations"]
    return result


def leaves(schema, path=()):
    """The paths of the values that a schema describes."""
    for name, part in schema["properties"].items():
        yield (*path, name), part
        if part.get("additionalProperties") is False:
            yield from leaves(part, (*path, name))


class Values:
    """One manager container, found anew for each set of values."""

    def __init__(self, values, namespace=NAMESPACE):
        self.objects = rendered(values, namespace)
        self.deployment = self.objects["Deployment", NAME]
        self.pod = self.deployment["spec"]["template"]["spec"]
        self.container = self.pod["containers"][0]
        self.environment = {each["name"]: each.get("value") for each in self.container["env"]}


class Defaults(unittest.TestCase):
    def test_objects_are_those_of_the_manifests(self):
        expected = keyed(documents((ROOT / "manifests/install.yaml").read_text()))
        # Helm makes the namespace, or finds it.
        del expected["Namespace", NAMESPACE]
        found = rendered()
        self.assertEqual(set(found), set(expected))
        for name, document in expected.items():
            with self.subTest(name):
                self.assertEqual(without_release(found[name]), document)

    def test_another_namespace_is_the_only_difference(self):
        here = json.dumps([without_release(each) for each in rendered().values()])
        there = json.dumps([without_release(each) for each in rendered(namespace="telemetry").values()])
        self.assertEqual(here.replace(f'"{NAMESPACE}"', '"telemetry"'), there)
        self.assertNotIn(NAMESPACE, there)

    def test_definitions_stay_when_the_release_goes(self):
        for values, policy in [({}, "keep"), ({"crds": {"keep": False}}, None)]:
            definitions = [each for (kind, _), each in rendered(values).items() if kind == "CustomResourceDefinition"]
            self.assertEqual(len(definitions), 2)
            for each in definitions:
                self.assertEqual(each["metadata"].get("annotations", {}).get("helm.sh/resource-policy"), policy)

    def test_lint_finds_nothing(self):
        for values in [{}, EVERYTHING_OFF]:
            report = helm_python.lint(FOLDER, values, strict=True, namespace=NAMESPACE, kube_version="v1.33.0")
            self.assertEqual([each for each in report["messages"] if each["severity"] > 1], [])
            self.assertEqual(report["errors"], [])

    def test_the_release_fits_into_its_secret(self):
        # Helm stores the chart and what it rendered, compressed, in one Secret of at most 1 MiB.
        files = {str(path): path.read_text() for path in FOLDER.rglob("*") if path.is_file()}
        stored = gzip.compress(json.dumps([files, list(rendered().values())]).encode())
        self.assertLess(len(base64.b64encode(base64.b64encode(stored))), 512 * 1024)

    def test_notes_name_the_namespace(self):
        text = notes("telemetry")
        self.assertIn("kubectl wait -n telemetry", text)
        self.assertIn("kubectl label namespace telemetry pod-security.kubernetes.io/enforce=restricted", text)
        labels = keyed(documents((ROOT / "manifests/namespace.yaml").read_text()))["Namespace", NAMESPACE]["metadata"]["labels"]
        for name in ["enforce", "enforce-version"]:
            self.assertIn(f"pod-security.kubernetes.io/{name}={labels[f'pod-security.kubernetes.io/{name}']}", text)


EVERYTHING_OFF = {
    "crds": {"install": False}, "automaticRBAC": False, "userRoles": False, "networkPolicy": {"enabled": False},
    "podDisruptionBudget": {"enabled": False}, "resources": None, "nodeSelector": None, "tolerations": [],
    "topologySpreadConstraints": [], "leaderElection": False, "replicas": 1, "monitorAPI": "none",
    "metrics": {"secure": False},
    "agents": dict.fromkeys(["java", "nodejs", "python", "dotnet", "go", "apacheHttpd", "nginx"], False),
}


class Images(unittest.TestCase):
    def test_a_mirror_is_one_value(self):
        for mirror in ["myregistry.azurecr.io", "myregistry.azurecr.io/"]:
            values = Values({"imageRegistry": mirror})
            self.assertEqual(values.container["image"], "myregistry.azurecr.io/otel-operator/otel-operator:0.1.0")
            images = {name: value for name, value in values.environment.items() if name.startswith("RELATED_IMAGE_")}
            self.assertEqual(len(images), 8)
            shipped = helm_python.values_from_yaml((FOLDER / "files/images.yaml").read_text())
            self.assertEqual(
                sorted(images.values()), sorted(re.sub("^ghcr.io", "myregistry.azurecr.io", each) for each in shipped.values()))
            self.assertEqual(
                images["RELATED_IMAGE_AUTO_INSTRUMENTATION_APACHE_HTTPD"],
                "myregistry.azurecr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-apache-httpd:1.0.4")

    def test_variables_are_those_that_the_operator_reads(self):
        source = (ROOT / "Sources/OperatorMain/Settings/Setting+All.swift").read_text()
        values = Values({
            "imageRegistry": "r.example.com", "monitorAPI": "coreos",
            "agents": {"java": False, "nodejs": False, "python": False, "dotnet": False, "go": True, "apacheHttpd": False},
        })
        # These three are not settings.
        for name in set(values.environment) - {"NAMESPACE", "SERVICE_ACCOUNT_NAME", "POD_NAME"}:
            self.assertIn(f'"{name}"', source)
        self.assertEqual(values.environment["ENABLE_GO_AUTO_INSTRUMENTATION"], "true")
        self.assertEqual(values.environment["ENABLE_APACHE_HTTPD_AUTO_INSTRUMENTATION"], "false")

    def test_single_images_win_over_the_mirror(self):
        python = "r.example.com/mine/python:1"
        values = Values({"imageRegistry": "m.example.com/mirror", "defaultImages": {"python": python}})
        self.assertEqual(values.environment["RELATED_IMAGE_AUTO_INSTRUMENTATION_PYTHON"], python)
        self.assertEqual(values.container["image"], "m.example.com/mirror/otel-operator/otel-operator:0.1.0")
        values = Values({"defaultImages": {"python": python}})
        self.assertEqual([name for name in values.environment if "IMAGE" in name], ["RELATED_IMAGE_AUTO_INSTRUMENTATION_PYTHON"])

    def test_tag_digest_and_credentials(self):
        self.assertEqual(Values({"image": {"tag": "dev"}}).container["image"], "ghcr.io/otel-operator/otel-operator:dev")
        digest = "sha256:" + "0" * 64
        values = Values({"image": {"digest": digest, "tag": "dev", "pullSecrets": [{"name": "s"}], "pullPolicy": "Always"}})
        self.assertEqual(values.container["image"], f"ghcr.io/otel-operator/otel-operator@{digest}")
        self.assertEqual(values.container["imagePullPolicy"], "Always")
        self.assertEqual(values.pod["imagePullSecrets"], [{"name": "s"}])


class Switches(unittest.TestCase):
    def test_everything_off(self):
        values = Values(EVERYTHING_OFF)
        kinds = {kind for kind, _ in values.objects}
        for kind in ["CustomResourceDefinition", "NetworkPolicy", "PodDisruptionBudget", "ServiceMonitor"]:
            self.assertNotIn(kind, kinds)
        roles = {name for kind, name in values.objects if kind == "ClusterRole"}
        self.assertEqual(roles, {"opentelemetry-operator-manager-role", "opentelemetry-operator-proxy-role"})
        for part in ["nodeSelector", "tolerations", "topologySpreadConstraints", "affinity", "volumes"]:
            self.assertNotIn(part, values.pod)
        self.assertNotIn("resources", values.container)
        self.assertEqual(values.environment["METRICS_SECURE"], "false")
        self.assertEqual(values.environment["MONITOR_API"], "none")
        agents = [value for name, value in values.environment.items() if name.endswith("_AUTO_INSTRUMENTATION")]
        # Go and nginx are off by themselves.
        self.assertEqual(agents, ["false"] * 5)

    def test_replicas_without_an_election_are_refused(self):
        with self.assertRaisesRegex(helm_python.HelmRenderError, "leaderElection"):
            rendered({"leaderElection": False})

    def test_pods_of_some_namespaces_only(self):
        values = {"podWebhook": {
            "failurePolicy": "Fail", "timeoutSeconds": 3, "objectSelector": {"matchLabels": {"inject": "yes"}},
            "namespaceSelector": {
                "matchLabels": {"team": "shop"}, "matchExpressions": [{"key": "env", "operator": "In", "values": ["prod"]}]},
        }}
        before = rendered()["MutatingWebhookConfiguration", "opentelemetry-operator-mutating-webhook-configuration"]["webhooks"]
        after = rendered(values)["MutatingWebhookConfiguration", "opentelemetry-operator-mutating-webhook-configuration"]["webhooks"]
        # The webhooks of custom resources stay: whoever makes a collector is checked everywhere.
        self.assertEqual(before[:2], after[:2])
        pod = after[2]
        self.assertEqual((pod["failurePolicy"], pod["timeoutSeconds"]), ("Fail", 3))
        self.assertEqual(pod["objectSelector"], {"matchLabels": {"inject": "yes"}})
        self.assertEqual(pod["namespaceSelector"]["matchLabels"], {"team": "shop"})
        shipped = before[2]["namespaceSelector"]["matchExpressions"]
        self.assertEqual(
            pod["namespaceSelector"]["matchExpressions"], shipped + values["podWebhook"]["namespaceSelector"]["matchExpressions"])

    def test_monitors(self):
        readers = [{"name": "ama-metrics-serviceaccount", "namespace": "kube-system"}]
        for api, limit in [("azmonitoring.coreos.com/v1", 63), ("monitoring.coreos.com/v1", None)]:
            monitor = {"enabled": True, "apiVersion": api, "interval": "60s", "labels": {"release": "prometheus"}}
            objects = rendered({"metrics": {"readers": readers, "serviceMonitor": monitor}})
            found = objects["ServiceMonitor", NAME]
            self.assertEqual(found["apiVersion"], api)
            self.assertEqual(found["metadata"]["labels"]["release"], "prometheus")
            self.assertEqual(found["spec"].get("labelLimit"), limit)
            endpoint = found["spec"]["endpoints"][0]
            self.assertEqual((endpoint["interval"], endpoint["scheme"]), ("60s", "https"))
            # It selects the metrics Service by labels that are there, by the name of a port that is there.
            service = objects["Service", "opentelemetry-operator-controller-manager-metrics-service"]
            wanted = found["spec"]["selector"]["matchLabels"].items()
            self.assertLessEqual(wanted, service["metadata"]["labels"].items())
            self.assertIn(endpoint["port"], [port.get("name") for port in service["spec"]["ports"]])
            other = objects["Service", "opentelemetry-operator-webhook-service"]
            self.assertFalse(wanted <= other["metadata"]["labels"].items())
            binding = objects["ClusterRoleBinding", "opentelemetry-operator-metrics-readers"]
            self.assertIn(("ClusterRole", binding["roleRef"]["name"]), objects)
            self.assertEqual(binding["subjects"], [{"kind": "ServiceAccount", **readers[0]}])
        with self.assertRaisesRegex(helm_python.HelmRenderError, "userRoles"):
            rendered({"metrics": {"readers": readers}, "userRoles": False})

    def test_egress_is_limited_when_asked(self):
        policy = rendered({"networkPolicy": {"egressPorts": [443]}})["NetworkPolicy", NAME]["spec"]
        self.assertEqual(policy["policyTypes"], ["Ingress", "Egress"])
        ports = [port["port"] for rule in policy["egress"] for port in rule["ports"]]
        self.assertEqual(ports, [443, 53, 53])

    def test_a_certificate_of_somebody_else(self):
        annotations = {"cert-manager.io/inject-ca-from": "ns/certificate"}
        values = Values({"certificate": {"secretName": "tls", "annotations": annotations}})
        mount = values.container["volumeMounts"][0]
        self.assertEqual(mount["mountPath"], "/tmp/k8s-webhook-server/serving-certs")
        self.assertEqual(values.pod["volumes"], [{"name": mount["name"], "secret": {"secretName": "tls"}}])
        annotated = {
            name for (kind, name), each in values.objects.items()
            if annotations.items() <= each["metadata"].get("annotations", {}).items()}
        self.assertEqual(annotated, {
            "opentelemetry-operator-mutating-webhook-configuration",
            "opentelemetry-operator-validating-webhook-configuration", "opentelemetrycollectors.opentelemetry.io"})

    def test_the_pod(self):
        values = Values({
            "replicas": 3, "podLabels": {"team": "a", "control-plane": "b"}, "podAnnotations": {"note": "x"}, "logLevel": "debug",
            "priorityClassName": "high", "serviceAccount": {"annotations": {"id": "1"}}, "extraArgs": ["--shutdown-delay=5"],
            "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}], "affinity": {"nodeAffinity": {}},
            "podDisruptionBudget": {"maxUnavailable": "50%"},
        })
        self.assertEqual(values.deployment["spec"]["replicas"], 3)
        template = values.deployment["spec"]["template"]["metadata"]
        # What the Services select by is not for a value to change.
        self.assertEqual((template["labels"]["team"], template["labels"]["control-plane"]), ("a", "controller-manager"))
        self.assertEqual(template["annotations"]["note"], "x")
        self.assertEqual(values.container["args"], ["run", "--zap-log-level=debug", "--shutdown-delay=5"])
        self.assertEqual(values.environment["HTTPS_PROXY"], "http://proxy:3128")
        self.assertEqual(values.pod["priorityClassName"], "high")
        self.assertEqual(values.objects["ServiceAccount", NAME]["metadata"]["annotations"], {"id": "1"})
        self.assertEqual(values.objects["PodDisruptionBudget", NAME]["spec"]["maxUnavailable"], "50%")


class Schema(unittest.TestCase):
    def setUp(self):
        self.schema = json.loads((FOLDER / "values.schema.json").read_text())
        self.values = helm_python.values_from_yaml((FOLDER / "values.yaml").read_text())

    def test_it_describes_every_value_and_no_other(self):
        described = {path for path, _ in leaves(self.schema)} - {("global",)}
        for path in described:
            if path[:2] == ("podWebhook", "namespaceSelector") and len(path) > 2 or path[:2] == ("podWebhook", "objectSelector"):
                continue
            if path == ("resources", "claims"):
                continue
            value = self.values
            for name in path:
                self.assertIn(name, value, path)
                value = value[name]
        def names(value, path=()):
            for name, part in value.items():
                yield (*path, name)
                if isinstance(part, dict):
                    yield from names(part, (*path, name))
        free = {("resources", "requests"), ("resources", "limits"), ("nodeSelector",)}
        for path in names(self.values):
            self.assertTrue(path in described or any(path[:len(each)] == each for each in free), path)

    def test_every_value_has_a_description(self):
        for path, part in leaves(self.schema):
            self.assertTrue(part.get("description"), path)

    def test_what_is_wrong_is_refused_with_its_name(self):
        wrong = [
            ({"replicaCount": 3}, "replicaCount"), ({"image": {"tga": "x"}}, "tga"), ({"replicas": "two"}, "replicas"),
            ({"image": {"digest": "sha256:12"}}, "digest"), ({"podWebhook": {"failurePolicy": "ignore"}}, "failurePolicy"),
            ({"podWebhook": {"timeoutSeconds": 31}}, "timeoutSeconds"), ({"monitorAPI": "azure"}, "monitorAPI"),
            ({"imageRegistry": "https://myregistry.azurecr.io"}, "imageRegistry"), ({"agents": {"ruby": True}}, "ruby"),
            ({"defaultImages": {"java": "noversion"}}, "java"), ({"networkPolicy": {"egressPorts": [0]}}, "egressPorts"),
            ({"podWebhook": {"namespaceSelector": {"team": "a"}}}, "team"), ({"extraArgs": ["run"]}, "extraArgs"),
            ({"metrics": {"readers": [{"name": "x"}]}}, "readers"), ({"watchNamespaces": ["a"]}, "watchNamespaces"),
        ]
        with helm_python.Chart.load(FOLDER) as chart:
            for values, name in wrong:
                with self.subTest(name), self.assertRaisesRegex(helm_python.HelmValuesError, name):
                    chart.validate_schema(values)

    def test_what_umbrella_charts_pass_is_taken(self):
        with helm_python.Chart.load(FOLDER) as chart:
            chart.validate_schema({"global": {"anything": 1}})

    def test_the_readme_has_each_value_with_its_default(self):
        rows = dict(re.findall(r"(?m)^\| `([\w.]+)` \| (.*?) \|", (FOLDER / "README.md").read_text()))
        expected = {}
        for path, part in leaves(self.schema):
            value = self.values
            for name in path:
                value = value.get(name) if isinstance(value, dict) else None
            inner = path[:1] == ("resources",) and len(path) > 1 or path[:1] == ("podWebhook",) and len(path) > 2
            if path == ("global",) or inner:
                continue
            if part.get("additionalProperties") is False and path[-1] not in ("resources", "namespaceSelector", "objectSelector"):
                continue
            shown = "see values.yaml" if isinstance(value, (dict, list)) and value else f"`{json.dumps(value)}`"
            expected[".".join(path)] = shown
        self.assertEqual(rows, expected)


class Documentation(unittest.TestCase):
    page = (ROOT / "docs/install.md").read_text()

    def test_values_that_it_names_are_there(self):
        schema = {".".join(path) for path, _ in leaves(json.loads((FOLDER / "values.schema.json").read_text()))}
        texts = [path.read_text() for path in (ROOT / "docs").glob("*.md")] + [(FOLDER / "README.md").read_text()]
        named = {name for text in texts for name in re.findall(r"--set '?([\w.]+)=", text)}
        self.assertGreaterEqual(named, {"imageRegistry", "defaultImages.collector", "networkPolicy.egressPorts"})
        self.assertLessEqual(named, schema)

    def test_the_kustomization_sets_what_the_chart_sets(self):
        text = re.search(r"(?s)```yaml\n(apiVersion: kustomize.*?)```", self.page)[1]
        kustomization = helm_python.values_from_yaml(text)
        patch = helm_python.values_from_yaml(kustomization["patches"][0]["patch"])
        mirrored = Values({"imageRegistry": "myregistry.azurecr.io"})
        self.assertEqual((patch["kind"], patch["metadata"]["name"]), ("Deployment", NAME))
        container = patch["spec"]["template"]["spec"]["containers"][0]
        self.assertEqual(container["name"], mirrored.container["name"])
        for each in container["env"]:
            self.assertEqual(each["value"], mirrored.environment[each["name"]])
        image = kustomization["images"][0]
        self.assertEqual(f"{image['newName']}:0.1.0", mirrored.container["image"])
        self.assertEqual(f"{image['name']}:0.1.0", Values({}).container["image"])
        # All of them are named in the comment.
        for name in mirrored.environment:
            if name.startswith("RELATED_IMAGE_"):
                self.assertIn(name.removeprefix("RELATED_IMAGE_AUTO_INSTRUMENTATION_").removeprefix("RELATED_IMAGE_"), text)

    def test_egress_is_what_the_chart_makes_for_aks(self):
        text = re.search(r"(?s)```yaml\n(  policyTypes: .*?)```", self.page)[1]
        documented = helm_python.values_from_yaml("spec:\n" + text)["spec"]
        made = rendered({"networkPolicy": {"egressPorts": [443]}})["NetworkPolicy", NAME]["spec"]
        self.assertEqual(documented, {name: made[name] for name in documented})

    def test_the_list_of_images_is_complete(self):
        # The command of the page reads the file by a pattern of its own.
        text = (FOLDER / "files/images.yaml").read_text()
        self.assertIn("sed -n 's/^[A-Za-z]*: //p' charts/otel-operator/files/images.yaml", self.page)
        found = re.findall(r"(?m)^[A-Za-z]*: (.*)$", text)
        self.assertEqual(sorted(found), sorted(helm_python.values_from_yaml(text).values()))
        self.assertIn(Values({}).container["image"], self.page)


if __name__ == "__main__":
    unittest.main()
