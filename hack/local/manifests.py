#!/usr/bin/python3
"""Prints the objects of a manifest for a cluster in which the operator runs as a process beside the API server.

    manifests.py --webhook-url https://127.0.0.1:9443 [--api-versions FILE] MANIFEST...

Deployments are left out, webhooks (those of conversions, too) are called by URL in place of the Service, and what the API server does not serve
(one `group/version` a line in FILE, as `kubectl api-versions` prints) is left out with a line on standard error.
"""
import argparse
import json
import sys

import yaml


def documents(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            yield from (document for document in yaml.safe_load_all(file) if document)


def call_by_url(client, base):
    service = client.pop("service", None)
    if service:
        client["url"] = base + service.get("path", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--webhook-url", required=True)
    parser.add_argument("--api-versions")
    parser.add_argument("manifests", nargs="+")
    options = parser.parse_args()

    served = None
    if options.api_versions:
        with open(options.api_versions, encoding="utf-8") as file:
            served = {line.strip() for line in file}

    items = []
    for document in documents(options.manifests):
        name = "{kind} {metadata[name]}".format(**document)
        if document["kind"] == "Deployment":
            continue
        if served is not None and document["apiVersion"] not in served:
            print(f"not served here, left out: {document['apiVersion']} {name}", file=sys.stderr)
            continue
        if document["kind"].endswith("WebhookConfiguration"):
            for webhook in document["webhooks"]:
                call_by_url(webhook["clientConfig"], options.webhook_url)
        if document["kind"] == "CustomResourceDefinition":
            conversion = document["spec"].get("conversion", {})
            if conversion.get("strategy") == "Webhook":
                call_by_url(conversion["webhook"]["clientConfig"], options.webhook_url)
        items.append(document)
    json.dump({"apiVersion": "v1", "kind": "List", "items": items}, sys.stdout)


if __name__ == "__main__":
    main()
