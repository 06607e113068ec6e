"""The bill of materials of an image: SPDX 2.3, JSON. https://spdx.github.io/spdx-spec/v2.3/

Package URLs follow https://github.com/package-url/purl-spec: by them scanners find what a database knows about a package.
"""
import json
import re
import urllib.parse
import uuid

import oci

NONE = "NOASSERTION"


class Document:
    def __init__(self, image, distribution):
        """`distribution` holds the fields of os-release of the Debian that the packages are from."""
        self.image, self.distribution = image, distribution
        self.packages, self.relationships = [], []
        name, _, tag = image.name.rpartition(":")
        self.root = self.add(
            name.rpartition("/")[2], tag, "CONTAINER",
            f"pkg:oci/{quote(name.rpartition('/')[2].lower())}@{quote(image.digest)}?arch={image.architecture}&tag={quote(tag)}",
            identifier="Image", checksum=image.digest.partition(":")[2])
        self.relate("SPDXRef-DOCUMENT", "DESCRIBES", self.root)

    def add(self, name, version, purpose, purl, *, identifier=None, checksum=None, license=NONE, supplier=NONE, **more):
        """Adds a package and returns its identifier."""
        identifier = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", identifier or f"{purl.split(':')[1].split('/')[0]}-{name}")
        package = {
            "SPDXID": identifier,
            "name": name,
            "versionInfo": version,
            "primaryPackagePurpose": purpose,
            "supplier": supplier,
            "downloadLocation": NONE,
            "filesAnalyzed": False,
            "licenseConcluded": NONE,
            "licenseDeclared": license,
            "copyrightText": NONE,
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}],
            **more,
        }
        if checksum:
            package["checksums"] = [{"algorithm": "SHA256", "checksumValue": checksum}]
        self.packages.append(package)
        return identifier

    def relate(self, subject, kind, object):
        self.relationships.append({"spdxElementId": subject, "relationshipType": kind, "relatedSpdxElement": object})

    def add_debian(self, packages):
        """Adds Debian packages, and which of them need which. Returns their identifiers by name."""
        vendor = self.distribution.get("ID", "debian")
        release = f"{vendor}-{self.distribution.get('VERSION_ID', '')}".rstrip("-")
        identifiers, providers = {}, {}
        for package in packages:
            source, source_version = package.source
            purl = f"pkg:deb/{vendor}/{quote(package.name)}@{quote(package.version)}?arch={package.architecture}&distro={quote(release)}"
            if (source, source_version) != (package.name, package.version):
                purl += f"&upstream={quote(f'{source}@{source_version}')}"
            identifiers[package.name] = self.add(
                package.name, package.version, "LIBRARY" if package.fields.get("Section") == "libs" else "OTHER", purl,
                checksum=package.sha256, supplier=f"Organization: {self.distribution.get('NAME', 'Debian')}",
                sourceInfo=f"built from the source package {source} {source_version}")
            self.relate(self.root, "CONTAINS", identifiers[package.name])
            for name in package.provides:
                providers.setdefault(name, package.name)
        for package in packages:
            targets = {providers[name] for names in package.dependencies for name in names if name in providers}
            for target in sorted(targets - {package.name}):
                self.relate(identifiers[package.name], "DEPENDS_ON", identifiers[target])
        return identifiers

    def add_swift(self, pins):
        """Adds the packages of a Package.resolved; returns their identifiers."""
        result = []
        for pin in sorted(pins, key=lambda pin: pin["identity"]):
            place = re.sub(r"^\w+://|\.git$", "", pin["location"])
            state = pin["state"]
            version = state.get("version") or state["revision"]
            result.append(self.add(
                pin["identity"], version, "LIBRARY", f"pkg:swift/{quote(place, '/')}@{quote(version)}",
                sourceInfo=f"revision {state['revision']} of {pin['location']}"))
        return result

    def encoded(self):
        """The document; equal images have equal ones."""
        name, content = self.image.name, json.dumps([self.packages, self.relationships], sort_keys=True)
        space = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.image.digest} {content}")
        return json.dumps({
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": name,
            "documentNamespace": f"https://spdx.org/spdxdocs/{quote(self.packages[0]['name'])}-{space}",
            "creationInfo": {"created": oci.rfc3339(self.image.created), "creators": ["Tool: otel-operator-hack-image-1"]},
            "documentDescribes": [self.root],
            "packages": self.packages,
            "relationships": self.relationships,
        }, indent=1) + "\n"


def quote(text, safe=""):
    return urllib.parse.quote(text, safe=safe)


def distribution(root):
    """The fields of the image's os-release; none if it has no such file."""
    entry = root.resolve("etc/os-release")
    lines = entry.content.decode().splitlines() if entry else []
    return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines if "=" in line)}
