"""Checks the configuration files of examples/self-hosted and examples/lgtm-gateway with the programs that read them."""
import re
import tempfile
import unittest
from pathlib import Path

import yaml

from test_grafana import ROOT, kustomize_takes_folders, run

EXAMPLE = ROOT / "examples/self-hosted"
CONFIG = EXAMPLE / "config"


def objects(path):
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


def deployment(name):
    return next(
        each for path in sorted(EXAMPLE.glob("*.yaml")) for each in objects(path)
        if each["kind"] == "Deployment" and each["metadata"]["name"] == name
    )


def container(name):
    return deployment(name)["spec"]["template"]["spec"]["containers"][0]


BY = re.compile(r"\bby \(([^)]*)\)")
LABELS = re.compile(r"\w+")


def matches(alert, matchers):
    """Whether an alert has what an inhibition asks of it: NAME="VALUE" or NAME!="VALUE"."""
    for matcher in matchers:
        name, sign, value = re.fullmatch(r'(\w+)(!?=)"([^"]*)"', matcher).groups()
        if (alert.get(name, "") == value) != (sign == "="):
            return False
    return True


class Prometheus(unittest.TestCase):
    def test_promtool_accepts_the_configuration(self):
        config = yaml.safe_load((CONFIG / "prometheus.yml").read_text())
        # Debian's Prometheus is built without discovery in Kubernetes; that part is as the field `role` alone.
        for job in config["scrape_configs"]:
            for discovery in job.pop("kubernetes_sd_configs", []):
                self.assertEqual(discovery["role"], "pod")
                self.assertLessEqual(set(discovery), {"role", "namespaces"})
                job["http_sd_configs"] = [{"url": "http://127.0.0.1:1/"}]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "prometheus.yml"
            file.write_text(yaml.safe_dump(config))
            code, output = run("promtool", "check", "config", "--syntax-only", file)
        self.assertEqual(code, 0, output)

    def test_promtool_accepts_the_rules_and_the_scraper_outside(self):
        code, output = run("promtool", "check", "rules", "--lint-fatal", CONFIG / "rules.yml")
        self.assertEqual(code, 0, output)
        code, output = run("promtool", "check", "config", "--syntax-only", ROOT / "examples/lgtm-gateway/scrape.yml")
        self.assertEqual(code, 0, output)

    def test_it_scrapes_every_15_seconds_and_keeps_30_days(self):
        self.assertEqual(yaml.safe_load((CONFIG / "prometheus.yml").read_text())["global"]["scrape_interval"], "15s")
        self.assertIn("--storage.tsdb.retention.time=30d", container("prometheus")["args"])

    def test_the_rules_are_those_that_were_asked_for(self):
        rules = {each["alert"]: each for group in yaml.safe_load((CONFIG / "rules.yml").read_text())["groups"] for each in group["rules"]}
        self.assertEqual({each["for"] for each in rules.values()}, {"5m"})
        self.assertIn("histogram_quantile(0.95", rules["SlowRequests"]["expr"])
        self.assertIn("> 3000", rules["SlowRequests"]["expr"])
        self.assertIn("> 0.01", rules["ServerErrors"]["expr"])
        self.assertIn("> 80", rules["ManyDatabaseConnections"]["expr"])

    def test_its_files_are_where_it_looks_for_them(self):
        mounts = {each["name"]: each["mountPath"] for each in container("prometheus")["volumeMounts"]}
        for pattern in yaml.safe_load((CONFIG / "prometheus.yml").read_text())["rule_files"]:
            self.assertIn(str(Path(pattern).parent), mounts.values())


class Alertmanager(unittest.TestCase):
    def test_amtool_accepts_it(self):
        code, output = run("amtool", "check-config", CONFIG / "alertmanager.yml")
        self.assertEqual(code, 0, output)

    def test_critical_goes_to_slack_and_by_mail_and_a_warning_to_slack(self):
        for severity, receiver in (("critical", "slack-and-mail"), ("warning", "slack"), ("other", "slack")):
            code, output = run("amtool", "config", "routes", "test", f"--config.file={CONFIG / 'alertmanager.yml'}", f"severity={severity}")
            self.assertEqual((code, output.splitlines()[0]), (0, receiver), output)
        receivers = {each["name"]: each for each in yaml.safe_load((CONFIG / "alertmanager.yml").read_text())["receivers"]}
        self.assertEqual(set(receivers["slack-and-mail"]), {"name", "slack_configs", "email_configs"})
        self.assertEqual(set(receivers["slack"]), {"name", "slack_configs"})

    def test_each_inhibition_finds_alerts_that_it_acts_on(self):
        alerts = [
            {"alertname": rule["alert"], **rule["labels"], **dict.fromkeys(LABELS.findall(" ".join(BY.findall(rule["expr"]))), "x")}
            for path in (CONFIG / "rules.yml", ROOT / "grafana/rules/alerts.yaml")
            for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]
        ]
        for rule in yaml.safe_load((CONFIG / "alertmanager.yml").read_text())["inhibit_rules"]:
            pairs = {
                (source["alertname"], target["alertname"])
                for source in alerts if matches(source, rule["source_matchers"])
                for target in alerts if matches(target, rule["target_matchers"])
                if all(source.get(label, "") == target.get(label, "") for label in rule["equal"])
            }
            self.assertTrue(pairs, rule)
            for source, target in pairs:
                self.assertNotEqual(source, target, "an alert would silence itself")
        self.assertIn(("OtelCollectorLosesData", "OtelCollectorQueueNearFull"), pairs)

    def test_its_secrets_come_from_files_of_a_secret(self):
        config = yaml.safe_load((CONFIG / "alertmanager.yml").read_text())["global"]
        for key in ("slack_api_url", "smtp_auth_password"):
            self.assertNotIn(key, config)
            self.assertEqual(str(Path(config[f"{key}_file"]).parent), "/etc/alertmanager/secrets")
        volumes = deployment("alertmanager")["spec"]["template"]["spec"]["volumes"]
        self.assertEqual(next(each for each in volumes if each["name"] == "secrets")["secret"], {"secretName": "alertmanager"})


class Grafana(unittest.TestCase):
    def test_both_data_sources_are_provisioned(self):
        sources = yaml.safe_load((CONFIG / "grafana-datasources.yml").read_text())["datasources"]
        services = {
            each["metadata"]["name"]: {port["port"] for port in each["spec"]["ports"]}
            for path in EXAMPLE.glob("*.yaml") for each in objects(path) if each["kind"] == "Service"
        }
        self.assertEqual({each["type"] for each in sources}, {"prometheus", "jaeger"})
        for each in sources:
            host, _, port = each["url"].removeprefix("http://").partition(":")
            self.assertIn(int(port), services[host])

    def test_exemplars_are_made_kept_and_shown(self):
        sources = {each["type"]: each for each in yaml.safe_load((CONFIG / "grafana-datasources.yml").read_text())["datasources"]}
        (exemplar,) = sources["prometheus"]["jsonData"]["exemplarTraceIdDestinations"]
        self.assertEqual(exemplar, {"name": "trace_id", "datasourceUid": sources["jaeger"]["uid"]})
        self.assertIn("--enable-feature=exemplar-storage", container("prometheus")["args"])
        collector = objects(EXAMPLE / "6-collector.yaml")[0]["spec"]["config"]
        self.assertIs(collector["exporters"]["prometheus"]["enable_open_metrics"], True)

    def test_the_dashboards_are_where_it_looks_for_them(self):
        path = yaml.safe_load((CONFIG / "grafana-dashboards.yml").read_text())["providers"][0]["options"]["path"]
        self.assertIn(path, [each["mountPath"] for each in container("grafana")["volumeMounts"]])

    def test_its_password_comes_from_a_secret(self):
        variables = {each["name"]: each.get("value") for each in container("grafana")["env"]}
        self.assertEqual(variables["GF_SECURITY_ADMIN_PASSWORD__FILE"], "/etc/grafana-secrets/admin-password")
        self.assertNotIn("GF_SECURITY_ADMIN_PASSWORD", variables)


class Jaeger(unittest.TestCase):
    def test_its_configuration_parses_and_listens_where_the_collector_sends(self):
        config = yaml.safe_load((CONFIG / "jaeger.yml").read_text())
        self.assertEqual(config["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"], "0.0.0.0:4317")
        collector = objects(EXAMPLE / "6-collector.yaml")[0]["spec"]["config"]
        self.assertEqual(collector["exporters"]["otlp_grpc/jaeger"]["endpoint"], "jaeger.monitoring.svc.cluster.local:4317")
        for pipeline in config["service"]["pipelines"].values():
            for kind in ("receivers", "processors", "exporters"):
                self.assertLessEqual(set(pipeline[kind]), set(config[kind]))
        self.assertLessEqual(set(config["service"]["extensions"]), set(config["extensions"]))


class Whole(unittest.TestCase):
    def test_kustomize_builds_it_and_every_volume_exists(self):
        if not kustomize_takes_folders():
            self.skipTest("this kubectl is older than 1.21 and does not take a folder as a resource")
        code, output = run("kubectl", "kustomize", EXAMPLE)
        self.assertEqual(code, 0, output)
        built = [each for each in yaml.safe_load_all(output) if each]
        names = {(each["kind"], each["metadata"]["name"]) for each in built}
        self.assertFalse([each for each in names if each[0] == "Secret"])
        for each in built:
            for volume in each["spec"]["template"]["spec"]["volumes"] if each["kind"] == "Deployment" else []:
                if "configMap" in volume:
                    self.assertIn(("ConfigMap", volume["configMap"]["name"]), names)
                if "persistentVolumeClaim" in volume:
                    self.assertIn(("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]), names)

    def test_the_kustomization_names_every_manifest(self):
        named = yaml.safe_load((EXAMPLE / "Kustomization").read_text())["resources"]
        self.assertEqual([each for each in named if not each.startswith("..")], sorted(path.name for path in EXAMPLE.glob("*.yaml")))


if __name__ == "__main__":
    unittest.main()
