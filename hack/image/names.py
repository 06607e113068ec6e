#!/usr/bin/python3
"""A DNS server for one address: answers A questions for the names it is given, says that there are no others, logs every question.

    names.py ADDRESS NAME=ADDRESS...       serves UDP on ADDRESS, port 53, until it is ended

A stand-in for a cluster's DNS where there is none. Source: RFC 1035, 4.
"""
import socket
import struct
import sys

A, IN = 1, 1
NO_SUCH_NAME = 3


def question(data):
    """The name that is asked for, the type, and where the question ends."""
    labels, place = [], 12
    while length := data[place]:
        if length > 63:
            raise ValueError("a compressed name in a question")
        labels.append(data[place + 1:place + 1 + length].decode("ascii").lower())
        place += 1 + length
    kind, _ = struct.unpack_from("!HH", data, place + 1)
    return ".".join(labels), kind, place + 5


def answer(data, known):
    """The response to one query, and the name and type it asked for."""
    name, kind, end = question(data)
    address = known.get(name)
    records = b""
    if address and kind == A:
        # The name is a pointer to the question's.
        records = struct.pack("!HHHIH", 0xC00C, A, IN, 5, 4) + socket.inet_aton(address)
    flags = 0x8580 if address else 0x8580 | NO_SUCH_NAME
    return data[:2] + struct.pack("!HHHHH", flags, 1, 1 if records else 0, 0, 0) + data[12:end] + records, name, kind


def main():
    address, *pairs = sys.argv[1:]
    known = dict(pair.split("=", 1) for pair in pairs)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        print("ready", flush=True)
        while True:
            data, peer = server.recvfrom(4096)
            try:
                response, name, kind = answer(data, known)
            except (ValueError, IndexError, struct.error, UnicodeDecodeError):
                continue
            print(f"asked {name} {kind}", flush=True)
            server.sendto(response, peer)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main()
