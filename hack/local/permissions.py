#!/usr/bin/python3
"""What the operator's ServiceAccount may do in the cluster of $KUBECONFIG, by `kubectl auth can-i --list`.

    permissions.py                       prints it, one right a line
    permissions.py --check               compares it with docs/permissions.md, where each right stands with its reason
    permissions.py --check --not-given   the same, where the binding for automatic RBAC was taken away

What every ServiceAccount may do (API discovery, asking about itself) is left out.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs/permissions.md"
NAMESPACE = "opentelemetry-operator-system"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:opentelemetry-operator-controller-manager"
# Nobody has bound a role to it.
NOBODY = "system:serviceaccount:default:otel-operator-permissions-nobody"
# Resource, paths that are no resources, names, verbs.
LINE = re.compile(r"(\S*)\s*\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]")
SECTIONS = ["For its own work", "Only to hand out", "In its own namespace only"]
ROW = re.compile(r"(?m)^\| `([^`]+)` \| (?:all|`([^`]+)`) \| ([a-z, ]+) \|(.*)\|$")


def listed(account, namespace):
    """Rights as (resource, name or nothing, verb); a path that is no resource stands in the place of one."""
    command = ["kubectl", "auth", "can-i", "--list", "--no-headers", f"--as={account}", f"--namespace={namespace}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"permissions.py: {' '.join(command)}: {result.stderr.strip()}")
    rights = set()
    for line in result.stdout.splitlines():
        found = LINE.fullmatch(line.strip())
        if not found:
            sys.exit(f"permissions.py: could not read this line of kubectl's: {line!r}")
        resource, paths, names, verbs = found.groups()
        for target in [resource] if resource else paths.split():
            rights |= {(target, name, verb) for name in names.split() or [""] for verb in verbs.split()}
    return rights


def found():
    """Rights in every namespace, and those in the operator's own only."""
    everywhere = listed(ACCOUNT, "default") - listed(NOBODY, "default")
    own = listed(ACCOUNT, NAMESPACE) - listed(NOBODY, NAMESPACE)
    return everywhere, own - everywhere


def documented():
    """The rights of each section of the page."""
    text = PAGE.read_text()
    result = []
    for section in SECTIONS:
        part = re.search(rf"(?ms)^## {section}$(.*?)(?=^## |\Z)", text)[1]
        rights = ROW.findall(part)
        if len(rights) + 2 != len(re.findall(r"(?m)^\|", part)):
            sys.exit(f"docs/permissions.md: a row of \"{section}\" cannot be read")
        for resource, _, _, reason in rights:
            if not reason.strip():
                sys.exit(f"docs/permissions.md: {resource} has no reason")
        result.append({(resource, name, verb) for resource, name, verbs, _ in rights for verb in verbs.split(", ")})
    return result


def rows(rights):
    """One row a resource and name, as in the page."""
    merged = {}
    for resource, name, verb in rights:
        merged.setdefault((resource, name), []).append(verb)
    return [f"| `{resource}` | {f'`{name}`' if name else 'all'} | {', '.join(sorted(verbs))} |"
            for (resource, name), verbs in sorted(merged.items())]


def differences(is_given):
    work, handed_out, own = documented()
    everywhere, here = found()
    page = work | handed_out if is_given else work
    for place, lacking, missing in [
        ("everywhere", everywhere - page, page - everywhere),
        (f"in {NAMESPACE}", here - own, own - here - everywhere),
    ]:
        yield from (f"the page lacks, {place}: {row}" for row in rows(lacking))
        yield from (f"the operator may not, {place}: {row}" for row in rows(missing))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--not-given", action="store_true")
    options = parser.parse_args()
    if not options.check:
        for title, rights in zip(["In every namespace, and outside of them", f"In {NAMESPACE} only"], found()):
            print(f"{title}:", *rows(rights), sep="\n")
        return
    wrong = list(differences(not options.not_given))
    if wrong:
        print(*wrong, "Change docs/permissions.md, with the reason, or manifests/rbac.yaml.", sep="\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
