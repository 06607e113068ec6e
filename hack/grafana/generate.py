#!/usr/bin/python3
"""Writes what under grafana/ is generated: generate.py [FOLDER]

The dashboards come from dashboard_collectors.py, dashboard_applications.py and dashboard_operator.py. The alert rules are written by hand,
once, in grafana/rules/alerts.yaml; the PrometheusRule and Azure's rule groups are made of them.
"""
import json
import re
import sys
from pathlib import Path

import yaml

import dashboards

HERE = Path(__file__).resolve().parent
RULES = HERE.parent.parent / "grafana/rules/alerts.yaml"
NOTE = "# Made of rules/alerts.yaml by `make grafana`; change it there.\n"
# Azure counts from 0, the worst, to 4.
SEVERITY = {"critical": 1, "warning": 2, "info": 3}


class Block(str):
    """A text that YAML writes over several lines."""


yaml.SafeDumper.add_representer(Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|"))


def prometheus_rule(groups):
    for group in groups:
        for rule in group["rules"]:
            if "\n" in rule["expr"]:
                rule["expr"] = Block(rule["expr"])
    document = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "otel-operator", "labels": {"app.kubernetes.io/part-of": "opentelemetry"}},
        "spec": {"groups": groups},
    }
    return NOTE + yaml.safe_dump(document, sort_keys=False, width=1000, allow_unicode=True)


def iso_duration(text):
    """`5m` as Azure writes it, `PT5M`."""
    number, unit = re.fullmatch(r"(\d+)([smhd])", text).groups()
    return f"P{number}D" if unit == "d" else f"PT{number}{unit.upper()}"


def azure_rule_groups(groups):
    """An ARM template with a Microsoft.AlertsManagement/prometheusRuleGroups resource for each group."""
    resources = []
    for group in groups:
        rules = [
            {
                "alert": rule["alert"],
                "enabled": True,
                "expression": str(rule["expr"]),
                "for": iso_duration(rule["for"]),
                "severity": SEVERITY[rule["labels"]["severity"]],
                "labels": rule["labels"],
                "annotations": rule["annotations"],
                "resolveConfiguration": {"autoResolved": True, "timeToResolve": "PT10M"},
                "actions": "[if(empty(parameters('actionGroupId')), createArray(), createArray(createObject('actionGroupId', parameters('actionGroupId'))))]",
            }
            for rule in group["rules"]
        ]
        resources.append(
            {
                "type": "Microsoft.AlertsManagement/prometheusRuleGroups",
                "apiVersion": "2023-03-01",
                "name": group["name"],
                "location": "[parameters('location')]",
                "properties": {
                    "enabled": True,
                    "interval": "PT1M",
                    "scopes": ["[parameters('azureMonitorWorkspaceId')]"],
                    "clusterName": "[parameters('clusterName')]",
                    "rules": rules,
                },
            }
        )
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "azureMonitorWorkspaceId": {"type": "string", "metadata": {"description": "Resource ID of the Azure Monitor workspace"}},
            "clusterName": {"type": "string", "metadata": {"description": "Name of the AKS cluster"}},
            "actionGroupId": {"type": "string", "defaultValue": "", "metadata": {"description": "Resource ID of the action group that is told; may be empty"}},
            "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
        },
        "resources": resources,
    }


def as_json(document):
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def files():
    """Path under grafana/ and content of everything that is generated."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    result = {f"dashboards/{name}.json": as_json(each) for name, each in dashboards.ALL.items()}
    result["azure/rule-groups.json"] = as_json(azure_rule_groups(groups))
    result["prometheusrule.yaml"] = prometheus_rule(groups)
    return result


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RULES.parent.parent
    for path, content in files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)


if __name__ == "__main__":
    main()
