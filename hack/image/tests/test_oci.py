import gzip
import hashlib
import io
import json
import tarfile

import support
import oci
import rootfs
import unpack

TIME = 1_700_000_000


def example(**changes):
    root = rootfs.Root()
    root.directory("tmp", 0o1777)
    root.file("etc/motd", b"hello\n")
    root.layer = 1
    root.file("app", b"program", 0o755)
    root.link("bin/app", "/app")
    config = {"Entrypoint": ["/app"], "User": "65532:65532"}
    return oci.Image(**{"name": "registry.example/app:1", "architecture": "amd64", "created": TIME, "config": config,
                        "layers": oci.layers(root, TIME), **changes})


class Archive(support.Case):
    def setUp(self):
        super().setUp()
        self.image = example()
        self.path = self.folder / "dist/image.tar"
        oci.save(self.image, self.path)
        with tarfile.open(self.path) as archive:
            self.files = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}

    def json(self, name):
        return json.loads(self.files[name])

    def test_it_is_an_image_layout_whose_blobs_are_named_by_what_they_hold(self):
        self.assertEqual({"imageLayoutVersion": "1.0.0"}, self.json("oci-layout"))
        for name, content in self.files.items():
            if name.startswith("blobs/"):
                self.assertEqual(f"blobs/sha256/{hashlib.sha256(content).hexdigest()}", name)
        self.assertEqual(4, sum(name.startswith("blobs/") for name in self.files))

    def test_the_index_names_the_image_for_containerd_and_for_others(self):
        entry, = self.json("index.json")["manifests"]
        self.assertEqual({"io.containerd.image.name": "registry.example/app:1", "org.opencontainers.image.ref.name": "registry.example/app:1"},
                         entry["annotations"])
        self.assertEqual(self.image.digest, entry["digest"])
        self.assertEqual({"architecture": "amd64", "os": "linux"}, entry["platform"])

    def test_older_engines_find_the_same_layers(self):
        entry, = self.json("manifest.json")
        self.assertEqual(["registry.example/app:1"], entry["RepoTags"])
        manifest = json.loads(self.image.manifest)
        self.assertEqual([f"blobs/{layer['digest'].replace(':', '/')}" for layer in manifest["layers"]], entry["Layers"])
        self.assertEqual(json.loads(self.image.configuration), self.json(entry["Config"]))

    def test_unpacked_it_is_what_went_in(self):
        unpack.unpack(self.path, self.folder / "out")
        rootfs_folder = self.folder / "out/rootfs"
        self.assertEqual("hello\n", (rootfs_folder / "etc/motd").read_text())
        self.assertEqual(0o1777, (rootfs_folder / "tmp").stat().st_mode & 0o7777)
        self.assertEqual(0o755, (rootfs_folder / "app").stat().st_mode & 0o7777)
        self.assertTrue((rootfs_folder / "bin/app").is_symlink())
        self.assertEqual(TIME, (rootfs_folder / "app").stat().st_mtime)
        config = json.loads((self.folder / "out/config.json").read_text())
        self.assertEqual((["/app"], "2023-11-14T22:13:20Z"), (config["config"]["Entrypoint"], config["created"]))

    def test_a_damaged_archive_is_not_unpacked(self):
        data = self.path.read_bytes()
        place = data.index(self.image.layers[1].compressed) + 40
        self.path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1:])
        with self.assertRaisesRegex(SystemExit, "is not what its name says"):
            unpack.unpack(self.path, self.folder / "out")

    def test_everything_belongs_to_root_and_carries_no_names(self):
        with tarfile.open(self.path) as archive:
            layer = archive.extractfile(self.json("manifest.json")[0]["Layers"][0]).read()
            members = [*archive, *tarfile.open(fileobj=io.BytesIO(layer))]
        self.assertEqual({(0, 0, "", "")}, {(each.uid, each.gid, each.uname, each.gname) for each in members})


class Layers(support.Case):
    def test_two_of_the_same_are_the_same(self):
        self.assertEqual(example().layers, example().layers)
        self.assertEqual(example().digest, example().digest)

    def test_the_name_of_the_image_is_no_part_of_its_digest(self):
        self.assertEqual(example().digest, example(name="mirror.example/app:1").digest)

    def test_a_layer_of_packages_depends_on_the_packages_alone(self):
        def layer(time):
            root = rootfs.Root()
            root.time = 1000
            root.file("usr/lib/a", b"a")
            root.time = 2000
            root.file("usr/lib/b", b"b")
            root.time = None
            root.file("etc/passwd", b"p")
            root.layer = 1
            root.file("app", b"x")
            return oci.layers(root, time)
        before, after = layer(5000), layer(6000)
        self.assertEqual(before[0], after[0])
        self.assertNotEqual(before[1], after[1])
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(before[0].compressed))) as tar:
            times = {member.name: member.mtime for member in tar}
        self.assertEqual((1000, 2000, 2000), (times["usr/lib/a"], times["usr/lib/b"], times["etc/passwd"]))
