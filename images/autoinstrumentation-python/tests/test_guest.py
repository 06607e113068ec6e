import io
import logging
import os
import tempfile
import unittest
from pathlib import Path

import support  # noqa: F401  (sets the path)
from otel_operator_agent import logs, worker
from otel_operator_agent.host import installed


class WhatIsInstalled(unittest.TestCase):
    def test_names_versions_and_requirements_are_read_from_metadata_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {
                "Flask-3.1.3.dist-info/METADATA": "Name: Flask\nRequires-Dist: werkzeug>=3\nrequires-dist: jinja2\n\nRequires-Dist: no\n",
                "old_thing-1.0-py3.11.egg-info/PKG-INFO": "Name: old-thing\n",
                "bare-2.0.dist-info/RECORD": "",
                "notes.txt/x": "",
            }.items():
                file = Path(folder, name)
                file.parent.mkdir()
                file.write_text(text)
            found = installed([folder, "/nowhere"])
            self.assertEqual({name: each.version for name, each in found.items()}, {"flask": "3.1.3", "old-thing": "1.0", "bare": "2.0"})
            self.assertEqual(found["flask"].requirements, ["werkzeug>=3", "jinja2"])
            self.assertEqual(found["bare"].requirements, [])

    def test_the_first_folder_wins_as_in_an_import(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a/thing-1.dist-info").mkdir(parents=True)
            Path(folder, "b/thing-2.dist-info").mkdir(parents=True)
            self.assertEqual(installed([f"{folder}/a", f"{folder}/b"])["thing"].version, "1")


def in_a_child(work):
    """Runs `work` in a forked process; its result, and a function that lets the process end."""
    (result, answer), (wait, go) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        os.write(answer, str(work()).encode())
        os.read(wait, 1)
        os._exit(0)
    os.close(answer)
    os.close(wait)
    number = int(os.read(result, 20))
    os.close(result)

    def end():
        os.write(go, b".")  # a later child has this end open too, so closing it would say nothing
        os.close(go)
        os.waitpid(child, 0)

    return number, end


class Numbers(unittest.TestCase):
    def test_each_process_has_its_own_and_a_new_one_takes_that_of_one_that_ended(self):
        base = f"test-{os.getpid()}"
        take = lambda: worker.take_number(base)
        self.assertEqual(take(), 0)
        held = worker._socket
        first, end_first = in_a_child(take)
        second, end_second = in_a_child(take)
        self.assertEqual((first, second), (1, 2))
        end_first()
        again, end_again = in_a_child(take)
        self.assertEqual(again, 1)
        end_again()
        end_second()
        held.close()

    def test_a_long_name_does_not_hide_the_number(self):
        base = "x" * 300
        first, end_first = in_a_child(lambda: worker.take_number(base))
        second, end_second = in_a_child(lambda: worker.take_number(base))
        self.assertEqual((first, second), (0, 1))
        end_first()
        end_second()


class Sent(logging.Handler):
    def __init__(self):
        super().__init__()
        self.messages, self.flushed = [], 0

    def flush(self):
        self.flushed += 1

    def emit(self, record):
        self.messages.append(record.getMessage())


Sent.__module__ = "opentelemetry.test"


class Logs(unittest.TestCase):
    def setUp(self):
        root = logging.getLogger()
        call_handlers, handlers = logging.Logger.callHandlers, root.handlers[:]

        def restore():
            logging.Logger.callHandlers = call_handlers
            root.handlers[:] = handlers

        self.addCleanup(restore)
        root.handlers[:] = []
        self.sent = Sent()
        root.addHandler(self.sent)
        logs.leave_the_applications_alone()

    def test_an_application_without_logging_still_has_its_warnings_printed(self):
        printed = io.StringIO()
        last_resort, logging.lastResort = logging.lastResort, logging.StreamHandler(printed)
        try:
            logging.getLogger("application").warning("look")
        finally:
            logging.lastResort = last_resort
        self.assertEqual((printed.getvalue(), self.sent.messages), ("look\n", ["look"]))

    def test_nothing_is_flushed_when_python_ends(self):
        self.sent.flush()
        self.assertEqual(self.sent.flushed, 0)

    def test_nobody_sees_a_handler(self):
        self.assertFalse(logging.getLogger("application").hasHandlers())

    def test_what_does_not_reach_the_root_is_not_sent(self):
        logger = logging.getLogger("application.private")
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        logger.warning("look")
        self.assertEqual(self.sent.messages, [])

    def test_the_level_of_the_handler_counts(self):
        self.sent.setLevel(logging.ERROR)
        logging.getLogger("application.levels").warning("look")
        self.assertEqual(self.sent.messages, [])


if __name__ == "__main__":
    unittest.main()
