import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import support
import assemble
import unpack

PROGRAM = Path(assemble.__file__)


class CommandLine(support.Case):
    """assemble.py as a process; with files alone it asks no archive for anything."""

    def setUp(self):
        super().setUp()
        (self.folder / "tree/lib").mkdir(parents=True)
        (self.folder / "tree/lib/a.py").write_text("a\n")
        (self.folder / "tree/link").symlink_to("lib/a.py")
        (self.folder / "start").write_text("#!")

    def run_it(self, *arguments, **environment):
        return subprocess.run(
            [sys.executable, PROGRAM, "--name", "registry.example/app:1", *arguments], cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env=dict(os.environ, SOURCE_DATE_EPOCH="1700000000", **environment))

    ARGUMENTS = ["--tree", "tree=/app", "--file", "start=/app/start:755", "--link", "/start=app/start", "--directory", "/tmp:1777",
                 "--entrypoint", '["/start"]', "--cmd", '["x"]', "--env", "A=b=c", "--label", "l=m", "--workdir", "/app", "--expose", "80"]

    def test_two_runs_are_equal_bit_for_bit_whatever_is_around_them(self):
        for name, more in (("one", {"PYTHONHASHSEED": "1", "TZ": "UTC", "LANG": "C"}), ("two", {"PYTHONHASHSEED": "2", "TZ": "Asia/Seoul", "LANG": "C.UTF-8"})):
            done = self.run_it(*self.ARGUMENTS, "--output", f"{name}.tar", "--sbom", f"{name}.json", **more)
            self.assertEqual(0, done.returncode, done.stdout)
            # Another time of change, another order in the folder, another owner's umask.
            for path in sorted((self.folder / "tree").rglob("*"), reverse=True):
                os.utime(path, (1, 1), follow_symlinks=False)
            (self.folder / "start").chmod(0o600)
        for kind in ("tar", "json"):
            self.assertEqual((self.folder / f"one.{kind}").read_bytes(), (self.folder / f"two.{kind}").read_bytes())

    def test_the_configuration_is_what_the_command_line_says(self):
        self.assertEqual(0, self.run_it(*self.ARGUMENTS, "--output", "it.tar").returncode)
        unpack.unpack(self.folder / "it.tar", self.folder / "it")
        config = json.loads((self.folder / "it/config.json").read_text())
        self.assertEqual({
            "Entrypoint": ["/start"], "Cmd": ["x"], "WorkingDir": "/app", "User": "65532:65532", "Labels": {"l": "m"}, "ExposedPorts": {"80/tcp": {}},
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=b=c"]}, config["config"])
        self.assertEqual("2023-11-14T22:13:20Z", config["created"])
        root = self.folder / "it/rootfs"
        self.assertEqual("a\n", (root / "app/link").read_text())
        self.assertEqual((0o755, 0o1777), ((root / "app/start").stat().st_mode & 0o7777, (root / "tmp").stat().st_mode & 0o7777))
        self.assertEqual("app/start", os.readlink(root / "start"))
        self.assertEqual(["app", "start", "tmp"], sorted(os.listdir(root)))

    def test_its_size_and_digest_are_printed(self):
        done = self.run_it(*self.ARGUMENTS, "--output", "it.tar")
        with tarfile.open(self.folder / "it.tar") as archive:
            digest = json.load(archive.extractfile("index.json"))["manifests"][0]["digest"]
        self.assertIn(digest, done.stdout)
        self.assertRegex(done.stdout, r"MB compressed, .* MB unpacked")

    def test_wrong_arguments_are_answered_by_what_was_expected(self):
        for arguments, answer in (
            (["--file", "start"], "'start': expected KEY=VALUE"), (["--file", "start=/x:9"], "'9' is no octal mode"),
            (["--entrypoint", "/start"], "'/start': "), (["--entrypoint", '"x"'], "expected a JSON list of strings"),
            (["--tree", "none=/x"], "none is not a folder"), (["--file", "none=/x"], "No such file"),
            (["--file", "start=/../x"], "contains '..'"), ([], "the image would be empty"),
        ):
            done = self.run_it(*arguments, "--output", "it.tar")
            self.assertNotEqual(0, done.returncode)
            self.assertIn(answer, done.stdout)
            self.assertNotIn("Traceback", done.stdout)
            self.assertFalse((self.folder / "it.tar").exists())
