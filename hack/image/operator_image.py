#!/usr/bin/env python3
"""Makes the operator's image, or its root file system, from the program that `make release` builds.

    operator_image.py --binary FILE --output FILE.tar [--sbom FILE.spdx.json]     an OCI archive
    operator_image.py --binary FILE --root DIR                                    what the Dockerfile copies

The image holds the program, the shared libraries that it loads with what belongs to their packages, CA certificates, OpenSSL's
configuration, two accounts, and nothing that can be started besides. See README.md.
"""
import argparse
import json
import re
import sys
from pathlib import Path

import assemble
import base
import debian
import elf
import oci
import rootfs
import spdx

REPOSITORY = Path(__file__).resolve().parent.parent.parent
NAME = "ghcr.io/otel-operator/otel-operator"
# What the program is linked with. Of these and of what they depend on, the image has the packages whose libraries are really loaded.
LINKED = ["libc6", "libcurl4", "libssl3", "libstdc++6", "libgcc-s1", "libyaml-0-2"]
# Files without a library in them: os-release, CA certificates, openssl.cnf.
DATA = ["base-files", "ca-certificates", "openssl"]
PORTS = {9443: "webhooks", 8443: "metrics", 8081: "probes"}
LIMIT = 40_000_000

# glibc's character set converters: only iconv() loads them, which the program never calls. A third of libc6.
CONVERTERS = re.compile(r"(usr/)?lib/[^/]+/gconv(/|$)")


def libraries(package):
    """The libraries in a package, by soname: what each needs."""
    found = {}
    for member, path, content in package.files():
        if content and re.match(r"(usr/)?lib(64)?/([^/]+/)?[^/]+$", path) and (parsed := elf.read(content)) and parsed.soname:
            found[parsed.soname] = parsed
    return found


def loaded(binary, packages):
    """Of `packages`, those that the dynamic loader opens a file of; and the names of those that the program itself names."""
    holders = {}
    for package in packages:
        for soname, library in libraries(package).items():
            holders[soname] = (package, library)
    program = elf.read(binary)
    if program is None or program.interpreter is None:
        raise rootfs.RootError("the program is no dynamically linked ELF file")
    chosen, waiting = {}, [("the program", soname) for soname in program.needed]
    seen = set()
    while waiting:
        wanted_by, soname = waiting.pop()
        if soname in seen:
            continue
        seen.add(soname)
        if soname not in holders:
            raise rootfs.RootError(
                f"{wanted_by} needs {soname}, which is in none of these packages: {', '.join(each.name for each in packages)}. "
                f"Add its package to LINKED in {Path(__file__).name}")
        package, library = holders[soname]
        chosen[package.name] = package
        waiting += [(soname, each) for each in library.needed]
    return list(chosen.values()), {holders[soname][0].name for soname in program.needed}


def copyright_owners(root, packages):
    """Those of `packages` that hold the copyright file of another one: /usr/share/doc/libgcc-s1 is a link to gcc-12-base."""
    links = [entry.target for path, entry in root.entries.items() if re.fullmatch(r"usr/share/doc/[^/]+", path) and entry.kind == "link"]
    return [package for package in packages if package.name in links]


def make_root(binary, apt):
    """The root file system, its packages, and which of them the program links with."""
    if elf.read(binary) is None:
        raise rootfs.RootError("the program is no dynamically linked ELF file")
    binary = elf.normalized(binary)
    candidates, data = apt.fetch(LINKED), apt.fetch(DATA, with_dependencies=False)
    packages, direct = loaded(binary, candidates)
    root = rootfs.Root()
    base.add_skeleton(root)
    for package in packages + data:
        base.add_package(root, package)
    for package in copyright_owners(root, [each for each in candidates if each not in packages]):
        packages.append(package)
        base.add_package(root, package)
    base.add_certificates(root)
    for path in [path for path in root.entries if CONVERTERS.match(path)]:
        root.remove(path)
    # In a layer of its own: most releases change it alone.
    root.layer = 1
    # The path that manifests of the Go operator name, and the name that people type.
    root.file("manager", binary, 0o755)
    root.link("usr/local/bin/otel-operator", "/manager")
    check(root)
    return root, sorted(packages + data, key=lambda each: each.name), direct


def check(root):
    """Only the operator and the loader can be started, and the loader is where the program looks for it."""
    found = base.shells(root)
    programs = ["/" + path for path, entry in root.sorted() if re.match(r"(usr/(local/)?)?s?bin/", path) and entry.kind == rootfs.FILE]
    if found or programs:
        raise rootfs.RootError(f"programs that nobody needs: {', '.join(found + programs)}")
    loader = elf.read(root.resolve("manager").content).interpreter
    if root.resolve(loader) is None:
        raise rootfs.RootError(f"the program's loader {loader} is missing")


def version():
    """The operator's version, as the program itself says it."""
    text = (REPOSITORY / "Sources/OperatorMain/Version.swift").read_text()
    return re.search(r'static let current = "([^"]+)"', text)[1]


def image(root, name, time, commit):
    labels = {
        "title": "otel-operator",
        "description": "Automates OpenTelemetry on Kubernetes: collectors and auto-instrumentation",
        "licenses": "Apache-2.0",
        "version": version(),
        "created": oci.rfc3339(time),
    }
    if commit:
        labels["revision"] = commit
    return oci.Image(name, debian.architecture(), time, {
        "Entrypoint": ["/manager"],
        "Env": ["PATH=/usr/local/bin:/usr/bin"],
        "ExposedPorts": {f"{port}/tcp": {} for port in PORTS},
        "Labels": {f"org.opencontainers.image.{key}": value for key, value in labels.items()},
        "User": "65532:65532",
        "WorkingDir": "/",
    }, oci.layers(root, time))


def bill(made, root, packages, direct, pins, swift):
    """The bill of materials: the image holds the operator and Debian's packages; the operator links with Swift's and Debian's."""
    document = spdx.Document(made, spdx.distribution(root))
    operator = document.add(
        "otel-operator", version(), "APPLICATION", f"pkg:generic/otel-operator@{version()}", identifier="Operator",
        checksum=oci.sha256(root.resolve("manager").content).partition(":")[2], license="Apache-2.0")
    document.relate(document.root, "CONTAINS", operator)
    debian_packages = document.add_debian(packages)
    for name in sorted(direct):
        document.relate(operator, "DYNAMIC_LINK", debian_packages[name])
    linked = document.add_swift(pins)
    if swift:
        linked.append(document.add("swift", swift, "LIBRARY", f"pkg:generic/swift@{spdx.quote(swift)}", license="Apache-2.0 WITH Swift-exception",
                                   comment="the Swift standard library and the runtime libraries beside it"))
    for each in linked:
        document.relate(operator, "STATIC_LINK", each)
    return document.encoded(), len(linked)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=Path, help="the program, as `make release` links it")
    parser.add_argument("--name", default=f"{NAME}:{version()}", metavar="NAME:TAG", help="the image's name (default: %(default)s)")
    parser.add_argument("--output", type=Path, metavar="FILE.tar", help="write an OCI archive")
    parser.add_argument("--root", type=Path, metavar="DIR", help="write the root file system into this empty folder")
    parser.add_argument("--sbom", type=Path, metavar="FILE.spdx.json", help="write the bill of materials")
    parser.add_argument("--resolved", type=Path, default=REPOSITORY / "Package.resolved", help="the versions of the Swift packages in it")
    parser.add_argument("--revision", default="", metavar="COMMIT", help="the commit that the program is built from")
    parser.add_argument("--swift", default="", metavar="VERSION", help="the version of Swift that built it")
    options = parser.parse_args()
    if not (options.output or options.root):
        parser.error("say --output, --root or both")
    return options


def main():
    options = arguments()
    time = assemble.creation_time()
    root, packages, direct = make_root(options.binary.read_bytes(), debian.Apt(debian.default_cache()))
    made = image(root, options.name, time, options.revision)
    if made.compressed_size > LIMIT:
        raise rootfs.RootError(f"{made.compressed_size / 1e6:.1f} MB compressed; the limit is {LIMIT / 1e6:.0f} MB")
    if options.root:
        root.write(options.root)
    if options.output:
        oci.save(made, options.output)
    contents = f"{len(packages)} of Debian"
    if options.sbom:
        text, linked = bill(made, root, packages, direct, json.loads(options.resolved.read_text())["pins"], options.swift)
        options.sbom.parent.mkdir(parents=True, exist_ok=True)
        options.sbom.write_text(text)
        contents += f", {linked} of Swift"
    assemble.report(made, contents, options.output or options.root, options.sbom)


if __name__ == "__main__":
    try:
        main()
    except (debian.PackageError, rootfs.RootError, OSError) as error:
        sys.exit(f"operator_image.py: {error}")
