"""What an ELF file needs to run: its loader and its shared libraries. 64-bit, little-endian, which amd64 and arm64 are.

Source: System V ABI, chapters 4 (ELF header), 5 (program header, dynamic section).
"""
import dataclasses
import struct

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NULL, DT_NEEDED, DT_STRTAB, DT_SONAME = 0, 1, 5, 14


@dataclasses.dataclass(frozen=True)
class Elf:
    needed: tuple = ()
    soname: str | None = None
    interpreter: str | None = None


def read(data):
    """None if `data` is no ELF file that the dynamic loader would take."""
    if data[:6] != b"\x7fELF\x02\x01":
        return None
    try:
        return _read(data)
    except (struct.error, ValueError, OverflowError):
        return None


def _read(data):
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    loads, dynamic, interpreter = [], None, None
    for index in range(count):
        kind, _, start, address, _, length = struct.unpack_from("<IIQQQQ", data, offset + index * size)
        if kind == PT_LOAD:
            loads.append((address, start, length))
        elif kind == PT_DYNAMIC:
            dynamic = (start, length)
        elif kind == PT_INTERP:
            interpreter = text(data, start)
    if dynamic is None:
        return Elf(interpreter=interpreter)
    entries = []
    for place in range(dynamic[0], dynamic[0] + dynamic[1], 16):
        tag, value = struct.unpack_from("<qQ", data, place)
        if tag == DT_NULL:
            break
        entries.append((tag, value))
    strings = next((position(loads, value) for tag, value in entries if tag == DT_STRTAB), 0)
    names = lambda wanted: tuple(text(data, strings + value) for tag, value in entries if tag == wanted)
    return Elf(names(DT_NEEDED), next(iter(names(DT_SONAME)), None), interpreter)


def position(loads, address):
    """Where in the file the byte is that is loaded at `address`."""
    for start, offset, length in loads:
        if start <= address < start + length:
            return offset + address - start
    raise ValueError("an address outside of all segments")


def text(data, start):
    return data[start:data.index(b"\0", start)].decode()
