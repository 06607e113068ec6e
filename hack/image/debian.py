"""Debian packages for an image: which ones, from where, and what is in them.

apt decides about versions and checks signatures; it works on a state of its own, under the cache, as if nothing were installed. So the
result does not depend on what this machine has installed, nothing on it changes, and no root is needed.
"""
import dataclasses
import fcntl
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import time
from pathlib import Path

# Packages that only maintainer scripts need. No maintainer script runs in an image of ours; what one of them would have done and
# an image needs, base.py does. Named by the user, they are taken.
FOR_SCRIPTS = {"adduser", "debconf", "init-system-helpers", "install-info", "passwd", "sensible-utils", "systemd", "tzdata-legacy", "ucf"}
# The same for single dependencies: (package, what it asks for).
FOR_SCRIPTS_OF = {("ca-certificates", "openssl")}
# Indexes older than this are fetched anew, so that an image has the security fixes of the day.
INDEX_AGE = 12 * 3600


class PackageError(Exception):
    """A package that is not there, cannot be fetched, or is not what the signed index says."""


@dataclasses.dataclass(frozen=True)
class Package:
    """One version of a package, as the signed index describes it."""

    name: str
    version: str
    architecture: str
    fields: dict = dataclasses.field(compare=False, repr=False)
    deb: Path | None = dataclasses.field(default=None, compare=False)

    @property
    def sha256(self):
        return self.fields["SHA256"]

    @property
    def source(self):
        """The source package's name and version: what security trackers speak of."""
        name, _, version = self.fields.get("Source", self.name).partition(" ")
        return name, version.strip("()") or self.version

    @property
    def essential(self):
        return self.fields.get("Essential") == "yes"

    @property
    def provides(self):
        return {self.name} | {each[0] for each in alternatives(self.fields.get("Provides", ""))}

    @property
    def dependencies(self):
        """Each a list of names, of which one is enough."""
        return [names for key in ("Pre-Depends", "Depends") for names in alternatives(self.fields.get(key, ""))]

    def files(self):
        """Yields each entry of the package: its TarInfo, its path without a leading slash, its content (files only)."""
        listing = subprocess.run(["dpkg-deb", "--fsys-tarfile", self.deb], check=True, stdout=subprocess.PIPE).stdout
        with tarfile.open(fileobj=io.BytesIO(listing)) as archive:
            for member in archive:
                path = member.name.removeprefix("./").strip("/")
                content = archive.extractfile(member).read() if member.isreg() or member.islnk() else None
                if path not in ("", "."):
                    yield member, path, content

    def control(self):
        """The files of the control part by name: `control`, `md5sums` and the rest."""
        data = subprocess.run(["dpkg-deb", "--ctrl-tarfile", self.deb], check=True, stdout=subprocess.PIPE).stdout
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            return {member.name.removeprefix("./"): archive.extractfile(member).read() for member in archive if member.isreg()}


def alternatives(text):
    """`a (>= 1) | b, c:any` is [[a, b], [c]]."""
    return [[re.match(r"\s*([a-z0-9][a-z0-9+.-]*)", one)[1] for one in each.split("|")] for each in text.split(",") if each.strip()]


def paragraph(text):
    """The fields of one control paragraph; continuation lines stay joined by newlines."""
    fields, key = {}, None
    for line in text.splitlines():
        if line[:1] in (" ", "\t"):
            fields[key] += "\n" + line
        elif ":" in line:
            key, _, value = line.partition(":")
            fields[key] = value.strip()
    return fields


def closure(roots, candidates):
    """Of `candidates`, those that the packages named in `roots` need when they run.

    An Essential package is what Debian's scripts may rely on; a program that starts no shell does not. Neither those nor what only
    maintainer scripts use are followed, unless they are roots themselves.
    """
    providers = {}
    for package in candidates:
        for name in package.provides:
            providers.setdefault(name, []).append(package)
    chosen, waiting = {}, list(roots)
    while waiting:
        for package in providers.get(waiting.pop(), []):
            if package.name in chosen:
                continue
            chosen[package.name] = package
            for names in package.dependencies:
                name = next((each for each in names if each in providers), None)
                if name is None or name in roots:
                    continue
                if name in FOR_SCRIPTS or (package.name, name) in FOR_SCRIPTS_OF:
                    continue
                if not all(each.essential or each.name in FOR_SCRIPTS for each in providers[name]):
                    waiting.append(name)
    return sorted(chosen.values(), key=lambda each: each.name)


def default_cache():
    """Where everything that is fetched or built stays: the folder that hack/control-plane uses too."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("OTEL_OPERATOR_CACHE") or Path(home, "otel-operator"))


# A suite's name is `bookworm`, with one of these after it.
POCKETS = r"(-security|-updates|/updates)?"


def distribution_sources(etc, codename):
    """Of the apt sources under `etc`, those of the distribution's release `codename`: a folder's content, text by file name.

    Other vendors' sources on this machine may be out of reach, and what they have does not belong into an image of Debian's packages.
    Theirs are suites with names of their own, or components; or `stable`, which Debian's own are only called in a folder of that name.
    """
    def ours(types, uris, suites, components):
        named = any(re.fullmatch(re.escape(codename) + POCKETS, each) for each in suites)
        alias = any(re.fullmatch("(stable|oldstable|oldoldstable|testing|unstable|sid)" + POCKETS, each) for each in suites)
        alias = alias and all(re.search(r"/debian(-security)?/?$", each) for each in uris)
        return "deb" in types and "main" in components and (named or alias)

    found = {}
    for file in sorted(Path(etc, "sources.list.d").glob("*.sources")):
        kept = []
        for text in re.split(r"\n(?:[ \t]*\n)+", file.read_text()):
            lines = [line for line in text.splitlines() if not line.startswith("#")]
            fields = {key.lower(): value for key, value in paragraph("\n".join(lines)).items()}
            words = [fields.get(key, "").split() for key in ("types", "uris", "suites", "components")]
            if fields.get("enabled", "yes").lower() not in ("no", "false", "without", "off", "disable") and ours(*words):
                kept.append("\n".join(lines))
        found[file.name] = "\n\n".join(kept)
    for file in [Path(etc, "sources.list"), *sorted(Path(etc, "sources.list.d").glob("*.list"))]:
        lines = file.read_text().splitlines() if file.exists() else []
        parsed = [(line, re.match(r"\s*(deb)\s+(?:\[[^]]*\]\s*)?(\S+)\s+(\S+)\s+([^#]*)", line)) for line in lines]
        found[file.stem + ".list"] = "\n".join(line for line, match in parsed if match and ours(*map(str.split, match.groups())))
    return {name: text + "\n" for name, text in found.items() if text}


class Apt:
    """apt-get and apt-cache with this machine's keys and its distribution's sources, on a state of their own under `cache`."""

    def __init__(self, cache, options=None):
        """`options` are settings of apt.conf, which win over this machine's and ours."""
        self.debs, self.state, self.options = Path(cache, "packages"), Path(cache, "apt"), options or {}

    def fetch(self, names, with_dependencies=True):
        """The packages that `names` (NAME or NAME=VERSION) stand for, sorted by name, their files fetched and checked."""
        self.state.mkdir(parents=True, exist_ok=True)
        with open(self.state / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._prepare()
            fresh = self._refresh()
            try:
                return self._fetch(names, with_dependencies)
            except PackageError:
                # An index that is hours old may name files that the archive has replaced since.
                if fresh:
                    raise
                self._update(0)
                return self._fetch(names, with_dependencies)

    def _fetch(self, names, with_dependencies):
        roots = [name.partition("=")[0] for name in names]
        packages = self._show(self._solve(names) if with_dependencies else names)
        if with_dependencies:
            packages = closure(roots, packages)
        return [self._download(each) for each in sorted(packages, key=lambda each: each.name)]

    def _prepare(self):
        for folder in (self.debs, self.state / "state/lists/partial", self.state / "cache/archives/partial"):
            folder.mkdir(parents=True, exist_ok=True)
        # No packages: apt then names every dependency, not just those that this machine lacks.
        (self.state / "status").touch()
        self._prepare_sources()

    def _prepare_sources(self):
        folder = self.state / "sources"
        folder.mkdir(exist_ok=True)
        if any(key.lower() == "dir::etc::sourcelist" for key in self.options):
            return
        codename = os_release().get("VERSION_CODENAME")
        if not codename:
            raise PackageError("/etc/os-release names no release (VERSION_CODENAME)")
        sources = distribution_sources("/etc/apt", codename)
        if not sources:
            raise PackageError(f"no apt source of this machine is of the release {codename} with component main")
        for old in set(folder.iterdir()) - {folder / name for name in sources}:
            old.unlink()
        for name, text in sources.items():
            (folder / name).write_text(text)

    def _run(self, *command, cwd=None):
        options = {
            "Dir::Etc::sourcelist": "/dev/null", "Dir::Etc::sourceparts": self.state / "sources",
            "Dir::State": self.state / "state", "Dir::State::status": self.state / "status", "Dir::Cache": self.state / "cache",
            "Debug::NoLocking": "true", "APT::Sandbox::User": "root", "APT::Install-Recommends": "false",
            "Acquire::Languages": "none", "Acquire::Retries": "3", "DPkg::Use-Pty": "false", **self.options,
        }
        flags = [f"-o{key}={value}" for key, value in options.items()]
        done = subprocess.run([command[0], *flags, *command[1:]], cwd=cwd, env=dict(os.environ, LC_ALL="C"),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            said = [line for line in (done.stdout + done.stderr).splitlines() if line[:2] in ("E:", "W:") or "epends:" in line]
            raise PackageError("\n".join([f"{' '.join(map(str, command))} failed:", *(said or done.stderr.splitlines())]))
        return done.stdout

    def _refresh(self):
        """Fetches old indexes anew. Where that fails but older ones are there, these will do: with a warning, since fixes may be missing."""
        try:
            return self._update(INDEX_AGE)
        except PackageError as error:
            if not self._stamp.exists():
                raise
            print(f"warning: going on with the package index of {time.ctime(self._stamp.stat().st_mtime)}; {error}", file=sys.stderr)
            return True

    @property
    def _stamp(self):
        return self.state / "updated"

    def _update(self, age):
        """Fetches the indexes if they are older than `age` seconds; says whether it did."""
        if self._stamp.exists() and time.time() - self._stamp.stat().st_mtime < age:
            return False
        self._run("apt-get", "--quiet", "--error-on=any", "update")
        self._stamp.touch()
        return True

    def _solve(self, names):
        """NAME=VERSION of everything that apt would install for `names`."""
        plan = self._run("apt-get", "--quiet", "--simulate", "install", *names)
        return [f"{name}={version}" for name, version in re.findall(r"^Inst (\S+) (?:\[\S+\] )?\((\S+) ", plan, re.MULTILINE)]

    def _show(self, names):
        texts = self._run("apt-cache", "show", "--no-all-versions", *names).split("\n\n")
        found = {}
        for fields in map(paragraph, texts):
            if fields:
                # One version can be in two archives, and is then shown twice.
                found.setdefault(fields["Package"], Package(fields["Package"], fields["Version"], fields["Architecture"], fields))
        for name in names:
            if name.partition("=")[0].partition(":")[0] not in found:
                raise PackageError(f"no package {name}")
        return list(found.values())

    def _download(self, package):
        version = package.version.replace(":", "%3a")
        deb = self.debs / f"{package.name}_{version}_{package.architecture}.deb"
        if not deb.exists() or digest(deb) != package.sha256:
            deb.unlink(missing_ok=True)
            self._run("apt-get", "--quiet", "download", f"{package.name}={package.version}", cwd=self.debs)
            if not deb.exists():
                raise PackageError(f"apt-get download {package.name}={package.version} made no {deb.name}")
            if digest(deb) != package.sha256:
                raise PackageError(f"{deb.name} is not the file that the signed index names")
        return dataclasses.replace(package, deb=deb)


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def os_release():
    """What /etc/os-release says."""
    fields = (line.partition("=") for line in Path("/etc/os-release").read_text().splitlines())
    return {key: value.strip("\"'") for key, _, value in fields}


def architecture():
    """Debian's word for this machine."""
    return subprocess.run(["dpkg", "--print-architecture"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
