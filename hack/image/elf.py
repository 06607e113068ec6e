"""What an ELF file needs to run: its loader and its shared libraries; and what of it differs from build to build. 64-bit,
little-endian, which amd64 and arm64 are.

Source: System V ABI, chapters 4 (ELF header, sections), 5 (program header, dynamic section).
"""
import dataclasses
import hashlib
import struct

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
SHT_NOBITS = 8
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


# In it the Swift compiler keeps hashes of what it compiled, for its next run to compare. They differ between builds of the same source,
# alone of all that is in the program; nothing reads them at run time.
OF_THE_COMPILER = ".swift_modhash"
BUILD_ID = ".note.gnu.build-id"


def normalized(data):
    """The same program without what only its build knew: two builds of one source in one folder become equal.

    The build ID, which the linker made from the file as it was, is made anew from what stays.
    """
    result, places = bytearray(data), sections(data)
    for name in (OF_THE_COMPILER, BUILD_ID):
        start, length = places.get(name, (0, 0))
        # A note's header says how long its name and content are; the ID follows the name GNU.
        start, length = (start + 16, length - 16) if name == BUILD_ID and length > 16 else (start, length)
        result[start:start + length] = bytes(length)
    start, length = places.get(BUILD_ID, (0, 0))
    if length > 16:
        result[start + 16:start + length] = hashlib.sha512(result).digest()[:length - 16].ljust(length - 16, b"\0")
    return bytes(result)


def sections(data):
    """Where each section that takes room in the file is: offset and length by name. None in a file without a section table."""
    table, = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    if not table or names >= count:
        return {}
    try:
        headers = [struct.unpack_from("<IIQQQQ", data, table + index * size) for index in range(count)]
        return {text(data, headers[names][4] + name): (offset, length) for name, kind, _, _, offset, length in headers if kind != SHT_NOBITS}
    except (struct.error, ValueError, OverflowError):
        return {}


def position(loads, address):
    """Where in the file the byte is that is loaded at `address`."""
    for start, offset, length in loads:
        if start <= address < start + length:
            return offset + address - start
    raise ValueError("an address outside of all segments")


def text(data, start):
    return data[start:data.index(b"\0", start)].decode()
