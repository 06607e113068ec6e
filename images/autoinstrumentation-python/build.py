#!/usr/bin/env python3
"""Builds the agent's folder, or writes requirements.lock anew.

    build.py tree [--libc glibc|musl] [--machine x86_64|aarch64] FOLDER
    build.py lock

Needs Python 3.10 or later with pip, and a package index. Wheels are chosen for the machine that the agent will run on, not for
this one: either libc's and either machine's tree can be built anywhere, and no compiler is needed. Only wheels that serve every
Python from 3.10 on are taken (plain Python, or the stable ABI), since the application's Python is not known here.
"""
import argparse
import compileall
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS, LOCK = HERE / "requirements.txt", HERE / "requirements.lock"
PYTHON = "3.10"
PLATFORMS = {
    "glibc": ["manylinux_2_17_{0}", "manylinux2014_{0}", "manylinux_2_12_{0}", "manylinux2010_{0}", "manylinux1_{0}"],
    "musl": ["musllinux_1_2_{0}", "musllinux_1_1_{0}"],
}
MACHINES = ["x86_64", "aarch64"]

# These are OpenTelemetry's by name only: others' packages, which an application may have in a version of its own.
NOT_OURS = {"opentelemetry-semantic-conventions-ai"}
# Required by the OTLP exporter's metadata, imported by nothing; it would only put google.api before whoever has none.
NEVER_IMPORTED = {"googleapis-common-protos"}
BOOTSTRAP = "opentelemetry/instrumentation/auto_instrumentation"


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pip(*arguments):
    subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments],
        check=True, env=dict(os.environ, PIP_ROOT_USER_ACTION="ignore"))


def wheels_for(libc, machine):
    """pip's options for wheels of that machine that serve many Pythons."""
    options = ["--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}", "--abi=abi3", "--abi=none"]
    return options + [f"--platform={platform.format(machine)}" for platform in PLATFORMS[libc]]


def lock():
    """Resolves requirements.txt for every machine, and writes each package with the hashes of all wheels that were chosen."""
    packages = {}
    for libc in PLATFORMS:
        for machine in MACHINES:
            with tempfile.TemporaryDirectory() as folder:
                report = Path(folder, "report.json")
                pip("install", "--dry-run", "--ignore-installed", f"--target={folder}/t", f"--report={report}",
                    *wheels_for(libc, machine), f"--requirement={REQUIREMENTS}")
                for item in json.loads(report.read_text())["install"]:
                    add(packages, item)
    # The application that has too old a protobuf gets the one in plain Python, on every machine.
    protobuf = packages["protobuf"]["version"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        pip("install", "--dry-run", "--ignore-installed", "--no-deps", f"--target={folder}/t", f"--report={report}",
            *PLAIN, f"protobuf=={protobuf}")
        add(packages, json.loads(report.read_text())["install"][0])
    lines = ["# Written by `build.py lock` from requirements.txt: every package, and the hash of every wheel that is used."]
    for name, package in sorted(packages.items()):
        hashes = " \\\n".join(f"    --hash=sha256:{each}" for each in sorted(package["hashes"]))
        lines.append(f"{name}=={package['version']} \\\n{hashes}")
    LOCK.write_text("\n".join(lines) + "\n")
    print(f"{LOCK.name}: {len(packages)} packages")


PLAIN = ["--only-binary=:all:", "--implementation=py", f"--python-version={PYTHON}", "--abi=none", "--platform=any"]


def add(packages, item):
    name, version = canonical(item["metadata"]["name"]), item["metadata"]["version"]
    package = packages.setdefault(name, {"version": version, "hashes": set()})
    if package["version"] != version:
        sys.exit(f"build.py: {name} is {package['version']} on one machine and {version} on another; pin it in {REQUIREMENTS.name}")
    package["hashes"].add(item["download_info"]["archive_info"]["hashes"]["sha256"])


def tree(folder, libc, machine):
    """The folder as PYTHONPATH expects it:

    opentelemetry/              OpenTelemetry, first on sys.path
    otel_operator_agent/        what decides and reports at the start
    otel_operator_agent/last/   everything that is not OpenTelemetry's, last on sys.path
    otel_operator_agent/private/  OpenTelemetry's messages on the agent's own protobuf, for who has too old a protobuf
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        sys.exit(f"build.py: {folder} is not empty")
    with tempfile.TemporaryDirectory() as work:
        packages, plain = Path(work, "packages"), Path(work, "plain")
        pip("install", "--no-deps", "--no-compile", "--require-hashes", f"--target={packages}", f"--requirement={LOCK}",
            *wheels_for(libc, machine))
        only = Path(work, "protobuf.lock")
        only.write_text(locked("protobuf"))
        pip("install", "--no-deps", "--no-compile", "--require-hashes", f"--target={plain}", f"--requirement={only}", *PLAIN)
        lay_out(packages, plain, folder)
    compile_all(folder)


def locked(name):
    match = re.search(rf"^{re.escape(name)}==.*(?:\n    --hash.*)+", LOCK.read_text(), re.MULTILINE)
    return match.group(0) + "\n"


def lay_out(packages, plain, folder):
    own = folder / "otel_operator_agent"
    shutil.copytree(HERE / "agent" / "otel_operator_agent", own, ignore=shutil.ignore_patterns("__pycache__"))
    last = own / "last"
    last.mkdir()
    manifest = {"first": {}, "last": {}}
    for metadata in sorted(packages.glob("*.dist-info")):
        package = read_metadata(metadata)
        name = package.pop("name")
        if name in NEVER_IMPORTED:
            continue
        ours = name.startswith("opentelemetry-") and name not in NOT_OURS
        manifest["first" if ours else "last"][name] = package
        move(packages, metadata, folder if ours else last)
    (own / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    make_private_protobuf(plain / "google" / "protobuf", folder / "opentelemetry" / "proto", own)
    shutil.copyfile(HERE / "agent" / "sitecustomize.py", folder / BOOTSTRAP / "sitecustomize.py")


def read_metadata(metadata):
    headers = (metadata / "METADATA").read_text(encoding="utf-8").split("\n\n", 1)[0]
    values = lambda key: re.findall(rf"^{key}: (.*)$", headers, re.MULTILINE)
    requires = [line for line in values("Requires-Dist")
                if "extra ==" not in line and canonical(re.match(r"[A-Za-z0-9._-]+", line)[0]) not in NEVER_IMPORTED]
    return {"name": canonical(values("Name")[0]), "version": values("Version")[0], "requires": requires,
            "instruments": instrumentations(metadata)}


def instrumentations(metadata):
    file = metadata / "entry_points.txt"
    section = re.search(r"^\[opentelemetry_instrumentor\]\n((?:[^\[\n].*\n?|\n)*)", file.read_text() if file.exists() else "", re.MULTILINE)
    return re.findall(r"^([^\s=]+)\s*=", section[1], re.MULTILINE) if section else []


def move(packages, metadata, target):
    """Moves one distribution's files, as its RECORD lists them. Scripts and what lies outside stay behind."""
    for line in (metadata / "RECORD").read_text(encoding="utf-8").splitlines():
        path = line.rsplit(",", 2)[0].strip('"')
        source = packages / path
        if path.startswith(("..", "bin/", "/")) or not source.is_file():
            continue
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target / path)


def make_private_protobuf(protobuf, messages, own):
    """Copies protobuf under another name, and OpenTelemetry's messages so that they import that one.

    Two protobufs in plain Python know nothing of each other, so neither the application's import of google.protobuf nor its
    generated code notices.
    """
    for source, target in ((protobuf, own / "protobuf"), (messages, own / "private" / "opentelemetry" / "proto")):
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.pyi", "*.so", "__pycache__", "py.typed"))
        for file in target.rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            text = re.sub(r"^(\s*)from google\.protobuf\b", r"\1from otel_operator_agent.protobuf", text, flags=re.MULTILINE)
            text = re.sub(r"^(\s*)from google import protobuf\b", r"\1from otel_operator_agent import protobuf", text, flags=re.MULTILINE)
            text = re.sub(r"^(\s*)import google\.protobuf\b", r"\1import otel_operator_agent.protobuf", text, flags=re.MULTILINE)
            # The C implementation, and the variable that chooses one, belong to the other. This one is plain Python.
            text = text.replace("google._upb", "otel_operator_agent._none").replace(
                "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "OTEL_OPERATOR_AGENT_PROTOBUF_IMPLEMENTATION")
            file.write_text(text, encoding="utf-8")


def compile_all(folder):
    """Compiles for this Python. The init container copies without times, so times must not be what makes a .pyc valid."""
    compileall.compile_dir(folder, quiet=2, workers=0, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("lock")
    build = commands.add_parser("tree")
    build.add_argument("--libc", choices=PLATFORMS, default="glibc")
    build.add_argument("--machine", choices=MACHINES, default=os.uname().machine)
    build.add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.command == "lock":
        lock()
    else:
        tree(options.folder, options.libc, options.machine)


if __name__ == "__main__":
    main()
