#!/usr/bin/env python3
"""Assembles a container image from Debian packages and files, without a container engine. README.md says how to use it."""
import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import base
import debian
import oci
import rootfs
import spdx

HERE = Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    many = dict(action="append", default=[])
    parser.add_argument("--name", required=True, metavar="NAME:TAG", help="the image's name, with its registry and tag")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE.tar", help="the OCI archive to write")
    parser.add_argument("--package", **many, metavar="DEBIAN_PACKAGE", help="NAME or NAME=VERSION; can be repeated, as can the next ones")
    parser.add_argument("--without-dependencies", action="store_true", help="these packages and no others")
    parser.add_argument("--file", **many, type=file, metavar="SRC=DST[:MODE]", help="MODE is octal; without it 755 or 644")
    parser.add_argument("--tree", **many, type=pair, metavar="SRC_DIR=DST_DIR", help="everything below a folder")
    parser.add_argument("--link", **many, type=pair, metavar="PATH=TARGET", help="a symbolic link")
    parser.add_argument("--directory", **many, type=directory, metavar="PATH[:MODE]", help="an empty folder")
    parser.add_argument("--entrypoint", type=words, metavar="JSON", help='a list of strings: \'["/app"]\'')
    parser.add_argument("--cmd", type=words, metavar="JSON", help="a list of strings")
    parser.add_argument("--user", default="65532:65532", metavar="UID:GID")
    parser.add_argument("--env", **many, type=pair, metavar="K=V")
    parser.add_argument("--workdir", default="/", metavar="DIR")
    parser.add_argument("--label", **many, type=pair, metavar="K=V")
    parser.add_argument("--sbom", type=Path, metavar="FILE.spdx.json", help="writes the bill of materials too")
    parser.add_argument("--expose", **many, metavar="PORT", help="documents a port")
    return parser.parse_args()


def pair(text):
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError(f"'{text}': expected KEY=VALUE")
    return key, value


def file(text):
    source, destination = pair(text)
    path, mode = directory(destination, None)
    return source, path, mode


def directory(text, default=0o755):
    path, _, mode = text.partition(":")
    if mode and not re.fullmatch("[0-7]{3,4}", mode):
        raise argparse.ArgumentTypeError(f"'{text}': '{mode}' is no octal mode such as 755")
    return path, int(mode, 8) if mode else default


def words(text):
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"'{text}': {error}") from None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise argparse.ArgumentTypeError(f"'{text}': expected a JSON list of strings")
    return value


def creation_time():
    """SOURCE_DATE_EPOCH (reproducible-builds.org), else the time of the last commit. Never the time of day."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    done = subprocess.run(["git", "-C", HERE, "log", "-1", "--format=%ct"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit("assemble.py: not in a git repository; set SOURCE_DATE_EPOCH")
    return int(done.stdout)


def collect(options):
    """The root file system and the packages in it."""
    root, packages = rootfs.Root(), []
    if options.package:
        apt = debian.Apt(debian.default_cache())
        packages = apt.fetch(options.package, not options.without_dependencies)
        if all(package.name != "base-files" for package in packages):
            packages += apt.fetch(["base-files"], with_dependencies=False)
        base.add_skeleton(root)
        for package in packages:
            base.add_package(root, package)
        base.add_certificates(root)
    root.layer = 1
    for path, mode in options.directory:
        root.directory(path, mode)
    for source, destination in options.tree:
        rootfs.add_tree(root, source, destination)
    for source, destination, mode in options.file:
        rootfs.add_file(root, source, destination, mode)
    for path, target in options.link:
        root.link(path, target, replace=True)
    if not root.entries:
        raise SystemExit("assemble.py: the image would be empty: name a --package, --file or --tree")
    return root, packages


def configuration(options):
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **dict(options.env)}
    config = {"User": options.user, "WorkingDir": options.workdir, "Env": [f"{key}={value}" for key, value in env.items()]}
    if options.entrypoint is not None:
        config["Entrypoint"] = options.entrypoint
    if options.cmd is not None:
        config["Cmd"] = options.cmd
    if options.label:
        config["Labels"] = dict(options.label)
    if options.expose:
        config["ExposedPorts"] = {port if "/" in port else f"{port}/tcp": {} for port in options.expose}
    return config


def main():
    options = arguments()
    time = creation_time()
    root, packages = collect(options)
    image = oci.Image(options.name, debian.architecture(), time, configuration(options), oci.layers(root, time))
    oci.save(image, options.output)
    if options.sbom:
        document = spdx.Document(image, spdx.distribution(root))
        document.add_debian(packages)
        options.sbom.write_text(document.encoded())
    report(image, f"{len(packages)} of Debian", options.output, options.sbom)


def report(image, packages, output, sbom):
    print(f"{image.name}\n  archive   {output}\n  digest    {image.digest}"
          f"\n  size      {image.compressed_size / 1e6:.1f} MB compressed, {image.size / 1e6:.1f} MB unpacked"
          f"\n  packages  {packages}" + (f"\n  SBOM      {sbom}" if sbom else ""))


if __name__ == "__main__":
    try:
        main()
    except (debian.PackageError, rootfs.RootError, OSError) as error:
        sys.exit(f"assemble.py: {error}")
