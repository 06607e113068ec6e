"""Debian packages of the tests' own, and an archive of them that apt reads from a folder: no network."""
import hashlib
import io
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import debian  # noqa: E402  (found by the line above)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        # Folders that apt enters as whom it likes.
        self.folder.chmod(0o755)


def make_deb(folder, name, version="1", files=None, links=None, mode=None, **fields):
    """Builds a package; `files` are contents by path, `links` targets by path, `mode` is that of all files. Returns its file."""
    tree = folder / f"{name}-{version}.tree"
    for path, content in (files or {}).items():
        place = tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(mode or (0o755 if "bin/" in path else 0o644))
    for path, target in (links or {}).items():
        place = tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    (tree / "DEBIAN").mkdir(parents=True)
    control = {"Package": name, "Version": version, "Architecture": "all", "Maintainer": "Nobody <nobody@example.com>",
               "Description": "for a test", **{key.replace("_", "-"): value for key, value in fields.items()}}
    (tree / "DEBIAN/control").write_text("".join(f"{key}: {value}\n" for key, value in control.items()))
    sums = "".join(f"{hashlib.md5(content).hexdigest()}  {path}\n" for path, content in (files or {}).items())
    (tree / "DEBIAN/md5sums").write_text(sums)
    for path in tree.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    deb = folder / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, deb], check=True, stdout=subprocess.DEVNULL)
    return deb


def package(deb):
    """What apt's index would say of a file."""
    text = subprocess.run(["dpkg-deb", "--field", deb], check=True, stdout=subprocess.PIPE, text=True).stdout
    fields = debian.paragraph(text) | {"SHA256": debian.digest(deb)}
    return debian.Package(fields["Package"], fields["Version"], fields["Architecture"], fields, deb)


class Archive:
    """An archive in a folder; `apt` reads from it and nothing else."""

    def __init__(self, folder):
        self.folder = folder / "archive"
        self.folder.mkdir()
        self.debs = []
        (folder / "sources.list").write_text(f"deb [trusted=yes] file:{self.folder} ./\n")
        self.apt = debian.Apt(folder / "cache", {"Dir::Etc::sourcelist": folder / "sources.list", "Dir::Etc::sourceparts": "/dev/null"})

    def add(self, name, version="1", **rest):
        self.debs.append(make_deb(self.folder, name, version, **rest))
        self.index()

    def index(self):
        paragraphs = []
        for deb in self.debs:
            text = subprocess.run(["dpkg-deb", "--field", deb], check=True, stdout=subprocess.PIPE, text=True).stdout
            paragraphs.append(f"{text}Filename: ./{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {debian.digest(deb)}\n")
        (self.folder / "Packages").write_text("\n".join(paragraphs))


def library(soname, *needed, interpreter=None):
    """An ELF file that is all dynamic section: enough for who asks what it needs, and for nobody else."""
    strings, names = io.BytesIO(b"\0"), {}
    strings.seek(0, io.SEEK_END)
    for name in [*needed, soname or ""]:
        names[name] = strings.tell()
        strings.write(name.encode() + b"\0")
    interpreted = (interpreter or "").encode() + b"\0"
    headers = 2 + (interpreter is not None)
    start = 64 + 56 * headers
    entries = [(1, names[name]) for name in needed] + ([(14, names[soname])] if soname else []) + [(5, 0x10000 + start), (0, 0)]
    table = strings.getvalue()
    dynamic = start + len(table)
    path = dynamic + 16 * len(entries)
    size = path + len(interpreted)
    data = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, headers, 0, 0, 0)
    data += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x10000, 0x10000, size, size, 4096)
    data += struct.pack("<IIQQQQQQ", 2, 6, dynamic, 0x10000 + dynamic, 0, 16 * len(entries), 16 * len(entries), 8)
    if interpreter is not None:
        data += struct.pack("<IIQQQQQQ", 3, 4, path, 0x10000 + path, 0, len(interpreted), len(interpreted), 1)
    return data + table + b"".join(struct.pack("<qQ", *entry) for entry in entries) + interpreted
