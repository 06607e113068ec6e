#!/usr/bin/python3
"""Shows a pod template beside the pod that came of it, with the parts that were injected marked: show-injection.py TEMPLATE POD"""
import json
import sys

import yaml

TOKEN_VOLUME = "kube-api-access"  # the API server adds it to every pod


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def lines(value):
    return yaml.safe_dump(value, sort_keys=False, width=200, default_flow_style=False).splitlines()


def show(title, before, after):
    """Prints a list of named things; what was not there before is marked with +."""
    known = {item["name"]: item for item in before}
    print(title)
    for item in after:
        mark = " " if known.get(item["name"]) == item else "+"
        for line in lines([item]):
            print(f"  {mark} {line}")


def without_token(items):
    return [item for item in items if not item["name"].startswith((TOKEN_VOLUME, "default-token"))]


def main():
    before, after = (load(path)["spec"] for path in sys.argv[1:3])
    containers = {container["name"]: container for container in before["containers"]}
    show("initContainers:", before.get("initContainers", []), [
        {key: value for key, value in container.items() if key in ("name", "image", "command", "resources")}
        for container in after.get("initContainers", [])
    ])
    for container in after["containers"]:
        old = containers.get(container["name"], {})
        show(f"containers[{container['name']}].env:", old.get("env", []), container.get("env", []))
        show(f"containers[{container['name']}].volumeMounts:", old.get("volumeMounts", []),
             without_token(container.get("volumeMounts", [])))
    show("volumes:", before.get("volumes", []), without_token(after.get("volumes", [])))


if __name__ == "__main__":
    main()
