"""The chart on a real API server: installed, upgraded, taken away."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import helm_python

from chart import FOLDER, NAME, NAMESPACE, ROOT

RELEASE = "otel-operator"
INSTRUMENTATION = json.dumps({
    "apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation", "metadata": {"name": "agents", "namespace": "default"},
    "spec": {"exporter": {"endpoint": "http://collector:4318"}}})


def kubectl(*arguments, text=None):
    result = subprocess.run(["kubectl", *arguments], input=text, capture_output=True, text=True)
    if result.returncode:
        raise AssertionError(f"kubectl {' '.join(arguments)}: {result.stderr}")
    return result.stdout


def get(kind, name):
    text = kubectl("get", kind, name, "-n", NAMESPACE, "-o", "json", "--ignore-not-found")
    return json.loads(text) if text else None


@unittest.skipUnless(os.environ.get("PLANE_DIR"), "hack/chart/test starts the control plane that this needs")
class Release(unittest.TestCase):
    def setUp(self):
        # The local API server may be older than what the chart demands, and lack policy/v1.
        self.work = tempfile.TemporaryDirectory()
        self.addCleanup(self.work.cleanup)
        self.chart = Path(self.work.name) / "otel-operator"
        shutil.copytree(FOLDER, self.chart)
        file = self.chart / "Chart.yaml"
        file.write_text("".join(line for line in file.read_text().splitlines(True) if not line.startswith("kubeVersion:")))
        for file in (self.chart / "files/crds").glob("*.yaml"):
            # Nor does Helm pass on what the server's schema of definitions does not know yet.
            file.write_text(re.sub(r"(?m)^( *)x-kubernetes-validations:\n(?:\1[- ] .*\n)+", "", file.read_text()))
        served = kubectl("api-versions").split()
        self.values = {"podDisruptionBudget": {"enabled": "policy/v1" in served}}
        self.helm = helm_python.Config(kubeconfig_path=os.environ["KUBECONFIG"], namespace=NAMESPACE)
        self.addCleanup(self.helm.close)
        self.addCleanup(self.helm.uninstall, RELEASE, ignore_not_found=True)

    def install(self):
        return self.helm.install(str(self.chart), RELEASE, self.values, namespace=NAMESPACE, create_namespace=True)

    def test_installed_upgraded_and_taken_away(self):
        self.assertEqual(self.install()["status"], "deployed")
        self.assertEqual(get("deployment", NAME)["spec"]["replicas"], 2)
        secrets = json.loads(kubectl("get", "secrets", "-n", NAMESPACE, "-l", "owner=helm", "-o", "json"))["items"]
        self.assertEqual(len(secrets), 1)

        # What the operator writes itself stays when the release is upgraded.
        configuration = "opentelemetry-operator-mutating-webhook-configuration"
        definition = "opentelemetrycollectors.opentelemetry.io"
        bundle = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K"
        names = [webhook["name"] for webhook in get("mutatingwebhookconfiguration", configuration)["webhooks"]]
        kubectl("patch", "mutatingwebhookconfiguration", configuration, "--type=json", "-p", json.dumps(
            [{"op": "add", "path": f"/webhooks/{index}/clientConfig/caBundle", "value": bundle} for index in range(len(names))]))
        self.values.update({"replicas": 3, "imageRegistry": "myregistry.azurecr.io", "podWebhook": {"timeoutSeconds": 4}})
        self.assertEqual(self.helm.upgrade(str(self.chart), RELEASE, self.values, namespace=NAMESPACE)["revision"], 2)
        deployment = get("deployment", NAME)
        self.assertEqual(deployment["spec"]["replicas"], 3)
        self.assertTrue(deployment["spec"]["template"]["spec"]["containers"][0]["image"].startswith("myregistry.azurecr.io/"))
        webhooks = get("mutatingwebhookconfiguration", configuration)["webhooks"]
        self.assertEqual([webhook["clientConfig"]["caBundle"] for webhook in webhooks], [bundle] * len(names))
        self.assertEqual(webhooks[2]["timeoutSeconds"], 4)

        # The custom resources outlive the release.
        kubectl("delete", "mutatingwebhookconfiguration,validatingwebhookconfiguration", "-l", "app.kubernetes.io/instance=" + RELEASE)
        kubectl("apply", "-f", "-", text=INSTRUMENTATION)
        self.helm.uninstall(RELEASE)
        self.assertIsNone(get("deployment", NAME))
        self.assertIsNotNone(get("crd", definition))
        self.assertIn("agents", kubectl("get", "instrumentations.opentelemetry.io", "-n", "default", "-o", "name"))
        # And a later release finds its definitions again.
        self.assertEqual(self.install()["status"], "deployed")
        self.helm.uninstall(RELEASE)
        kubectl("delete", "crd", "--all")

    def test_definitions_of_another_release_are_handed_over(self):
        self.addCleanup(kubectl, "delete", "crd", "--all")
        for file in (self.chart / "files/crds").glob("*.yaml"):
            kubectl("apply", "-f", str(file))
            kubectl("annotate", "-f", str(file), "meta.helm.sh/release-name=other", "meta.helm.sh/release-namespace=elsewhere")
        kubectl("apply", "-f", "-", text=INSTRUMENTATION)
        with self.assertRaisesRegex(helm_python.HelmReleaseError, "release-name"):
            self.install()
        self.helm.uninstall(RELEASE, ignore_not_found=True)
        self.assertIsNone(get("deployment", NAME))

        # As docs/install.md has it.
        page = (ROOT / "docs/install.md").read_text()
        script = re.search(r"(?s)```sh\n( *for crd in .*?done\n)", page)[1].replace("NAMESPACE", NAMESPACE)
        subprocess.run(["bash", "-euc", script], check=True, capture_output=True)
        self.assertEqual(self.install()["status"], "deployed")
        self.assertIn("agents", kubectl("get", "instrumentations.opentelemetry.io", "-n", "default", "-o", "name"))


if __name__ == "__main__":
    unittest.main()
