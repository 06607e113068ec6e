#!/usr/bin/python3
"""Compares a bill of materials with an unpacked image: the same Debian packages, the same program.

    sbom_matches.py FILE.spdx.json DIR       DIR is what unpack.py made; prints every difference
"""
import hashlib
import json
import re
import sys
from pathlib import Path


def differences(document, rootfs):
    stated = {package["name"]: package["versionInfo"] for package in document["packages"] if purl(package).startswith("pkg:deb/")}
    status = rootfs / "var/lib/dpkg/status.d"
    present = {path.name: re.search(r"^Version: (.+)$", path.read_text(), re.MULTILINE)[1]
               for path in status.iterdir() if path.suffix != ".md5sums"}
    for name in sorted(stated.keys() | present.keys()):
        if stated.get(name) != present.get(name):
            yield f"{name}: {stated.get(name)} in the bill of materials, {present.get(name)} in the image"
    program = next(package for package in document["packages"] if package["SPDXID"] == "SPDXRef-Operator")
    if program["checksums"][0]["checksumValue"] != hashlib.sha256((rootfs / "manager").read_bytes()).hexdigest():
        yield "/manager: another program"


def purl(package):
    return package["externalRefs"][0]["referenceLocator"]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    found = list(differences(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2], "rootfs")))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)
