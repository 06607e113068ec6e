import shutil
from pathlib import Path
from unittest import mock

import support
import elf


class Reading(support.Case):
    def test_needs_name_and_loader_are_read(self):
        self.assertEqual(elf.Elf(("libb.so.2", "libc.so.6"), "liba.so.1", None), elf.read(support.library("liba.so.1", "libb.so.2", "libc.so.6")))
        self.assertEqual(elf.Elf(("libc.so.6",), None, "/lib/ld.so"), elf.read(support.library(None, "libc.so.6", interpreter="/lib/ld.so")))

    def test_real_programs_need_the_c_library(self):
        program = elf.read(Path(shutil.which("tar")).read_bytes())
        self.assertIn("libc.so.6", program.needed)
        self.assertIn("/ld-linux", program.interpreter)

    def test_other_files_are_no_elf_files(self):
        for data in (b"", b"#!/bin/sh\n", b"\x7fELF\x01\x01" + bytes(60), b"\x7fELF\x02\x01"):
            self.assertIsNone(elf.read(data))

    def test_damaged_files_do_no_harm(self):
        whole = support.library("liba.so.1", "libb.so.2", interpreter="/lib/ld.so")
        for length in range(len(whole)):
            elf.read(whole[:length])
        for place in range(len(whole)):
            elf.read(whole[:place] + b"\xff" + whole[place + 1:])


class Normalizing(support.Case):
    """On a program of Debian's, which has a build ID, and a section that stands in for the Swift compiler's."""

    def setUp(self):
        super().setUp()
        self.program = Path(shutil.which("tar")).read_bytes()
        self.places = elf.sections(self.program)
        patch = mock.patch.object(elf, "OF_THE_COMPILER", ".gnu_debuglink")
        patch.start()
        self.addCleanup(patch.stop)

    def changed(self, section, at):
        start, length = self.places[section]
        place = start + (at if at >= 0 else length + at)
        return self.program[:place] + bytes([self.program[place] ^ 0xFF]) + self.program[place + 1:]

    def test_builds_that_differ_in_what_the_compiler_noted_become_equal(self):
        wanted = elf.normalized(self.program)
        for section, at in ((".gnu_debuglink", 0), (".gnu_debuglink", -1), (elf.BUILD_ID, 16), (elf.BUILD_ID, -1)):
            self.assertEqual(wanted, elf.normalized(self.changed(section, at)), (section, at))

    def test_builds_that_differ_in_code_stay_different_and_have_another_id(self):
        ids = set()
        for program in (self.program, self.changed(".text", 0), self.changed(".rodata", -1)):
            start, length = self.places[elf.BUILD_ID]
            ids.add(elf.normalized(program)[start + 16:start + length])
        self.assertEqual(3, len(ids))
        self.assertNotIn(bytes(20), ids)

    def test_nothing_else_is_changed(self):
        wanted = elf.normalized(self.program)
        self.assertEqual(len(self.program), len(wanted))
        allowed = [range(start, start + length) for start, length in (self.places[".gnu_debuglink"], self.places[elf.BUILD_ID])]
        self.assertEqual([], [place for place, (a, b) in enumerate(zip(self.program, wanted)) if a != b and not any(place in each for each in allowed)])
        self.assertEqual(wanted, elf.normalized(wanted))

    def test_a_file_without_sections_stays_as_it_is(self):
        program = support.library("liba.so.1")
        self.assertEqual(program, elf.normalized(program))

    def test_nor_does_one_change_whose_sections_are_cut_off(self):
        program = self.program[:-64]
        self.assertEqual(program, elf.normalized(program))
