import os
import struct

import support
import enter
import names

QUERY = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + b"\x04Kube\x03svc\x00" + b"\x00\x01\x00\x01"


class Answers(support.Case):
    def test_a_name_that_is_known_has_its_address(self):
        response, name, kind = names.answer(QUERY, {"kube.svc": "127.0.0.1"})
        self.assertEqual(("kube.svc", 1), (name, kind))
        self.assertEqual((0x1234, 0x8580, 1, 1), struct.unpack_from("!HHHH", response))
        self.assertEqual(bytes([127, 0, 0, 1]), response[-4:])

    def test_a_known_name_has_no_address_of_another_kind(self):
        response, _, _ = names.answer(QUERY[:-4] + b"\x00\x1c\x00\x01", {"kube.svc": "127.0.0.1"})
        self.assertEqual((0x8580, 1, 0), struct.unpack_from("!HHH", response, 2))

    def test_other_names_are_not_there(self):
        response, _, _ = names.answer(QUERY, {})
        self.assertEqual((0x8583, 1, 0), struct.unpack_from("!HHH", response, 2))

    def test_a_query_cut_short_is_an_error_and_no_more(self):
        for length in range(12, len(QUERY) - 4):
            with self.assertRaises((ValueError, IndexError, struct.error)):
                names.answer(QUERY[:length], {})


class Places(support.Case):
    def test_links_of_an_image_lead_nowhere_outside_of_it(self):
        (self.folder / "var").mkdir()
        os.symlink("/run", self.folder / "var/run")
        os.symlink("../../../../../etc", self.folder / "out")
        self.assertEqual(self.folder / "run/secrets/token", enter.inside(self.folder, "/var/run/secrets/token"))
        self.assertEqual(self.folder / "etc/hosts", enter.inside(self.folder, "/out/hosts"))
        self.assertEqual(self.folder / "x", enter.inside(self.folder, "/../../x"))

    def test_a_circle_is_refused(self):
        os.symlink("b", self.folder / "a")
        os.symlink("a", self.folder / "b")
        with self.assertRaisesRegex(SystemExit, "too many links"):
            enter.inside(self.folder, "/a/x")
