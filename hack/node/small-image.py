#!/usr/bin/env python3
"""Writes a container image of one layer that holds a few files: the pause image, and what the check runs.

small-image.py NAME:TAG OUTPUT.tar ENTRYPOINT SOURCE=/DESTINATION...

ENTRYPOINT is one path. The output is what `docker save` writes, and `ctr images import` reads. The same input gives the
same bytes. A destination without source (`=/tmp/`) is an empty directory that everybody may write to; a source
`->TARGET` is a symbolic link.
"""

import hashlib
import io
import json
import os
import sys
import tarfile

EPOCH = "1970-01-01T00:00:00Z"


def add(archive, name, data=None, mode=0o644):
    entry = tarfile.TarInfo(name)
    entry.mode = mode
    if data is None:
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
    else:
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))


def add_link(archive, name, target):
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target, 0o777
    archive.addfile(entry)


def layer_of(files):
    buffer = io.BytesIO()
    made = {""}
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for word in files:
            source, destination = word.split("=", 1)
            path = destination.strip("/")
            parents = path.split("/")[:-1]
            for depth in range(1, len(parents) + 1):
                parent = "/".join(parents[:depth])
                if parent not in made:
                    made.add(parent)
                    add(archive, parent, mode=0o755)
            if source.startswith("->"):
                add_link(archive, path, source[2:])
            elif source:
                with open(source, "rb") as file:
                    add(archive, path, file.read(), 0o755 if os.access(source, os.X_OK) else 0o644)
            else:
                made.add(path)
                add(archive, path, mode=0o1777)
    return buffer.getvalue()


def main(name, output, entrypoint, *files):
    layer = layer_of(files)
    config = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine),
        "os": "linux",
        "created": EPOCH,
        "config": {"Entrypoint": [entrypoint], "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        "history": [{"created": EPOCH, "created_by": "small-image.py"}],
    }
    data = json.dumps(config, sort_keys=True).encode()
    config_name = hashlib.sha256(data).hexdigest() + ".json"
    manifest = [{"Config": config_name, "RepoTags": [name], "Layers": ["layer.tar"]}]
    with tarfile.open(output, "w", format=tarfile.USTAR_FORMAT) as archive:
        add(archive, config_name, data)
        add(archive, "layer.tar", layer)
        add(archive, "manifest.json", json.dumps(manifest).encode())


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
