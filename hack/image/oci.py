"""Layers, and the archive that holds them: OCI image specification 1.0, "Image Layout" and "Image Configuration".

The archive also has the manifest.json by which engines older than that specification load images.
"""
import dataclasses
import datetime
import gzip
import hashlib
import io
import json
import tarfile

CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
# 9 takes three times as long and saves less than one percent.
LEVEL = 6
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclasses.dataclass(frozen=True)
class Layer:
    compressed: bytes
    # The digest of the tar file before compression: what the configuration names.
    diff_id: str
    size: int


@dataclasses.dataclass(frozen=True)
class Image:
    """What `docker inspect` would say of it."""

    name: str
    architecture: str
    created: int
    config: dict
    layers: list

    @property
    def configuration(self):
        return encode({
            "architecture": self.architecture,
            "config": self.config,
            "created": rfc3339(self.created),
            "history": [{"created": rfc3339(self.created), "created_by": "hack/image/assemble.py"} for _ in self.layers],
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in self.layers]},
        })

    @property
    def manifest(self):
        return encode({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(CONFIG, self.configuration),
            "layers": [descriptor(LAYER, layer.compressed) for layer in self.layers],
        })

    @property
    def digest(self):
        """What a registry will name it by, if whoever copies it there keeps the manifest."""
        return sha256(self.manifest)

    @property
    def compressed_size(self):
        return sum(len(layer.compressed) for layer in self.layers)

    @property
    def size(self):
        return sum(layer.size for layer in self.layers)


def layers(root, time):
    """The layers of a root file system, lowest first. `time` is for files of unknown age in layers without older files."""
    numbers = sorted({entry.layer for entry in root.entries.values()})
    return [layer([item for item in root.sorted() if item[1].layer == number], time) for number in numbers]


def layer(items, time):
    """One layer. Where files have times of their own, as packages' have, the newest goes for the others: so a layer of packages
    depends on these alone, and a node that has it need not fetch it again with each release."""
    time = max((entry.time for _, entry in items if entry.time is not None), default=time)
    data = archive((information(path, entry, time), entry.content) for path, entry in items)
    return Layer(compress(data), sha256(data), len(data))


def information(path, entry, time):
    member = tarfile.TarInfo(path)
    member.mode, member.mtime = entry.mode, time if entry.time is None else entry.time
    if entry.kind == "directory":
        member.type = tarfile.DIRTYPE
    elif entry.kind == "link":
        member.type, member.linkname = tarfile.SYMTYPE, entry.target
    else:
        member.size = len(entry.content)
    return member


def archive(members):
    """A tar file: the members in their order, all of root, no names, nothing of this machine."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member, content in members:
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def compress(data):
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=buffer, mtime=0) as file:
        file.write(data)
    return buffer.getvalue()


def save(image, path):
    """Writes the archive. `ctr images import`, `docker load`, `podman load` and `skopeo copy oci-archive:` take it."""
    manifest = dict(descriptor(MANIFEST, image.manifest), platform={"architecture": image.architecture, "os": "linux"}, annotations={
        "io.containerd.image.name": image.name,
        "org.opencontainers.image.ref.name": image.name,
    })
    files = {
        "oci-layout": encode({"imageLayoutVersion": "1.0.0"}),
        "index.json": encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest]}),
        "manifest.json": encode([{
            "Config": blob(image.configuration), "RepoTags": [image.name], "Layers": [blob(layer.compressed) for layer in image.layers],
        }]),
    }
    for content in [image.configuration, image.manifest, *(layer.compressed for layer in image.layers)]:
        files[blob(content)] = content

    def members():
        for folder in ("blobs", "blobs/sha256"):
            member = tarfile.TarInfo(folder)
            member.type, member.mode, member.mtime = tarfile.DIRTYPE, 0o755, image.created
            yield member, b""
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.mode, member.mtime, member.size = 0o644, image.created, len(content)
            yield member, content

    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(archive(members()))
    unfinished.replace(path)


def encode(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def blob(content):
    return "blobs/" + sha256(content).replace(":", "/")


def descriptor(kind, content):
    return {"mediaType": kind, "digest": sha256(content), "size": len(content)}


def rfc3339(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
