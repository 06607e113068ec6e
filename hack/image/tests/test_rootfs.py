import os

import support
import rootfs


class Paths(support.Case):
    def setUp(self):
        super().setUp()
        self.root = rootfs.Root()

    def test_parents_are_made(self):
        self.root.file("/a/b/c", b"x")
        self.assertEqual(["a", "a/b", "a/b/c"], [path for path, _ in self.root.sorted()])
        self.assertEqual((rootfs.DIRECTORY, 0o755), (self.root.entries["a"].kind, self.root.entries["a"].mode))

    def test_files_go_where_linked_folders_lead(self):
        self.root.directory("usr/lib")
        self.root.link("lib", "usr/lib")
        self.root.link("usr/lib/here", "../share")
        self.root.directory("lib")
        self.root.directory("lib/x")
        self.root.file("lib/x/y", b"")
        self.root.file("lib/here/z", b"")
        self.assertEqual(rootfs.LINK, self.root.entries["lib"].kind)
        self.assertIn("usr/lib/x/y", self.root.entries)
        self.assertIn("usr/share/z", self.root.entries)

    def test_links_at_the_end_are_resolved_only_when_asked(self):
        self.root.file("etc/ssl/certs/all", b"x")
        self.root.link("usr/lib/ssl/certs", "/etc/ssl/certs")
        self.root.link("all", "usr/lib/ssl/certs/all")
        self.assertEqual("all", self.root.place("all"))
        self.assertEqual(b"x", self.root.resolve("all").content)
        self.assertIsNone(self.root.resolve("usr/lib/ssl/none"))

    def test_a_circle_of_links_is_refused(self):
        self.root.link("a", "b")
        self.root.link("b", "a")
        with self.assertRaisesRegex(rootfs.RootError, "too many links"):
            self.root.file("a/x", b"")
        self.assertIsNone(self.root.resolve("a"))

    def test_no_path_leads_out(self):
        with self.assertRaisesRegex(rootfs.RootError, r"contains '\.\.'"):
            self.root.file("a/../../x", b"")

    def test_two_packages_cannot_have_different_files_of_a_name(self):
        self.root.file("a", b"x")
        self.root.file("a", b"x")
        with self.assertRaisesRegex(rootfs.RootError, "/a: two different files"):
            self.root.file("a", b"y")
        self.root.file("a", b"y", replace=True)
        self.assertEqual(b"y", self.root.entries["a"].content)

    def test_a_file_is_no_folder(self):
        self.root.file("a", b"x")
        with self.assertRaisesRegex(rootfs.RootError, "/a is a file"):
            self.root.file("a/b", b"")
        with self.assertRaisesRegex(rootfs.RootError, "is a file already"):
            self.root.directory("a")

    def test_folders_come_before_what_is_in_them(self):
        for path in ("a/b", "a-b", "a.d/x"):
            self.root.file(path, b"")
        self.assertEqual(["a", "a/b", "a-b", "a.d", "a.d/x"], [path for path, _ in self.root.sorted()])

    def test_removing_takes_all_that_is_below_and_nothing_beside(self):
        for path in ("a/b/c", "a/bc"):
            self.root.file(path, b"")
        self.root.remove("a/b")
        self.assertEqual(["a", "a/bc"], sorted(self.root.entries))


class FromOutside(support.Case):
    def test_a_tree_is_the_same_whatever_the_umask_was(self):
        made = []
        for umask in (0o022, 0o077):
            source, before = self.folder / f"tree{umask}", os.umask(umask)
            try:
                (source / "bin").mkdir(parents=True)
                (source / "bin/run").write_bytes(b"#!")
                (source / "bin/run").chmod(0o777 & ~umask)
                (source / "note").write_bytes(b"n")
                (source / "link").symlink_to("bin/run")
            finally:
                os.umask(before)
            root = rootfs.Root()
            rootfs.add_tree(root, source, "/app")
            made.append(root.entries)
        self.assertEqual(made[0], made[1])
        self.assertEqual([0o755, 0o644], [made[0][path].mode for path in ("app/bin/run", "app/note")])
        self.assertEqual("bin/run", made[0]["app/link"].target)

    def test_written_out_it_is_the_same(self):
        root = rootfs.Root()
        root.directory("tmp", 0o1777)
        root.file("bin/run", b"#!", 0o755)
        root.link("run", "bin/run")
        root.write(self.folder / "out")
        self.assertEqual(0o1777, (self.folder / "out/tmp").stat().st_mode & 0o7777)
        self.assertEqual(0o755, (self.folder / "out/bin/run").stat().st_mode & 0o7777)
        self.assertEqual("bin/run", os.readlink(self.folder / "out/run"))
        with self.assertRaisesRegex(rootfs.RootError, "not empty"):
            root.write(self.folder / "out")

    def test_a_missing_folder_is_said_so(self):
        with self.assertRaisesRegex(rootfs.RootError, "is not a folder"):
            rootfs.add_tree(rootfs.Root(), self.folder / "none", "/")
