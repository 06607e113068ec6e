#!/usr/bin/python3
"""Becomes the process of an unpacked image, as a node starts one under the Pod Security level "restricted".

    unshare --mount enter.py DIR [--bind SRC=DST]... [--env K=V]... [-- ARGUMENT...]

DIR is what unpack.py made. The root file system is read-only, the user the image's, without any capability and without a way to
gain one. Files bound from outside are read-only too. Nothing is left behind when the process ends: the mounts are in a
namespace of their own.
"""
import argparse
import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def inside(root, path):
    """Where `path` is when `root` is the root: links are the image's, an absolute one starts at its root."""
    here, parts = [], [part for part in path.split("/") if part]
    for _ in range(100):
        if not parts:
            return Path(root, *here)
        part = parts.pop(0)
        if part == "..":
            here = here[:-1]
            continue
        link = Path(root, *here, part)
        if link.is_symlink():
            target = os.readlink(link)
            here = [] if target.startswith("/") else here
            parts = [each for each in target.split("/") if each not in ("", ".")] + parts
        else:
            here.append(part)
    sys.exit(f"enter.py: too many links in {path}")


def bind(root, source, target):
    source, place = Path(source), inside(root, target)
    # What a container runtime does, too: the place is made before the root becomes read-only.
    if source.is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    mount("--bind", source, place)
    mount("-o", "remount,ro,bind", place)


def give_up_rights(uid, gid):
    libc = ctypes.CDLL(None, use_errno=True)

    def prctl(option, value):
        return libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))

    capability = 0
    while prctl(PR_CAPBSET_DROP, capability) == 0:
        capability += 1
    if prctl(PR_SET_NO_NEW_PRIVS, 1):
        sys.exit(f"enter.py: no_new_privs: {os.strerror(ctypes.get_errno())}")
    os.setgroups([gid])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def partition(words, separator):
    """As str.partition. argparse takes options after `--` for its own when others stand before it."""
    place = words.index(separator) if separator in words else len(words)
    return words[:place], words[place:place + 1], words[place + 1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bind", action="append", default=[])
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("arguments", nargs="*", help="after --: the program's own")
    own, _, arguments = partition(sys.argv[1:], "--")
    options = parser.parse_args(own)

    config = json.loads((options.folder / "config.json").read_text())["config"]
    root = options.folder.resolve() / "rootfs"
    mount("--make-rprivate", "/")
    mount("--bind", root, root)
    for name in ("proc", "dev"):
        mount("--bind", f"/{name}", root / name)
    for pair in options.bind:
        bind(root, *pair.split("=", 1))
    mount("-o", "remount,ro,nosuid,bind", root)

    uid, gid = map(int, config["User"].split(":"))
    environment = dict(pair.split("=", 1) for pair in [*config["Env"], "HOME=/", *options.env])
    os.chroot(root)
    os.chdir(config["WorkingDir"])
    give_up_rights(uid, gid)
    command = [*config["Entrypoint"], *arguments]
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main()
