#!/usr/bin/python3
"""Writes an OCI archive again under other names, as a mirror keeps an image: rename-image.py FROM.tar TO.tar NAME:TAG...

The image stays the same, bit for bit. With several names, one import brings all of them.
"""
import io
import json
import sys
import tarfile


def named(manifest, name):
    return {**manifest, "annotations": {
        **manifest.get("annotations", {}), "io.containerd.image.name": name, "org.opencontainers.image.ref.name": name}}


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    source, target, names = sys.argv[1], sys.argv[2], sys.argv[3:]
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        index = json.load(old.extractfile("index.json"))
        if len(index["manifests"]) != 1:
            sys.exit(f"rename-image.py: {source} holds {len(index['manifests'])} images, not one")
        index["manifests"] = [named(index["manifests"][0], name) for name in names]
        for member in old.getmembers():
            if member.name == "manifest.json":  # Docker's own index, of one image and one name
                continue
            content = old.extractfile(member) if member.isfile() else None
            if member.name == "index.json":
                data = json.dumps(index).encode()
                member.size, content = len(data), io.BytesIO(data)
            new.addfile(member, content)


if __name__ == "__main__":
    main()
