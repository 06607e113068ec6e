"""What an image has besides its packages' files, and what their maintainer scripts would have made there."""
import posixpath
import re

# Nothing at run time reads these. The copyright files stay, as their licences ask.
UNWANTED = re.compile(
    r"usr/share/(man|info|locale|lintian|bug|doc-base|menu|pixmaps|applications|bash-completion|zsh|fish|apport|gdb)(/|$)"
    r"|etc/(init\.d|cron\.[a-z]+|logrotate\.d|default|bash_completion\.d|apt|kernel)(/|$)|(usr/)?lib/systemd(/|$)"
    r"|usr/share/doc/[^/]+/(?!copyright$)")
# Of packages that are about a whole system, the few files that mean something in an image.
PARTS = {
    "base-files": re.compile(r"(usr/lib|etc)/os-release|etc/debian_version|usr/share/common-licenses(/|$)|usr/share/doc/base-files/copyright"),
    "openssl": re.compile(r"etc/ssl/openssl\.cnf|usr/lib/ssl(/(openssl\.cnf|certs))?$|usr/share/doc/openssl/copyright"),
}
MERGED = ("bin", "sbin", "lib", "lib64")

PASSWD = """root:x:0:0:root:/root:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
nonroot:x:65532:65532:nonroot:/nonexistent:/usr/sbin/nologin
"""
GROUP = """root:x:0:
nobody:x:65534:
nonroot:x:65532:
"""
NSSWITCH = """# Files first, then DNS.
passwd:     files
group:      files
hosts:      files dns
services:   files
protocols:  files
"""


def add_skeleton(root):
    """Directories and accounts. bin, sbin, lib and lib64 are links into usr, as on every Debian since 12."""
    for name in MERGED:
        root.directory(f"usr/{name}")
        root.link(name, f"usr/{name}")
    for name in ("dev", "etc", "proc", "run", "sys", "var"):
        root.directory(name)
    root.link("var/run", "/run")
    # Writable where the root file system is; with a read-only one, whoever needs it mounts an emptyDir there.
    root.directory("tmp", 0o1777)
    root.file("etc/passwd", PASSWD.encode())
    root.file("etc/group", GROUP.encode())
    root.file("etc/nsswitch.conf", NSSWITCH.encode())


def add_package(root, package, only=None):
    """The package's files, and the entry by which vulnerability scanners know that it is there.

    `only` limits the files to those whose path it matches.
    """
    only = only or PARTS.get(package.name)
    kept = set()
    for member, path, content in package.files():
        if UNWANTED.match(path) or (only and not only.match(path)):
            continue
        root.time = member.mtime
        if member.isdir():
            root.directory(path, member.mode & 0o1777)
            continue
        kept.add(path)
        if member.issym():
            root.link(path, member.linkname)
        elif content is not None:
            # Without setuid and setgid: nothing in an image of ours gains rights.
            root.file(path, content, member.mode & 0o777)
    root.time = None
    status(root, package, kept)


def status(root, package, kept):
    """var/lib/dpkg/status.d/NAME: how images without dpkg name their packages, understood by the common scanners."""
    control = package.control()
    root.file(f"var/lib/dpkg/status.d/{package.name}", control["control"])
    sums = [line for line in control.get("md5sums", b"").decode().splitlines() if line.partition("  ")[2] in kept]
    root.file(f"var/lib/dpkg/status.d/{package.name}.md5sums", "".join(f"{line}\n" for line in sums).encode())


def add_certificates(root):
    """What update-ca-certificates makes of the package ca-certificates: one file with all of them, where curl and OpenSSL look."""
    folder = "usr/share/ca-certificates"
    certificates = [(posixpath.basename(path), entry.content) for path, entry in root.entries.items()
                    if path.startswith(folder + "/") and path.endswith(".crt")]
    if not certificates:
        return
    bundle = b"".join(content.rstrip(b"\n") + b"\n" for _, content in sorted(certificates))
    root.file("etc/ssl/certs/ca-certificates.crt", bundle)
    root.link("usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt")
    root.remove(folder)
    # The programs that change the bundle, a shell script first of all.
    for path in ("usr/sbin/update-ca-certificates", "etc/ca-certificates", "etc/ca-certificates.conf"):
        root.remove(path)


def shells(root):
    """Paths in `root` that start a shell, or a program that holds one."""
    names = {"sh", "bash", "dash", "ash", "zsh", "ksh", "csh", "tcsh", "fish", "busybox", "toybox"}
    return ["/" + path for path, entry in root.sorted() if entry.kind != "directory" and posixpath.basename(path) in names
            and (entry.kind == "link" or entry.mode & 0o111)]
