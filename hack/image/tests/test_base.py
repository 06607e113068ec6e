import support
import base
import rootfs


class Base(support.Case):
    def setUp(self):
        super().setUp()
        self.root = rootfs.Root()
        base.add_skeleton(self.root)

    def add(self, name, files, links=None, only=None):
        base.add_package(self.root, support.package(support.make_deb(self.folder, name, files=files, links=links)), only)

    def test_libraries_of_a_package_from_before_the_merge_are_found_under_usr(self):
        self.add("libc6", {"lib/x86_64-linux-gnu/libc.so.6": b"c"}, {"lib64/ld.so": "/lib/x86_64-linux-gnu/libc.so.6"})
        self.assertEqual(b"c", self.root.entries["usr/lib/x86_64-linux-gnu/libc.so.6"].content)
        self.assertEqual(b"c", self.root.resolve("/lib64/ld.so").content)
        self.assertEqual("usr/lib", self.root.entries["lib"].target)

    def test_what_nobody_reads_at_run_time_is_left_out_but_for_the_copyright(self):
        self.add("app", {path: b"x" for path in (
            "usr/bin/app", "usr/share/doc/app/copyright", "usr/share/doc/app/changelog.gz", "usr/share/man/man1/app.1.gz",
            "usr/share/locale/ko/app.mo", "lib/systemd/system/app.service", "etc/init.d/app", "usr/share/app/manual")})
        self.assertEqual(["usr/bin/app", "usr/share/app/manual", "usr/share/doc/app/copyright"],
                         [path for path, entry in self.root.sorted() if entry.content == b"x"])

    def test_scanners_find_the_package_and_the_files_that_are_there(self):
        self.add("app", {"usr/bin/app": b"x", "usr/share/man/man1/app.1.gz": b"y"})
        control = self.root.entries["var/lib/dpkg/status.d/app"].content.decode()
        self.assertIn("Package: app\n", control)
        self.assertEqual("9dd4e461268c8034f5c8564e155c67a6  usr/bin/app\n",
                         self.root.entries["var/lib/dpkg/status.d/app.md5sums"].content.decode())

    def test_of_base_files_the_name_of_the_system_stays(self):
        self.add("base-files", {"usr/lib/os-release": b"ID=debian\n", "etc/profile": b"x", "etc/debian_version": b"12\n"},
                 {"etc/os-release": "../usr/lib/os-release"})
        self.assertEqual(b"ID=debian\n", self.root.resolve("etc/os-release").content)
        self.assertNotIn("etc/profile", self.root.entries)

    def test_nothing_stays_setuid(self):
        base.add_package(self.root, support.package(support.make_deb(self.folder, "su", files={"usr/bin/su": b"x"}, mode=0o4755)))
        self.assertEqual(0o755, self.root.entries["usr/bin/su"].mode)

    def test_the_certificates_become_one_file_in_the_order_of_their_names(self):
        self.add("ca-certificates", {"usr/share/ca-certificates/mozilla/B.crt": b"b", "usr/share/ca-certificates/mozilla/A.crt": b"a\n",
                                     "usr/sbin/update-ca-certificates": b"#!/bin/sh", "etc/ca-certificates/update.d/x": b""})
        base.add_certificates(self.root)
        self.assertEqual(b"a\nb\n", self.root.resolve("etc/ssl/certs/ca-certificates.crt").content)
        self.assertEqual(b"a\nb\n", self.root.resolve("usr/lib/ssl/cert.pem").content)
        self.assertEqual([], [path for path in self.root.entries if "update" in path or "mozilla" in path])

    def test_an_image_without_certificates_gets_none(self):
        base.add_certificates(self.root)
        self.assertNotIn("etc/ssl", self.root.entries)

    def test_accounts_are_read_as_the_c_library_reads_them(self):
        accounts = {line.split(":")[0]: line.split(":") for line in self.root.entries["etc/passwd"].content.decode().splitlines()}
        self.assertEqual(["65532", "65532"], accounts["nonroot"][2:4])
        self.assertTrue(all(len(account) == 7 for account in accounts.values()))

    def test_shells_are_found(self):
        self.add("shells", {"usr/bin/dash": b"x", "bin/busybox": b"x", "usr/share/sh": b"no program"}, {"bin/sh": "dash"})
        self.assertEqual(["/usr/bin/busybox", "/usr/bin/dash", "/usr/bin/sh"], base.shells(self.root))
