#!/usr/bin/python3
"""Checks that an agent's folder is what every Python of its libc can use: check-tree.py glibc|musl FOLDER"""
import json
import re
import sys
from pathlib import Path

BOOTSTRAP = "opentelemetry/instrumentation/auto_instrumentation"


def problems(libc, folder):
    top = {path.name for path in folder.iterdir() if not path.name.endswith(".dist-info")}
    if top != {"opentelemetry", "otel_operator_agent"}:
        yield f"at the top, where it would stand before the application's own, is {sorted(top)}"
    if not (folder / BOOTSTRAP / "sitecustomize.py").read_text().startswith('"""Where the agent starts'):
        yield "sitecustomize.py is not the agent's"
    for path in folder.rglob("*"):
        if path.is_symlink():
            yield f"{path} is a link; what it points to may not be there after the copy"
        elif path.stat().st_mode & 0o004 == 0:
            yield f"{path} cannot be read by everybody"
    for library in folder.rglob("*.so"):
        if ".abi3." not in library.name:
            yield f"{library} is for one version of Python"
        if (b"libc.musl" in library.read_bytes()) != (libc == "musl"):
            yield f"{library} is not for {libc}"
    for wheel in folder.rglob("*.dist-info/WHEEL"):
        for tag in re.findall(r"^Tag: (.*)$", wheel.read_text(), re.MULTILINE):
            if not re.search("-none-any$|-abi3-" + ("manylinux" if libc == "glibc" else "musllinux"), tag):
                yield f"{wheel.parent.name} is a wheel for {tag}"
    versions = json.loads((folder / "otel_operator_agent/manifest.json").read_text())["last"]
    if versions["opentelemetry-semantic-conventions-ai"]["version"] != "0.4.13":
        yield "opentelemetry-semantic-conventions-ai is not 0.4.13"


def main():
    libc, folder = sys.argv[1], Path(sys.argv[2])
    found = list(problems(libc, folder))
    for problem in found:
        print(f"check-tree: {problem}", file=sys.stderr)
    print(f"agent for {libc}: {len(list(folder.rglob('*.so')))} libraries, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
