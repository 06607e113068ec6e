"""Checks docs/compatibility.md: each test that its last columns name is there.

A column says: SuiteTests `function`, `function`; Integration `function or suite`; fixtures `name`; e2e-python `case`; test_file.py; corpus 001.
"""
import collections
import fnmatch
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/compatibility.md"
TYPE = re.compile(r"( *)(?:@\w+(?:\(.*\))? )?(?:(?:private|fileprivate|public|final) )*(?:struct|class|enum|actor|extension) (\w+)")
FUNCTION = re.compile(r"( *)(?:[@\w]+(?:\([^)]*\))? )*func (\w+)")
TOKEN = re.compile(r"`([^`]+)`|([\w.-]+)")


def suites(folder):
    """The functions of each type under a folder of tests, by the type's name, those of its extensions and of types in it too."""
    result = collections.defaultdict(set)
    for path in sorted(folder.rglob("*.swift")):
        around = []
        for line in path.read_text().splitlines():
            found = TYPE.match(line) or FUNCTION.match(line)
            if not found:
                continue
            while around and len(around[-1][0]) >= len(found[1]):
                around.pop()
            if found.re is TYPE:
                result[found[2]] |= set()
                around.append((found[1], found[2]))
            for _, name in around:
                result[name] |= {found[2]}
    return result


def fixtures():
    """Names of fixtures: folders, and files without what follows the first dot."""
    return {each.name.split(".")[0] for folder in (ROOT / "Tests").glob("*/Fixtures") for each in folder.rglob("*")}


def rows():
    """The last column of each row that names a test, with the number of its line."""
    for number, line in enumerate(PAGE.read_text().splitlines(), 1):
        if line.startswith("| ") and not line.startswith("| ---"):
            column = re.split(r"(?<!\\)\|", line.strip().strip("|"))[-1].strip()
            if column not in ("test", "–"):
                yield number, column


class Names:
    """What there is to name."""

    def __init__(self):
        self.suites = suites(ROOT / "Tests")
        integration = suites(ROOT / "Tests/IntegrationTests")
        self.integration = set(integration).union(*integration.values())
        self.fixtures = fixtures()
        self.cases = set(re.findall(r"[\w-]+", (ROOT / "hack/e2e-python/scenarios.py").read_text()))
        self.scripts = {path.name for folder in ("hack", "images") for path in (ROOT / folder).rglob("test_*.py")}

    def missing(self, column):
        """What a column names and is not there."""
        known, where = None, ""
        for quoted, word in TOKEN.findall(column):
            if quoted:
                if known is None or not fnmatch.filter(known, quoted):
                    yield f"`{quoted}` of {where or 'nothing'}"
            elif word in ("fixture", "fixtures"):
                known, where = self.fixtures, "the fixtures"
            elif word == "Integration":
                known, where = self.integration, "the integration tests"
            elif word == "e2e-python":
                known, where = self.cases, "e2e-python"
            elif word.endswith(".py"):
                if word not in self.scripts:
                    yield word
            elif word != "corpus" and not word.isdigit():
                known, where = self.suites.get(word), word
                if known is None:
                    yield word


class Compatibility(unittest.TestCase):
    maxDiff = None

    def test_each_test_that_is_named_is_there(self):
        names = Names()
        found = list(rows())
        self.assertGreater(len(found), 100)
        wrong = [f"line {number}: {each}" for number, column in found for each in names.missing(column)]
        self.assertEqual(wrong, [], f"{PAGE.relative_to(ROOT)} names what is not there")

    def test_a_name_that_is_not_there_is_found(self):
        names = Names()
        for wrong in ("NoSuchTests", "ComponentTests `noSuchFunction`", "Integration `noSuchFunction`", "fixtures `no-such-*`", "test_no_such.py"):
            self.assertEqual(len(list(names.missing(wrong))), 1, wrong)


if __name__ == "__main__":
    unittest.main()
