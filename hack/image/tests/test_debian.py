import contextlib
import io
import os
import time

import support
import debian


def package(name, **fields):
    return debian.Package(name, "1", "all", {key.replace("_", "-"): value for key, value in fields.items()})


class Fields(support.Case):
    def test_alternatives_are_read_without_versions_and_architectures(self):
        self.assertEqual([["a"], ["b", "c"], ["d"], ["e"]], debian.alternatives("a (>= 1:2), b | c:any,d [amd64], e <!nocheck>"))
        self.assertEqual([], debian.alternatives(""))

    def test_a_paragraph_keeps_continuation_lines(self):
        self.assertEqual({"A": "1", "B": "x\n y\n .\n z"}, debian.paragraph("A: 1\nB: x\n y\n .\n z"))

    def test_the_source_package_may_have_a_version_of_its_own(self):
        self.assertEqual(("krb5", "1.20"), package("libkrb5-3", Source="krb5 (1.20)").source)
        self.assertEqual(("glibc", "1"), package("libc6", Source="glibc").source)
        self.assertEqual(("zlib", "1"), package("zlib").source)


class Closure(support.Case):
    def names(self, roots, *candidates):
        return [each.name for each in debian.closure(roots, candidates)]

    def test_dependencies_are_followed_but_not_into_essential_packages(self):
        self.assertEqual(["app", "libc", "libx"], self.names(
            ["app"], package("app", Depends="libx, shell", Pre_Depends="libc"), package("libx", Depends="libc"), package("libc"),
            package("shell", Essential="yes", Depends="libshell"), package("libshell"), package("other")))

    def test_what_only_maintainer_scripts_need_is_left_out(self):
        self.assertEqual(["app", "ca-certificates"], self.names(
            ["app"], package("app", Depends="debconf | debconf-2.0, ca-certificates"), package("debconf", Depends="perl"),
            package("perl"), package("ca-certificates", Depends="openssl"), package("openssl")))

    def test_openssl_is_left_out_for_ca_certificates_only(self):
        self.assertEqual(["app", "ca-certificates", "openssl"], self.names(
            ["app"], package("app", Depends="ca-certificates, openssl"), package("ca-certificates", Depends="openssl"), package("openssl")))

    def test_what_is_named_is_taken(self):
        self.assertEqual(["app", "libshell", "shell"], self.names(
            ["app", "shell"], package("app", Depends="shell"), package("shell", Essential="yes", Depends="libshell"), package("libshell")))

    def test_an_alternative_and_a_virtual_package_lead_to_what_apt_chose(self):
        self.assertEqual(["app", "exim", "libssl3t64"], self.names(
            ["app"], package("app", Depends="postfix | mail, libssl3"), package("exim", Provides="mail"),
            package("libssl3t64", Provides="libssl3 (= 3)")))

    def test_a_circle_ends(self):
        self.assertEqual(["a", "b"], self.names(["a"], package("a", Depends="b"), package("b", Depends="a")))


class Sources(support.Case):
    def sources(self, codename="bookworm", **files):
        folder = self.folder / "sources.list.d"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            name = name.replace("__", ".")
            (self.folder if name == "sources.list" else folder).joinpath(name).write_text(text)
        return debian.distribution_sources(self.folder, codename)

    def test_of_one_line_sources_those_of_the_distribution_are_taken(self):
        ours = ["deb http://a.example/debian bookworm main contrib # the mirror",
                "deb [arch=amd64 signed-by=/k] http://a.example/debian-security bookworm-security main",
                "deb http://a.example/debian/ stable main"]
        others = ["deb-src http://a.example/debian bookworm main", "# deb http://b.example/debian bookworm main",
                  "deb https://docker.example/linux/debian bookworm stable", "deb https://node.example nodistro main",
                  "deb https://sdk.example/apt cloud-sdk-bookworm main", "deb https://browser.example/deb/ stable main",
                  "deb http://a.example/debian trixie main", "deb file:/flat ./", "deb", ""]
        text = "\n".join(ours + others)
        self.assertEqual({"sources.list": "\n".join(ours) + "\n", "more.list": ours[0] + "\n"},
                         self.sources(sources__list=text, more__list=ours[0], vendor__list="\n".join(others)))

    def test_of_paragraphs_those_of_the_distribution_are_taken(self):
        ours = "Types: deb\nURIs: http://a.example/debian\nSuites: bookworm\n bookworm-updates\nComponents: main\nSigned-By:\n .\n key"
        self.assertEqual({"debian.sources": ours + "\n"}, self.sources(
            debian__sources=f"# the mirror\n{ours}\n\n\n{ours}\nEnabled: no\n\n{ours.replace('deb', 'deb-src', 1)}\n",
            vendor__sources=ours.replace("bookworm", "nodistro") + "\n\n" + ours.replace("main", "stable") + "\n"))

    def test_no_sources_are_none(self):
        self.assertEqual({}, self.sources())

    def test_those_of_this_machine_are_found(self):
        self.assertTrue(debian.distribution_sources("/etc/apt", debian.os_release()["VERSION_CODENAME"]))


class FromApt(support.Case):
    def setUp(self):
        super().setUp()
        self.archive = support.Archive(self.folder)
        self.apt = self.archive.apt

    def test_dependencies_come_with_a_package_or_not(self):
        self.archive.add("app", Depends="libx (>= 2)", Recommends="nice")
        self.archive.add("libx", "1:2")
        self.archive.add("nice")
        self.assertEqual(["app", "libx"], [each.name for each in self.apt.fetch(["app"])])
        self.assertEqual(["app"], [each.name for each in self.apt.fetch(["app"], with_dependencies=False)])

    def test_the_newest_version_is_taken_or_the_one_that_is_named(self):
        self.archive.add("app", "1.9")
        self.archive.add("app", "1.10")
        self.assertEqual(["1.10"], [each.version for each in self.apt.fetch(["app"])])
        for dependencies in (True, False):
            self.assertEqual(["1.9"], [each.version for each in self.apt.fetch(["app=1.9"], dependencies)])

    def test_what_is_missing_is_named(self):
        self.archive.add("app", Depends="gone")
        for names, text in ((["none"], "none"), (["app"], "gone"), (["app=7"], "7")):
            with self.assertRaisesRegex(debian.PackageError, text):
                self.apt.fetch(names)

    def test_a_file_that_differs_from_the_index_is_refused(self):
        self.archive.add("app", files={"usr/share/app/a": b"good"})
        deb = self.archive.debs[0]
        deb.write_bytes(deb.read_bytes().replace(b"good", b"evil"))
        with self.assertRaises(debian.PackageError):
            self.apt.fetch(["app"])
        self.assertEqual([], list(self.apt.debs.glob("*.deb")))

    def test_a_file_in_the_cache_that_differs_is_fetched_anew(self):
        self.archive.add("app", files={"usr/share/app/a": b"good"})
        cached = self.apt.fetch(["app"])[0].deb
        whole = cached.read_bytes()
        # apt hands out files of a local archive as links; a cache of its own has them as files.
        cached.unlink()
        cached.write_bytes(whole[:100])
        self.assertEqual(whole, self.apt.fetch(["app"])[0].deb.read_bytes())

    def test_an_index_that_is_hours_old_is_fetched_again_when_a_file_is_gone(self):
        self.archive.add("app", "1")
        self.apt.fetch(["app"], with_dependencies=False)
        (self.apt.debs / "app_1_all.deb").unlink()
        self.archive.debs.pop().unlink()
        self.archive.add("app", "2")
        self.assertEqual(["2"], [each.version for each in self.apt.fetch(["app"])])

    def test_a_day_later_the_newer_version_is_found(self):
        self.archive.add("app", "1")
        self.apt.fetch(["app"])
        self.archive.add("app", "2")
        self.assertEqual("1", self.apt.fetch(["app"])[0].version)
        self.make_index_old()
        self.assertEqual("2", self.apt.fetch(["app"])[0].version)

    def make_index_old(self):
        yesterday = time.time() - 86400
        os.utime(self.apt.state / "updated", (yesterday, yesterday))

    def test_what_was_fetched_serves_on_where_the_archive_is_out_of_reach(self):
        self.archive.add("app", "1")
        self.apt.fetch(["app"])
        self.archive.folder.rename(self.folder / "away")
        self.make_index_old()
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual("1", self.apt.fetch(["app"])[0].version)
        self.assertIn("warning: going on with the package index of", said.getvalue())

    def test_without_an_index_an_archive_out_of_reach_is_an_error(self):
        with self.assertRaisesRegex(debian.PackageError, "apt-get .*update failed"):
            self.apt.fetch(["app"])

    def test_contents_come_with_modes_and_links(self):
        self.archive.add("app", files={"usr/bin/app": b"#!"}, links={"usr/bin/other": "app"})
        app = self.apt.fetch(["app"])[0]
        files = {path: (member.mode, member.linkname, content) for member, path, content in app.files() if not member.isdir()}
        self.assertEqual((0o755, "", b"#!"), files["usr/bin/app"])
        self.assertEqual("app", files["usr/bin/other"][1])
        self.assertIn("control", app.control())
