"""The agent's folder in small, without OpenTelemetry in it, and real Pythons that are started with it on their path."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import AGENT

BOOTSTRAP = "opentelemetry/instrumentation/auto_instrumentation"


class Start(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)
        self.agent = self.work / "agent"
        self.bootstrap = self.agent / BOOTSTRAP
        self.bootstrap.mkdir(parents=True)
        shutil.copy(AGENT / "sitecustomize.py", self.bootstrap)
        shutil.copytree(AGENT / "otel_operator_agent", self.agent / "otel_operator_agent")
        (self.agent / "otel_operator_agent" / "last").mkdir()

    def write(self, path, text):
        file = self.work / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run_python(self, program, *between, **environment):
        path = os.pathsep.join([str(self.bootstrap), *map(str, between), str(self.agent)])
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, **environment}
        return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)

    def test_an_agent_that_cannot_start_says_so_and_leaves_nothing_behind(self):
        result = self.run_python("import os, sys; print(os.environ.get('PYTHONPATH'), [p for p in sys.path if 'agent' in p])")
        self.assertEqual(result.stdout.strip(), "None []")  # there is no manifest.json
        self.assertEqual(result.stderr.count("\n"), 1)
        self.assertIn("otel-operator agent: off: it could not start: FileNotFoundError", result.stderr)
        self.assertEqual(result.returncode, 0)

    def test_an_agent_that_fails_halfway_takes_back_what_it_did(self):
        self.with_opentelemetry()
        self.write("agent/opentelemetry/trace/__init__.py", "whose = 'agent'\n")
        self.write("agent/otel_operator_agent/last/thing.py", "whose = 'agent'\n")
        self.write("agent/" + BOOTSTRAP + "/__init__.py",
                   "import json, os, opentelemetry.trace, opentelemetry.mine, thing\n"
                   "os.environ['OTEL_PYTHON_DISABLED_INSTRUMENTATIONS'] = 'flask'\n"
                   "raise RuntimeError('halfway')\n")
        self.write("lib/opentelemetry/trace.py", "whose = 'application'\n")
        self.write("lib/opentelemetry/mine.py", "from opentelemetry.trace import whose\n")
        self.write("elsewhere/thing.py", "whose = 'application'\n")
        result = self.run_python(
            "import os, sys\n"
            "print(sorted(name for name in os.environ if name.startswith(('OTEL', 'PYTHON'))), os.environ['PYTHONPATH'])\n"
            "print([each for each in [*sys.path, *sys.path_importer_cache] if '/agent' in each])\n"
            "print([name for name in sys.modules if name.partition('.')[0] in ('opentelemetry', 'otel_operator_agent', 'thing')])\n"
            f"sys.path.append({str(self.work / 'elsewhere')!r})\n"
            "import opentelemetry.mine, opentelemetry.trace, thing\n"
            "print(opentelemetry.mine.whose, opentelemetry.trace.whose, thing.whose)\n",
            self.work / "lib", OTEL_SERVICE_NAME="shop")
        self.assertEqual(
            result.stdout.splitlines(),
            [f"['OTEL_SERVICE_NAME', 'PYTHONPATH'] {self.work / 'lib'}", "[]", "[]", "application application application"],
            result.stderr)
        self.assertEqual(
            result.stderr, "otel-operator agent: off: it could not start: RuntimeError: halfway; the application runs without it\n")

    def test_a_process_that_fails_below_one_that_told_leaves_nothing_behind_either(self):
        result = self.run_python("import os; print(os.environ.get('OTEL_OPERATOR_AGENT_TOLD'))", OTEL_OPERATOR_AGENT_TOLD="1")
        self.assertEqual(result.stdout.strip(), "None")

    def test_what_the_application_had_on_its_path_stays(self):
        (self.work / "lib").mkdir()
        result = self.run_python("import os; print(os.environ['PYTHONPATH'])", self.work / "lib")
        self.assertEqual(result.stdout.strip(), str(self.work / "lib"))

    def test_the_applications_sitecustomize_runs_too(self):
        self.write("lib/sitecustomize.py", "import sys\nsys.own = __file__\n")
        result = self.run_python("import sys, sitecustomize; print(sys.own == sitecustomize.__file__)", self.work / "lib")
        self.assertEqual(result.stdout.strip(), "True")

    def test_an_old_python_runs_without_the_agent(self):
        source = (self.bootstrap / "sitecustomize.py").read_text()
        (self.bootstrap / "sitecustomize.py").write_text(source.replace("_OLDEST = (3, 10)", "_OLDEST = (9, 1)"))
        result = self.run_python("import sys; print('otel_operator_agent' in sys.modules)")
        self.assertEqual(result.stdout.strip(), "False")
        self.assertRegex(result.stderr, r"^otel-operator agent: off: it needs Python 9\.1, this is 3\.\d+; the application runs without it\n$")

    def test_the_first_file_is_readable_for_any_python(self):
        source = (AGENT / "sitecustomize.py").read_text()
        self.assertNotRegex(source, r"\bf\"|\bf'|:=|->|\bnonlocal\b|\basync\b", "what Python 2.7 and 3.5 cannot parse")
        source.encode("ascii")

    def with_opentelemetry(self, program="pass", manifest='{"first": {}, "last": {}}'):
        self.write("agent/otel_operator_agent/manifest.json", manifest)
        self.write("agent/" + BOOTSTRAP + "/__init__.py", "def initialize():\n    " + program + "\n")

    def test_the_agents_other_packages_come_last(self):
        self.with_opentelemetry()
        self.write("lib/thing.py", "whose = 'application'\n")
        self.write("agent/otel_operator_agent/last/thing.py", "whose = 'agent'\n")
        self.write("agent/otel_operator_agent/last/other.py", "whose = 'agent'\n")
        result = self.run_python("import other, thing; print(thing.whose, other.whose)", self.work / "lib")
        self.assertEqual(result.stdout.strip(), "application agent", result.stderr)
        self.assertEqual(result.stderr, "")

    def test_an_unknown_library_version_is_told_and_other_debug_records_are_not(self):
        logger = "opentelemetry.instrumentation.auto_instrumentation._load"
        self.with_opentelemetry(
            f"import logging, types; logger = logging.getLogger({logger!r});"
            "logger.debug('Skipping instrumentation %s: %s', 'flask', types.SimpleNamespace(required='flask>=1', found='flask 0.12'));"
            "logger.debug('Skipping instrumentation %s: %s', 'redis', types.SimpleNamespace(required='redis>=2', found=None));"
            "logger.debug('Skipping instrumentation %s: %s', 'openai', \"No module named 'opentelemetry.util'\");"
            "logger.warning('as ever')")
        result = self.run_python("pass")
        self.assertEqual(
            result.stderr,
            "otel-operator agent: skips the instrumentation flask: it needs flask>=1, the application has flask 0.12\n"
            "otel-operator agent: skips the instrumentation openai: No module named 'opentelemetry.util'\n"
            "as ever\n")

    def test_what_is_told_is_told_by_the_first_process_only(self):
        self.with_opentelemetry()
        self.write("agent/otel_operator_agent/manifest.json",
                   '{"first": {"opentelemetry-api": {"version": "1.43.0", "requires": [], "instruments": []}}, "last": {}}')
        self.write("lib/opentelemetry_api-1.20.0.dist-info/METADATA", "Name: opentelemetry-api\nVersion: 1.20.0\n\n")
        import packaging

        shutil.copytree(Path(packaging.__file__).parent, self.agent / "otel_operator_agent" / "last" / "packaging")
        result = self.run_python("import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass'])", self.work / "lib")
        self.assertEqual(result.stderr, "otel-operator agent: uses opentelemetry-api 1.43.0 in place of 1.20.0\n")


if __name__ == "__main__":
    unittest.main()
