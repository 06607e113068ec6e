"""Checks grafana/: that it parses, that promtool accepts it, that alerts fire, and that every metric in it is one that somebody exports."""
import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

import dashboards
import generate
import promql

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GRAFANA = ROOT / "grafana"


def run(*command, **options):
    result = subprocess.run([str(each) for each in command], capture_output=True, text=True, **options)
    return result.returncode, result.stdout + result.stderr


def rules(path):
    return [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def listed(name):
    """The rows of a list of metrics: name, kind and the rest of the line."""
    lines = (HERE / "metrics" / f"{name}.txt").read_text().splitlines()
    return [(line.split(None, 2) + [""])[:3] for line in lines if line and not line.startswith("#")]


def series(name, kind):
    """The names of a metric's series."""
    return [f"{name}_{part}" for part in ("bucket", "sum", "count")] if kind == "histogram" else [name]


def collector_forms(name, kind, unit):
    """What a metric of the collector may be called in Prometheus, by its version and by without_units and without_type_suffix of its reader."""
    stems = {name}
    if unit.startswith("{"):
        stems.add(f"{name}__{unit[1:-1]}_")
    else:
        suffix = {"s": "seconds", "By": "bytes"}[unit]
        stems.add(name if suffix in name.split("_") else f"{name}_{suffix}")
    return {stem + total for stem in stems for total in (["", "_total"] if kind == "counter" else [""])}


COLLECTOR = {name: collector_forms(name, kind, unit) for name, kind, unit in listed("collector")}
EXPORTED = {
    each for source in ("operator", "applications", "scraper") for name, kind, _ in listed(source) for each in series(name, kind)
}
# In Grafana's place.
SUBSTITUTES = {"$__rate_interval": "5m", "$namespace": ".*", "$pod": ".*", "$service": ".*", "$webhook": ".*"}


def substituted(expression):
    for name, value in SUBSTITUTES.items():
        expression = expression.replace(name, value)
    return expression


def expressions(dashboard):
    """The expressions of a dashboard's panels, each with the panel's title."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], substituted(target["expr"])


class Committed(unittest.TestCase):
    def test_what_is_committed_is_what_is_generated(self):
        for path, content in generate.files().items():
            self.assertEqual((GRAFANA / path).read_text(), content, f"grafana/{path} is old: run `make grafana`")

    def test_the_prometheus_rule_holds_the_same_rules(self):
        rule = yaml.safe_load((GRAFANA / "prometheusrule.yaml").read_text())
        self.assertEqual(rule["spec"], yaml.safe_load((GRAFANA / "rules/alerts.yaml").read_text()))

    def test_azures_rule_groups_hold_the_same_rules(self):
        template = json.loads((GRAFANA / "azure/rule-groups.json").read_text())
        found = [rule for group in template["resources"] for rule in group["properties"]["rules"]]
        expected = rules(GRAFANA / "rules/alerts.yaml")
        self.assertEqual([(each["alert"], each["expression"]) for each in found], [(each["alert"], each["expr"]) for each in expected])
        for each in found:
            self.assertRegex(each["for"], r"^PT\d+[MH]$")
            self.assertIn(each["severity"], range(5))

    def test_kustomizations_bring_all_of_it(self):
        self.assertEqual(self.kinds(GRAFANA / "dashboards"), ["ConfigMap"])
        self.assertEqual(self.kinds(GRAFANA / "rules"), ["ConfigMap"])
        config_map = self.built(GRAFANA / "dashboards")[0]
        self.assertEqual(config_map["metadata"]["labels"], {"grafana_dashboard": "1"})
        self.assertEqual(config_map["metadata"]["name"], "otel-dashboards")
        self.assertEqual({json.loads(each)["uid"] for each in config_map["data"].values()}, {each["uid"] for each in dashboards.ALL.values()})

    def test_the_whole_folder_brings_dashboards_and_rules(self):
        if not kustomize_takes_folders():
            self.skipTest("this kubectl is older than 1.21 and does not take a folder as a resource")
        self.assertEqual(sorted(self.kinds(GRAFANA)), ["ConfigMap", "PrometheusRule"])

    def built(self, folder):
        code, output = run("kubectl", "kustomize", folder)
        self.assertEqual(code, 0, output)
        return [each for each in yaml.safe_load_all(output) if each]

    def kinds(self, folder):
        return [each["kind"] for each in self.built(folder)]


def kustomize_takes_folders():
    code, output = run("kubectl", "version", "--client", "-o", "json")
    version = json.loads(output)["clientVersion"]
    return code == 0 and (int(version["major"]), int(re.match(r"\d+", version["minor"])[0])) >= (1, 21)


class Rules(unittest.TestCase):
    def test_promtool_accepts_them(self):
        code, output = run("promtool", "check", "rules", "--lint-fatal", GRAFANA / "rules/alerts.yaml")
        self.assertEqual(code, 0, output)

    def test_each_fires_when_it_should(self):
        for file in ("alerts.test.yml", "self-hosted.test.yml"):
            code, output = run("promtool", "test", "rules", file, cwd=HERE)
            self.assertEqual(code, 0, output)

    def test_each_is_seen_firing_and_seen_quiet(self):
        pairs = [("alerts.test.yml", GRAFANA / "rules/alerts.yaml"), ("self-hosted.test.yml", ROOT / "examples/self-hosted/config/rules.yml")]
        for file, source in pairs:
            asked = [each for test in yaml.safe_load((HERE / file).read_text())["tests"] for each in test["alert_rule_test"]]
            names = {each["alert"] for each in rules(source)}
            self.assertEqual({each["alertname"] for each in asked if each["exp_alerts"]}, names)
            # A test that expects an alert for one pod of several has seen it quiet, too.
            self.assertEqual({each["alertname"] for each in asked} - names, set())

    def test_each_says_how_bad_it_is_and_what_to_do(self):
        for rule in rules(GRAFANA / "rules/alerts.yaml"):
            self.assertIn(rule["labels"]["severity"], ("critical", "warning"))
            self.assertEqual(sorted(rule["annotations"]), ["description", "summary"])
            self.assertIn("for", rule)


class Dashboards(unittest.TestCase):
    def test_promtool_accepts_every_expression(self):
        group = []
        for dashboard in dashboards.ALL.values():
            group += [{"record": f"check:{number}", "expr": each} for number, (_, each) in enumerate(expressions(dashboard))]
            for variable in dashboard["templating"]["list"]:
                if variable["type"] == "query":
                    selector = substituted(variable["query"]["query"]).removeprefix("label_values(").rpartition(",")[0]
                    group.append({"record": f"check:{variable['name']}", "expr": selector})
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump({"groups": [{"name": "check", "rules": [each]} | {"name": f"g{number}"} for number, each in enumerate(group)]}, file)
            file.flush()
            code, output = run("promtool", "check", "rules", "--lint=none", file.name)
        self.assertEqual(code, 0, output)
        self.assertGreater(len(group), 50)

    def test_no_variable_of_grafana_is_left(self):
        for name, dashboard in dashboards.ALL.items():
            for title, expression in expressions(dashboard):
                self.assertNotIn("$", expression, f"{name}, {title}")

    def test_panels_do_not_overlap_and_explain_themselves(self):
        for name, dashboard in dashboards.ALL.items():
            taken = set()
            for panel in dashboard["panels"]:
                place = panel["gridPos"]
                cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
                self.assertFalse(cells & taken, f"{name}, {panel['title']}")
                self.assertLessEqual(place["x"] + place["w"], 24)
                taken |= cells
                self.assertTrue(panel["type"] == "row" or panel["description"], f"{name}, {panel['title']}")
            ids = [panel["id"] for panel in dashboard["panels"]]
            self.assertEqual(len(ids), len(set(ids)))


class Metrics(unittest.TestCase):
    def check(self, expression, where):
        names, patterns = promql.metrics(expression)
        self.assertTrue(names or patterns or "vector" in expression, f"{where}: no metric in {expression}")
        for name in names:
            self.assertIn(name, EXPORTED, f"{where}: nobody exports {name}")
        for pattern in patterns:
            self.check_pattern(pattern, where)

    def check_pattern(self, pattern, where):
        taken = [name for name, forms in COLLECTOR.items() if any(re.fullmatch(pattern, form) for form in forms)]
        others = [name for name in EXPORTED if re.fullmatch(pattern, name)]
        self.assertTrue(taken or others, f"{where}: nobody exports {pattern}")
        for name in taken:
            missed = [form for form in COLLECTOR[name] if not re.fullmatch(pattern, form)]
            self.assertFalse(missed, f"{where}: {pattern} misses {missed}")

    def test_dashboards_name_only_what_is_exported(self):
        for name, dashboard in dashboards.ALL.items():
            for title, expression in expressions(dashboard):
                self.check(expression, f"dashboard {name}, {title}")
            for variable in dashboard["templating"]["list"]:
                if variable["type"] == "query":
                    self.check(substituted(variable["query"]["query"]), f"dashboard {name}, variable {variable['name']}")

    def test_rules_name_only_what_is_exported(self):
        for source in (GRAFANA / "rules/alerts.yaml", ROOT / "examples/self-hosted/config/rules.yml"):
            for rule in rules(source):
                self.check(rule["expr"], rule["alert"])

    def test_the_metrics_of_the_closed_networks_application_are_on_its_dashboard(self):
        asked = set()
        for _, expression in expressions(dashboards.APPLICATIONS):
            asked |= promql.metrics(expression)[0]
        for name in (
            "gen_ai_client_operation_duration_seconds_bucket",
            "agui_agent_request_count_total",
            "http_server_active_requests",
            "http_server_duration_milliseconds_bucket",
            "http_server_response_size_bytes_sum",
        ):
            self.assertIn(name, asked)

    def test_a_collectors_metric_has_the_forms_that_are_known(self):
        self.assertEqual(
            COLLECTOR["otelcol_receiver_accepted_spans"],
            {
                "otelcol_receiver_accepted_spans",
                "otelcol_receiver_accepted_spans_total",
                "otelcol_receiver_accepted_spans__spans_",
                "otelcol_receiver_accepted_spans__spans__total",
            },
        )
        self.assertEqual(COLLECTOR["otelcol_process_memory_rss"], {"otelcol_process_memory_rss", "otelcol_process_memory_rss_bytes"})
        self.assertEqual(COLLECTOR["otelcol_process_cpu_seconds"], {"otelcol_process_cpu_seconds", "otelcol_process_cpu_seconds_total"})

    def test_a_name_that_nobody_exports_is_found(self):
        for wrong in ("sum(rate(otelcol_receiver_accepted_span[5m]))", '{__name__=~"otelcol_receiver_taken(_total)?"}', "up * on (pod) nothing"):
            with self.assertRaises(AssertionError):
                self.check(wrong, "here")
        # A pattern that leaves a form out.
        with self.assertRaises(AssertionError):
            self.check('rate({__name__=~"otelcol_receiver_refused_spans(_total)?"}[5m])', "here")

    def test_the_parser_tells_metrics_from_the_rest(self):
        names, patterns = promql.metrics(
            'histogram_quantile(0.95, sum by (service, le) (rate(a_bucket{x="not_a_metric{}",y=~"b"}[5m]))) / on (pod) group_left (z) c offset 1h'
        )
        self.assertEqual((names, patterns), ({"a_bucket", "c"}, set()))
        self.assertEqual(promql.metrics('label_values(up{a="b"}, namespace)'), ({"up"}, set()))
        self.assertEqual(promql.metrics('max({__name__=~"q(_b)?",n=~".*"}) or vector(0)'), (set(), {"q(_b)?"}))


if __name__ == "__main__":
    unittest.main()
