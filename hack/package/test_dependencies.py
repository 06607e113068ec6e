"""Checks Package.swift: each target that ships or helps developers names exactly the modules that its files import.

What is imported and not named builds only as long as some other target brings it along; what is named and not imported is
built for nothing and tells readers something wrong.
"""
import json
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
IMPORT = re.compile(r"^(?:@\w+ )*(?:(?:public|package|internal|fileprivate|private) )?import (?:(?:struct|class|enum|protocol|func|var|typealias) )?(\w+)", re.M)
# Modules of the toolchain and of the system.
GIVEN = {"Dispatch", "Foundation", "Glibc", "Synchronization", "Testing"}


def imports(folder):
    """The modules that the Swift files of a folder import."""
    return {name for path in folder.rglob("*.swift") for name in IMPORT.findall(path.read_text())}


def targets():
    """Of each target of Swift code that is no test: its folder and the names of what it depends on."""
    package = json.loads(subprocess.run(
        ["swift", "package", "dump-package"], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    result = {}
    for target in package["targets"]:
        folder = ROOT / (target.get("path") or f"Sources/{target['name']}")
        if target["type"] in ("regular", "executable") and any(folder.rglob("*.swift")):
            # {"byName": ["Document", null]} or {"product": ["Logging", "swift-log", null, null]}; a product has its module's name.
            result[target["name"]] = folder, {next(iter(each.values()))[0] for each in target["dependencies"]}
    return result


class DependencyTests(unittest.TestCase):
    def test_each_target_names_what_it_imports(self):
        found = targets()
        self.assertGreaterEqual(len(found), 20)
        for name, (folder, declared) in found.items():
            with self.subTest(target=name):
                imported = imports(folder) - GIVEN
                self.assertEqual(sorted(imported - declared), [], "imported and not named in Package.swift")
                self.assertEqual(sorted(declared - imported), [], "named in Package.swift and not imported")

    def test_imports_are_found_however_they_are_written(self):
        text = "import A\npublic import B\n@preconcurrency import C\n@testable internal import D\nimport struct E.F\n// import G\n"
        self.assertEqual(IMPORT.findall(text), ["A", "B", "C", "D", "E"])


if __name__ == "__main__":
    unittest.main()
