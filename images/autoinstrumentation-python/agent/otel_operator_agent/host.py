"""What the application has installed, read from the names of its metadata folders: no file is opened until one matters."""

import os
import re

_METADATA = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*?)-(?P<version>[0-9][^-]*)(?:-py[0-9.]+)?\.(?:dist|egg)-info$")


def canonical(name):
    """The spelling of a package's name in which two names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Installed:
    """One installed distribution: its version, and its requirements when somebody asks."""

    def __init__(self, version, folder):
        self.version = version
        self._folder = folder

    @property
    def requirements(self):
        for file in ("METADATA", "PKG-INFO"):
            try:
                with open(os.path.join(self._folder, file), encoding="utf-8", errors="replace") as lines:
                    return _requirements(lines)
            except OSError:
                continue
        return []


def _requirements(lines):
    found = []
    for line in lines:
        if not line.strip():
            break  # the headers end here, the description begins
        key, _, value = line.partition(":")
        if key.lower() == "requires-dist":
            found.append(value.strip())
    return found


def installed(paths):
    """The distributions in the folders `paths` by canonical name. As in an import, the first folder that has one wins."""
    found = {}
    for path in paths:
        try:
            entries = os.listdir(path or ".")
        except OSError:
            continue  # not there, or a zip file
        for entry in entries:
            match = _METADATA.match(entry)
            if match:
                folder = os.path.join(path, entry)
                found.setdefault(canonical(match["name"]), Installed(match["version"], folder))
    return found
