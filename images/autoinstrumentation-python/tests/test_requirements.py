import re
import unittest

from support import IMAGE, ROOT

LINE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)( \\)?$")


def pinned(file):
    """{name: version} of the lines that are no comments; every such line must be an exact version."""
    found = {}
    for line in (IMAGE / file).read_text().splitlines():
        if not line.strip() or line.lstrip().startswith(("#", "--hash=")):
            continue
        match = LINE.match(line)
        if match is None:
            raise AssertionError(f"{file}: not an exact version: {line}")
        found[match[1]] = match[2]
    return found


class Requirements(unittest.TestCase):
    def test_every_requirement_is_locked_in_its_version_and_every_locked_package_has_a_hash(self):
        wanted, locked = pinned("requirements.txt"), pinned("requirements.lock")
        self.assertEqual(wanted, {name: locked.get(name) for name in wanted})
        for block in re.split(r"\n(?=\S)", (IMAGE / "requirements.lock").read_text().split("\n", 1)[1]):
            self.assertRegex(block, r"--hash=sha256:[0-9a-f]{64}")

    def test_the_versions_that_keep_gen_ai_working_are_there(self):
        wanted = pinned("requirements.txt")
        self.assertEqual(wanted["opentelemetry-semantic-conventions-ai"], "0.4.13")
        self.assertEqual(wanted["opentelemetry-util-genai"], "0.4b0")
        self.assertIn("opentelemetry-instrumentation-openai-v2", wanted)

    def test_opentelemetry_is_of_one_release(self):
        locked = pinned("requirements.lock")
        distro, sdk = locked["opentelemetry-distro"], locked["opentelemetry-sdk"]
        others = {"opentelemetry-instrumentation-openai-v2"}
        for name, version in locked.items():
            if name.startswith("opentelemetry-instrumentation") and name not in others:
                self.assertEqual(version, distro, name)
        for name in ["api", "exporter-otlp-proto-http", "exporter-otlp-proto-common", "proto"]:
            self.assertEqual(locked[f"opentelemetry-{name}"], sdk, name)

    def test_the_image_that_the_operator_injects_by_default_has_the_same_version(self):
        distro = pinned("requirements.txt")["opentelemetry-distro"]
        images = (ROOT / "Sources/OperatorAPI/Instrumentation/DefaultImages.swift").read_text()
        self.assertEqual(re.findall(r"\"python:([0-9a-z.]+)\"", images), [distro])
        self.assertIn(f"VERSION={distro}", (IMAGE / "Dockerfile").read_text())

    def test_the_dockerfile_installs_nothing_but_what_is_locked(self):
        dockerfile = (IMAGE / "Dockerfile").read_text()
        self.assertNotRegex(dockerfile, r"pip\S* (install|download)")
        for layout, folder in [("glibc", "/autoinstrumentation"), ("musl", "/autoinstrumentation-musl")]:
            self.assertRegex(dockerfile, rf"build\.py tree --libc {layout} [^\n]*{folder}\b")
            self.assertRegex(dockerfile, rf"COPY --from=build \S*{folder} {folder}\n")

    def test_no_package_needs_a_compiler_for_one_python(self):
        # grpcio above all: see the comment in requirements.txt.
        self.assertNotIn("grpcio", pinned("requirements.lock"))


if __name__ == "__main__":
    unittest.main()
