#!/usr/bin/python3
"""Prints stand-ins for the CRDs of Azure's managed Prometheus add-on, as far as the operator meets them.

On AKS the add-on brings the real ones. These have the same group, version, names and scope, and the fields that a monitor
of ours may set, so that an unknown field is pruned here too. `azmonitoring.py | kubectl apply -f -`
"""
import json

STRING = {"type": "string"}
COUNT = {"type": "integer", "format": "int64"}
DURATION = {"type": "string", "pattern": "^([0-9]+(ms|s|m|h|d|w|y))+$"}


def obj(**properties):
    return {"type": "object", "properties": properties}


def array(items):
    return {"type": "array", "items": items}


def crd(kind, endpoints):
    plural = kind.lower() + "s"
    endpoint = obj(
        port=STRING,
        portNumber={"type": "integer", "format": "int32", "minimum": 1, "maximum": 65535},
        path=STRING,
        scheme={"type": "string", "enum": ["http", "https"]},
        interval=DURATION,
        scrapeTimeout=DURATION,
        honorLabels={"type": "boolean"},
    )
    spec = obj(
        selector=obj(matchLabels={"type": "object", "additionalProperties": STRING}),
        namespaceSelector=obj(any={"type": "boolean"}, matchNames=array(STRING)),
        jobLabel=STRING,
        podTargetLabels=array(STRING),
        labelLimit=COUNT,
        labelNameLengthLimit=COUNT,
        labelValueLengthLimit=COUNT,
        sampleLimit=COUNT,
        targetLimit=COUNT,
        **{endpoints: array(endpoint)},
    )
    spec["required"] = ["selector"]
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.azmonitoring.coreos.com"},
        "spec": {
            "group": "azmonitoring.coreos.com",
            "scope": "Namespaced",
            "names": {"kind": kind, "listKind": kind + "List", "plural": plural, "singular": kind.lower()},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {"spec": spec}}},
                }
            ],
        },
    }


print(
    json.dumps(
        {
            "apiVersion": "v1",
            "kind": "List",
            "items": [crd("PodMonitor", "podMetricsEndpoints"), crd("ServiceMonitor", "endpoints")],
        }
    )
)
