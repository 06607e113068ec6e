#!/usr/bin/python3
"""Unpacks an OCI archive as a node would: DIR/rootfs, and DIR/config.json with the image's configuration.

    unpack.py ARCHIVE.tar DIR

Every digest on the way from the index to the layers is checked. Layers must not remove files of lower ones: ours never do.
"""
import gzip
import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path


def blob(archive, descriptor):
    digest = descriptor["digest"]
    content = archive.extractfile("blobs/" + digest.replace(":", "/")).read()
    if "sha256:" + hashlib.sha256(content).hexdigest() != digest or len(content) != descriptor["size"]:
        sys.exit(f"unpack.py: the content of {digest} is not what its name says")
    return content


def unpack(path, folder):
    rootfs = folder / "rootfs"
    rootfs.mkdir(parents=True)
    with tarfile.open(path) as archive:
        if json.load(archive.extractfile("oci-layout")) != {"imageLayoutVersion": "1.0.0"}:
            sys.exit(f"unpack.py: {path} has no image layout 1.0.0")
        index = json.load(archive.extractfile("index.json"))
        manifest = json.loads(blob(archive, index["manifests"][0]))
        config = json.loads(blob(archive, manifest["config"]))
        for descriptor, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True):
            layer = gzip.decompress(blob(archive, descriptor))
            if "sha256:" + hashlib.sha256(layer).hexdigest() != diff_id:
                sys.exit(f"unpack.py: {descriptor['digest']} does not unpack to {diff_id}")
            with tarfile.open(fileobj=io.BytesIO(layer)) as files:
                if any(Path(name).name.startswith(".wh.") for name in files.getnames()):
                    sys.exit("unpack.py: a layer removes files")
                files.extractall(rootfs)
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    unpack(Path(sys.argv[1]), Path(sys.argv[2]))
