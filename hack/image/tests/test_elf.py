import shutil
from pathlib import Path

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
