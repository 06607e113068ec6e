"""Rows of a checklist: each is looked at until it is true or its time is over, and printed with what was seen and how long that took."""
import sys
import time
import traceback


class Failed(Exception):
    """What was seen is not what was expected; the text says both."""


def check(condition, text):
    if not condition:
        raise Failed(text)


def eventually(look, seconds, every=0.5):
    """What `look()` returns, as soon as it raises no `Failed` and no error of the network; its last words when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return look()
        except (Failed, OSError) as error:
            if time.monotonic() > deadline:
                raise Failed(f"{error} (after {seconds} s)") from None
        time.sleep(every)


class Stopped(Exception):
    """A row failed without which the later ones could only wait in vain."""


class Rows:
    def __init__(self):
        self.passed, self.failed, self._started = 0, [], time.monotonic()

    def title(self, text):
        print(f"\n== {text}", flush=True)

    def row(self, text, look, *arguments):
        """Prints one row. `look` returns what was seen; a row that fails does not keep the others from being looked at."""
        started = time.monotonic()
        try:
            mark, seen = "✓", look(*arguments)
            self.passed += 1
        except Failed as error:
            mark, seen = "✗", str(error)
        except OSError as error:
            mark, seen = "✗", str(error)
        except Exception as error:  # a mistake in the test is a failed row, too; where it is made goes to the log
            mark, seen = "✗", f"{type(error).__name__}: {error}"
            traceback.print_exc(file=sys.stderr)
        if mark == "✗":
            self.failed.append(text)
        lines = str(seen).splitlines() or [""]
        print(f"{mark} {text:<58}{time.monotonic() - started:6.1f} s  {lines[0]}")
        for line in lines[1:]:
            print(f"{'':69}{line}")
        sys.stdout.flush()
        return mark == "✓"

    def need(self, text, look, *arguments):
        """A row that all later ones build on."""
        if not self.row(text, look, *arguments):
            raise Stopped

    def end(self):
        """Prints the sum; returns the program's exit code."""
        print(f"\n{self.passed} of {self.passed + len(self.failed)} rows ✓ in {time.monotonic() - self._started:.0f} s")
        for text in self.failed:
            print(f"  ✗ {text}")
        return 1 if self.failed else 0
