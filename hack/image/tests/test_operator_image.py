import json
import re
from unittest import mock

import support
import oci
import operator_image
import rootfs
import spdx

LIBRARIES = "usr/lib/x86_64-linux-gnu"


class OperatorImage(support.Case):
    def setUp(self):
        super().setUp()
        self.archive = support.Archive(self.folder)
        self.add("libc6", "libc.so.6", files={f"{LIBRARIES}/gconv/UTF-7.so": b"x", "lib64/ld.so": b"loader"})
        self.add("libcurl4", "libcurl.so.4", "libssl.so.3", "libc.so.6", Depends="libssl3, libunused, debconf")
        self.add("libssl3", "libssl.so.3", "libc.so.6", links={"usr/share/doc/libssl3": "ssl-base"}, Depends="ssl-base")
        self.add("libunused", "libunused.so.1", "libc.so.6")
        self.archive.add("ssl-base", files={"usr/share/doc/ssl-base/copyright": b"free"})
        self.archive.add("debconf", files={"usr/bin/debconf": b"#!/bin/sh"})
        self.archive.add("base-files", files={"usr/lib/os-release": b'ID=debian\nVERSION_ID="12"\n'}, links={"etc/os-release": "../usr/lib/os-release"})
        self.archive.add("ca-certificates", files={"usr/share/ca-certificates/mozilla/A.crt": b"a\n"})
        self.archive.add("openssl", files={"etc/ssl/openssl.cnf": b"conf", "usr/bin/openssl": b"program"})
        self.linked = mock.patch.object(operator_image, "LINKED", ["libc6", "libcurl4"])
        self.linked.start()
        self.addCleanup(self.linked.stop)

    def add(self, name, soname, *needed, files=None, links=None, **fields):
        self.archive.add(name, files={f"{LIBRARIES}/{soname}.0": support.library(soname, *needed), **(files or {})},
                         links={f"{LIBRARIES}/{soname}": f"{soname}.0", **(links or {})}, **fields)

    def make(self, *needed):
        self.program = support.library(None, *(needed or ("libcurl.so.4", "libc.so.6")), interpreter="/lib64/ld.so")
        return operator_image.make_root(self.program, self.archive.apt)

    def test_it_holds_the_packages_whose_libraries_are_loaded_and_no_others(self):
        root, packages, direct = self.make()
        self.assertEqual(["base-files", "ca-certificates", "libc6", "libcurl4", "libssl3", "openssl", "ssl-base"], [each.name for each in packages])
        self.assertEqual({"libc6", "libcurl4"}, direct)
        self.assertIsNotNone(root.resolve("lib/x86_64-linux-gnu/libssl.so.3"))

    def test_it_holds_no_program_but_the_operator(self):
        root, _, _ = self.make()
        self.assertEqual(["manager"], [path for path, entry in root.sorted() if entry.kind == rootfs.FILE and entry.mode & 0o111])
        self.assertEqual("/manager", root.entries["usr/local/bin/otel-operator"].target)
        self.assertNotIn(f"{LIBRARIES}/gconv", root.entries)
        self.assertEqual(b"conf", root.entries["etc/ssl/openssl.cnf"].content)

    def test_a_copyright_file_in_another_package_comes_along(self):
        root, _, _ = self.make()
        self.assertEqual(b"free", root.resolve("usr/share/doc/libssl3/copyright").content)

    def test_a_library_that_no_package_has_is_named(self):
        with self.assertRaisesRegex(rootfs.RootError, r"the program needs libnew\.so\.7.*LINKED"):
            self.make("libnew.so.7")

    def test_a_program_in_a_package_of_libraries_is_refused(self):
        self.add("libcurl4", "libcurl.so.4", "libc.so.6", files={"usr/bin/sh": b"x"}, version="2")
        with self.assertRaisesRegex(rootfs.RootError, "programs that nobody needs: /usr/bin/sh"):
            self.make()

    def test_a_program_without_its_loader_is_refused(self):
        program = support.library(None, "libc.so.6", interpreter="/lib64/other.so")
        with self.assertRaisesRegex(rootfs.RootError, "loader /lib64/other.so is missing"):
            operator_image.make_root(program, self.archive.apt)
        with self.assertRaisesRegex(rootfs.RootError, "no dynamically linked ELF file"):
            operator_image.make_root(b"#!/bin/sh", self.archive.apt)

    def test_another_commit_leaves_the_layer_of_packages_as_it_is(self):
        root, _, _ = self.make()
        before, after = operator_image.image(root, "a:1", 1000, "abc"), operator_image.image(root, "a:1", 2000, "def")
        self.assertEqual(before.layers[0].diff_id, after.layers[0].diff_id)
        self.assertNotEqual(before.digest, after.digest)

    def test_two_runs_are_equal_bit_for_bit(self):
        for name in ("one", "two"):
            root, _, _ = self.make()
            oci.save(operator_image.image(root, "a:1", 1000, "abc"), self.folder / f"{name}.tar")
        self.assertEqual((self.folder / "one.tar").read_bytes(), (self.folder / "two.tar").read_bytes())

    def test_the_bill_of_materials_names_what_is_linked(self):
        root, packages, direct = self.make()
        pins = [{"identity": "swift-nio", "location": "https://github.com/apple/swift-nio.git", "state": {"version": "2.0", "revision": "abc"}}]
        made = operator_image.image(root, "registry.example/otel-operator:1", 1000, "")
        text, linked = operator_image.bill(made, root, packages, direct, pins, "6.3.1")
        document = json.loads(text)
        relations = {(each["relationshipType"], each["relatedSpdxElement"]) for each in document["relationships"] if each["spdxElementId"] == "SPDXRef-Operator"}
        self.assertEqual({("DYNAMIC_LINK", "SPDXRef-deb-libc6"), ("DYNAMIC_LINK", "SPDXRef-deb-libcurl4"),
                          ("STATIC_LINK", "SPDXRef-swift-swift-nio"), ("STATIC_LINK", "SPDXRef-generic-swift")}, relations)
        self.assertEqual(2, linked)
        self.assertEqual({"ID": "debian", "VERSION_ID": "12"}, spdx.distribution(root))


class Agreement(support.Case):
    """The Dockerfile says in its own words what operator_image.py says."""

    def setUp(self):
        super().setUp()
        self.dockerfile = (operator_image.REPOSITORY / "Dockerfile").read_text().rpartition("FROM scratch")[2]
        self.config = operator_image.image(rootfs.Root(), "a:1", 0, "abc").config

    def test_user_ports_entry_point_and_environment(self):
        self.assertEqual(self.config["User"], re.search(r"^USER (.+)$", self.dockerfile, re.MULTILINE)[1])
        self.assertEqual({f"{port}/tcp" for port in re.search(r"^EXPOSE (.+)$", self.dockerfile, re.MULTILINE)[1].split()},
                         set(self.config["ExposedPorts"]))
        self.assertEqual(self.config["Entrypoint"], json.loads(re.search(r"^ENTRYPOINT (.+)$", self.dockerfile, re.MULTILINE)[1]))
        self.assertEqual(self.config["Env"], re.findall(r"^ENV (.+)$", self.dockerfile, re.MULTILINE))

    def test_labels(self):
        labels = dict(re.findall(r'(org\.opencontainers\.image\.\w+)="([^"]*)"', self.dockerfile))
        ours = {**self.config["Labels"], "org.opencontainers.image.revision": "$REVISION"}
        del ours["org.opencontainers.image.created"]
        self.assertEqual(ours, labels)

    def test_the_manifests_name_this_version(self):
        manifest = (operator_image.REPOSITORY / "manifests/deployment.yaml").read_text()
        self.assertIn(f"image: {operator_image.NAME}:{operator_image.version()}\n", manifest)
