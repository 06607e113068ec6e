import json

import support
import debian
import spdx
from test_oci import example

DISTRIBUTION = {"ID": "debian", "VERSION_ID": "12", "NAME": "Debian GNU/Linux"}


def package(name, version, **fields):
    return debian.Package(name, version, "amd64", {"SHA256": "0" * 64, **fields})


def document():
    made = spdx.Document(example(), DISTRIBUTION)
    identifiers = made.add_debian([
        package("libcurl4", "7.88.1-10+deb12u15", Source="curl", Depends="libc6 (>= 2.34), libssl3 | libssl1, debconf", Section="libs"),
        package("libc6", "2.36-9"), package("libssl3", "1:3.0~rc1", Source="openssl (3.0)")])
    made.add_swift([{"identity": "swift-nio", "location": "https://github.com/apple/swift-nio.git", "state": {"version": "2.0", "revision": "abc"}},
                    {"identity": "other", "location": "https://example.com/x/other", "state": {"revision": "def"}}])
    return made, identifiers


class Document(support.Case):
    def setUp(self):
        super().setUp()
        self.document, self.identifiers = document()
        self.json = json.loads(self.document.encoded())

    def urls(self):
        return [package["externalRefs"][0]["referenceLocator"] for package in self.json["packages"]]

    def test_packages_have_urls_by_which_they_are_known(self):
        image, curl, libc, ssl, other, nio = self.urls()
        self.assertEqual("pkg:deb/debian/libcurl4@7.88.1-10%2Bdeb12u15?arch=amd64&distro=debian-12&upstream=curl%407.88.1-10%2Bdeb12u15", curl)
        self.assertEqual("pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12", libc)
        self.assertEqual("pkg:deb/debian/libssl3@1%3A3.0~rc1?arch=amd64&distro=debian-12&upstream=openssl%403.0", ssl)
        self.assertEqual(["pkg:swift/example.com/x/other@def", "pkg:swift/github.com/apple/swift-nio@2.0"], [other, nio])
        self.assertTrue(image.startswith("pkg:oci/app@sha256%3A"))

    def test_all_that_is_named_is_there_once(self):
        identifiers = [package["SPDXID"] for package in self.json["packages"]]
        self.assertEqual(len(identifiers), len(set(identifiers)))
        for identifier in identifiers:
            self.assertRegex(identifier, r"^SPDXRef-[A-Za-z0-9.-]+$")
        for relation in self.json["relationships"]:
            self.assertLessEqual({relation["spdxElementId"], relation["relatedSpdxElement"]}, {*identifiers, "SPDXRef-DOCUMENT"})

    def test_the_document_describes_the_image_which_contains_the_packages(self):
        relations = {(each["spdxElementId"], each["relationshipType"], each["relatedSpdxElement"]) for each in self.json["relationships"]}
        self.assertIn(("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image"), relations)
        for identifier in self.identifiers.values():
            self.assertIn(("SPDXRef-Image", "CONTAINS", identifier), relations)

    def test_dependencies_are_those_that_are_in_the_image(self):
        curl = self.identifiers["libcurl4"]
        self.assertEqual({self.identifiers["libc6"], self.identifiers["libssl3"]}, {
            each["relatedSpdxElement"] for each in self.json["relationships"] if (each["spdxElementId"], each["relationshipType"]) == (curl, "DEPENDS_ON")})

    def test_equal_images_have_equal_documents_and_others_another_namespace(self):
        self.assertEqual(self.document.encoded(), document()[0].encoded())
        self.document.add("more", "1", "LIBRARY", "pkg:generic/more@1")
        self.assertNotEqual(self.json["documentNamespace"], json.loads(self.document.encoded())["documentNamespace"])

    def test_every_package_has_what_the_specification_asks_for(self):
        for key in ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"):
            self.assertIn(key, self.json)
        for package in self.json["packages"]:
            self.assertLessEqual({"SPDXID", "name", "versionInfo", "downloadLocation", "supplier"}, package.keys())
