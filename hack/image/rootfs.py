"""A root file system in memory: paths, and what is there. Owner root everywhere."""
import dataclasses
import posixpath
from pathlib import Path

DIRECTORY, FILE, LINK = "directory", "file", "link"


class RootError(Exception):
    """Two things want the same path, or a path cannot be."""


@dataclasses.dataclass(frozen=True)
class Entry:
    kind: str
    mode: int
    content: bytes = b""
    target: str = ""
    # Which layer it is in: what changes seldom goes into a lower one, which registries and nodes then keep.
    layer: int = 0
    # When it was changed last, in seconds since 1970; None when nobody knows.
    time: int | None = None


class Root:
    def __init__(self):
        self.entries = {}
        # What the entries get that are added next.
        self.layer, self.time = 0, None

    def place(self, path):
        """Where `path` leads when the links among its parents are followed, as dpkg and the kernel do. No leading slash."""
        return self._place(path, 0)

    def _place(self, path, followed):
        if followed > 40:
            raise RootError(f"/{path}: too many links")
        done = []
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise RootError(f"{path}: contains '..'")
        for index, part in enumerate(parts):
            here = "/".join([*done, part])
            entry = self.entries.get(here)
            if entry and entry.kind == LINK and index < len(parts) - 1:
                to = posixpath.normpath(posixpath.join("/", *done, entry.target)).strip("/")
                return self._place("/".join([to, *parts[index + 1:]]), followed + 1)
            done.append(part)
        return "/".join(done)

    def resolve(self, path):
        """The entry that `path` leads to, through links at its end too; None if nothing is there."""
        for _ in range(40):
            path = self.place(path)
            entry = self.entries.get(path)
            if entry is None or entry.kind != LINK:
                return entry
            path = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), entry.target))
        return None

    def directory(self, path, mode=0o755):
        path = self.place(path)
        there = self.resolve(path) if path else None
        # A package may bring as a directory what is a link to one: /lib for example.
        if there is not None and self.entries[path].kind == LINK and there.kind == DIRECTORY:
            return
        self._add(path, Entry(DIRECTORY, mode, layer=self.layer, time=self.time), replace=True)

    def file(self, path, content, mode=0o644, replace=False):
        self._add(self.place(path), Entry(FILE, mode, content=content, layer=self.layer, time=self.time), replace)

    def link(self, path, target, replace=False):
        self._add(self.place(path), Entry(LINK, 0o777, target=target, layer=self.layer, time=self.time), replace)

    def remove(self, path):
        """Removes what is at `path`, and everything below it."""
        path = self.place(path)
        for each in [each for each in self.entries if each == path or each.startswith(path + "/")]:
            del self.entries[each]

    def _add(self, path, entry, replace):
        if not path:
            raise RootError("the root itself cannot be replaced")
        parent = posixpath.dirname(path)
        if parent:
            above = self.entries.get(parent)
            if above is None:
                self.directory(parent)
            elif above.kind != DIRECTORY:
                raise RootError(f"/{path}: /{parent} is a {above.kind}")
        there = self.entries.get(path)
        if there is not None:
            if (there.kind == DIRECTORY) != (entry.kind == DIRECTORY):
                raise RootError(f"/{path}: is a {there.kind} already, cannot be a {entry.kind}")
            if there.kind == entry.kind == DIRECTORY and there.mode == entry.mode:
                return
            if not replace and dataclasses.replace(there, layer=entry.layer, time=entry.time) != entry:
                raise RootError(f"/{path}: two different files of this name")
        self.entries[path] = entry

    def sorted(self):
        """(path, entry) with each directory before what is in it."""
        return sorted(self.entries.items(), key=lambda item: item[0].split("/"))

    def write(self, folder):
        """Writes it all into an empty folder."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise RootError(f"{folder} is not empty")
        for path, entry in self.sorted():
            here = folder / path
            if entry.kind == DIRECTORY:
                here.mkdir()
            elif entry.kind == LINK:
                here.symlink_to(entry.target)
                continue
            else:
                here.write_bytes(entry.content)
            here.chmod(entry.mode)


def mode_of(path):
    """0755 or 0644: the one bit of a file's mode that does not depend on who checked it out and with which umask."""
    return 0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644


def add_file(root, source, destination, mode=None):
    source = Path(source)
    root.file(destination, source.read_bytes(), mode_of(source) if mode is None else mode, replace=True)


def add_tree(root, source, destination):
    """Everything below the folder `source`, links as they are."""
    source = Path(source)
    if not source.is_dir():
        raise RootError(f"{source} is not a folder")
    for path in sorted(source.rglob("*")):
        to = posixpath.join(destination, path.relative_to(source).as_posix())
        if path.is_symlink():
            root.link(to, str(path.readlink()), replace=True)
        elif path.is_dir():
            root.directory(to)
        elif path.is_file():
            add_file(root, path, to)
        else:
            raise RootError(f"{path} is neither a file, a folder nor a link")
