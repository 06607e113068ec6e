#!/usr/bin/python3
"""Becomes the process of one container of a pod, as a kubelet and a container runtime would start it.

    unshare --mount container.py POD.json CONTAINER --image NAME=PATH... --volumes FOLDER --host NAME=ADDRESS...

The container gets a root of its own: the machine's programs and libraries, read-only; what its "image" adds, folder by folder; its
volumes, each a folder of FOLDER, at the paths that the pod mounts them at; its /etc/hosts. So the pod's environment and commands are
carried out as they stand: no path and no value is rewritten. A private mount namespace must be there already; nothing is
left behind when the process ends.
"""
import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

SYSTEM = ["bin", "sbin", "lib", "lib32", "lib64", "usr", "etc"]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def find(pod, name):
    spec = pod["spec"]
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        if container["name"] == name:
            return container
    sys.exit(f"container.py: the pod has no container {name}")


def expand(text, known):
    """Kubernetes' own expansion: $(NAME) when NAME is known, $$ for a dollar, and everything else as it is."""
    def value(match):
        token = match[0]
        if token == "$$":
            return "$"
        return known.get(token[2:-1], token)
    return re.sub(r"\$\$|\$\([^)]*\)", value, text)


def field(pod, path):
    """What a fieldRef means, for the fields that can be asked for."""
    match = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if match:
        return pod["metadata"].get(match[1], {}).get(match[2], "")
    value = pod
    for key in path.split("."):
        value = value[key]
    return value


def environment(pod, container):
    """The variables in their order; as in a kubelet, each may name those before it."""
    known = {}
    for variable in container.get("env", []):
        source = variable.get("valueFrom", {})
        if "fieldRef" in source:
            known[variable["name"]] = field(pod, source["fieldRef"]["fieldPath"])
        elif source:
            sys.exit(f"container.py: {variable['name']} has a source that is not known here: {source}")
        else:
            known[variable["name"]] = expand(variable.get("value", ""), known)
    return {"PATH": PATH, "HOME": "/", "HOSTNAME": pod["metadata"]["name"], **known}


def make_root(root, pod, container, options):
    mount("-t", "tmpfs", "-o", "mode=755", "root", root)
    for name in SYSTEM:
        source = Path("/", name)
        if source.is_symlink():
            (root / name).symlink_to(os.readlink(source))
        elif source.is_dir():
            bind(source, root / name, read_only=True)
    for name in ["proc", "sys", "dev"]:
        (root / name).mkdir()
        mount("--rbind", Path("/", name), root / name)
    (root / "tmp").mkdir(mode=0o1777)
    (root / "tmp").chmod(0o1777)
    for pair in options.image:
        path, source = pair.split("=", 1)
        bind(Path(source), root / path.lstrip("/"), read_only=True)

    hosts = root / "hosts"
    hosts.write_text("127.0.0.1 localhost\n" + "".join("{1} {0}\n".format(*pair.split("=", 1)) for pair in options.host))
    mount("--bind", hosts, root / "etc/hosts")

    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
    for each in container.get("volumeMounts", []):
        source = Path(options.volumes, each["name"])
        if "emptyDir" in volumes[each["name"]]:
            source.mkdir(exist_ok=True)
            source.chmod(0o777)
        else:
            # A token or a Secret: nothing here reads it.
            source.mkdir(exist_ok=True)
        target = root / each["mountPath"].lstrip("/")
        if not str(target).startswith(f"{root}/var/"):
            bind(source, target, read_only=each.get("readOnly", False))
    if container.get("securityContext", {}).get("readOnlyRootFilesystem"):
        mount("-o", "remount,ro", root)


def bind(source, target, read_only):
    target.mkdir(parents=True, exist_ok=True)
    mount("--bind", source, target)
    if read_only:
        mount("-o", "remount,ro,bind", target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pod", type=Path)
    parser.add_argument("container")
    parser.add_argument("--root", type=Path, required=True, help="an empty folder, the place of the container's root")
    parser.add_argument("--image", action="append", default=[], metavar="PATH=FOLDER")
    parser.add_argument("--volumes", required=True, metavar="FOLDER")
    parser.add_argument("--host", action="append", default=[], metavar="NAME=ADDRESS")
    options = parser.parse_args()

    pod = json.loads(options.pod.read_text())
    container = find(pod, options.container)
    variables = environment(pod, container)
    command = [expand(word, variables) for word in [*container.get("command", []), *container.get("args", [])]]

    mount("--make-rprivate", "/")
    make_root(options.root, pod, container, options)
    os.chroot(options.root)
    os.chdir(container.get("workingDir") or ("/app" if os.path.isdir("/app") else "/"))
    context = {**pod["spec"].get("securityContext", {}), **container.get("securityContext", {})}
    if context.get("runAsUser"):
        os.setgroups([])
        os.setgid(context.get("runAsGroup", 0))
        os.setuid(context["runAsUser"])
    os.execvpe(command[0], command, variables)


if __name__ == "__main__":
    main()
