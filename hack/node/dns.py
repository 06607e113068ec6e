#!/usr/bin/env python3
"""Cluster DNS: answers names below cluster.local from what the API server has of Services and Endpoints.

What is answered is what "Kubernetes DNS-Based Service Discovery" 1.1.0 describes: addresses of Services, of headless
Services' endpoints and of their named pods, SRV for named ports, CNAME for ExternalName, and PTR. A name outside the
cluster does not exist (NXDOMAIN): nothing is ever asked elsewhere. While the API server is away the last answers stand.

Only the standard library is used.
"""

import argparse
import http.client
import ipaddress
import os
import socketserver
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "control-plane"))
import api_client  # noqa: E402  (the line above makes it importable)

ZONE = ("cluster", "local")
TTL = 5
A, CNAME, SOA, PTR, AAAA, SRV, OPT, ANY = 1, 5, 6, 12, 28, 33, 41, 255
IN = 1
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP = 0, 1, 2, 3, 4
# Without EDNS a UDP answer has at most so many bytes (RFC 1035, 4.2.1).
CLASSIC_SIZE = 512


def log(text):
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), text, flush=True)


# --- what the API server has ---


class Mirror:
    """A copy of all objects of one resource, kept by list and watch."""

    def __init__(self, path, client):
        self.path, self.client = path, client
        self.objects = None

    def run(self):
        version, said = None, None
        while True:
            try:
                if version is None:
                    listed = self.client.request("GET", self.path)
                    version = listed["metadata"]["resourceVersion"]
                    self.objects = {key_of(item): item for item in listed["items"]}
                    log(f"{self.path}: {len(self.objects)} objects")
                    said = None
                query = f"watch=true&allowWatchBookmarks=true&timeoutSeconds={api_client.WATCH_SECONDS}&resourceVersion={version}"
                for event in self.client.watch(f"{self.path}?{query}"):
                    item = event["object"]
                    if event["type"] == "ERROR":
                        raise api_client.StatusError(item.get("code", 500), item.get("message", ""))
                    version = item["metadata"]["resourceVersion"]
                    if event["type"] == "DELETED":
                        self.objects.pop(key_of(item), None)
                    elif event["type"] != "BOOKMARK":
                        self.objects[key_of(item)] = item
            except (api_client.StatusError, OSError, http.client.HTTPException, ValueError) as error:
                version = None
                if str(error) != said:
                    said = str(error)
                    log(f"{self.path}: watch ended: {error}; again")
                time.sleep(0.2)


def key_of(item):
    return item["metadata"]["namespace"], item["metadata"]["name"]


# --- which records a name has ---


class Unknown(Exception):
    """The name does not exist."""


def service_name(key, *before):
    return (*before, key[1], key[0], "svc", *ZONE)


def is_headless(service):
    return service["spec"].get("clusterIP") == "None"


def addresses_of(endpoints):
    """(label, address, ports) of each endpoint that is ready; the label is its pod's host name, or made of the address."""
    for subset in (endpoints or {}).get("subsets") or []:
        for address in subset.get("addresses") or []:
            yield address.get("hostname") or address["ip"].replace(".", "-"), address["ip"], subset.get("ports") or []


def port_label(port):
    return "_" + port.get("name", ""), "_" + port.get("protocol", "TCP").lower()


class Names:
    """Turns names into records; a record is (type, value)."""

    def __init__(self, services, endpoints):
        self.services, self.endpoints = services, endpoints

    @property
    def known(self):
        return self.services.objects is not None and self.endpoints.objects is not None

    def records(self, labels):
        """All records of a name; empty when it only has others below it. Raises Unknown."""
        if labels[-2:] == ("in-addr", "arpa"):
            return self.reverse(labels[:-2])
        if labels == ZONE:
            return []
        if labels[-2:] != ZONE or labels[-3] != "svc":
            raise Unknown
        rest = labels[:-3]
        if len(rest) < 2:
            namespaces = {namespace for namespace, _ in list(self.services.objects)}
            if not rest or rest[0] in namespaces:
                return []
            raise Unknown
        *before, name, namespace = rest
        key = (namespace, name)
        service = self.services.objects.get(key)
        if service is None:
            raise Unknown
        if service["spec"].get("type") == "ExternalName":
            if before:
                raise Unknown
            return [(CNAME, tuple(service["spec"]["externalName"].lower().rstrip(".").split(".")))]
        if not before:
            return self.addresses(key, service)
        if len(before) == 1 and not before[0].startswith("_"):
            return self.endpoint(key, service, before[0])
        if len(before) <= 2 and before[-1] in ("_tcp", "_udp", "_sctp"):
            return self.ports(key, service, before)
        raise Unknown

    def addresses(self, key, service):
        if not is_headless(service):
            return [(A, service["spec"]["clusterIP"])]
        found = [(A, ip) for _, ip, _ in addresses_of(self.endpoints.objects.get(key))]
        if not found:
            raise Unknown
        return list(dict.fromkeys(found))

    def endpoint(self, key, service, label):
        found = []
        if is_headless(service):
            found = [(A, ip) for name, ip, _ in addresses_of(self.endpoints.objects.get(key)) if name == label]
        if not found:
            raise Unknown
        return list(dict.fromkeys(found))

    def ports(self, key, service, labels):
        found = []
        if is_headless(service):
            for name, _, ports in addresses_of(self.endpoints.objects.get(key)):
                found += [(port_label(port), port["port"], service_name(key, name)) for port in ports]
        else:
            found = [(port_label(port), port["port"], service_name(key)) for port in service["spec"].get("ports") or []]
        if len(labels) == 1:
            # Only names below it, when there are any.
            if any(label[1] == labels[0] for label, _, _ in found):
                return []
            raise Unknown
        records = [(SRV, (number, target)) for label, number, target in found if label == tuple(labels)]
        if not records:
            raise Unknown
        return list(dict.fromkeys(records))

    def reverse(self, labels):
        try:
            wanted = str(ipaddress.IPv4Address(".".join(reversed(labels))))
        except ValueError:
            raise Unknown from None
        for key, service in list(self.services.objects.items()):
            if service["spec"].get("clusterIP") == wanted:
                return [(PTR, service_name(key))]
            if is_headless(service):
                for label, ip, _ in addresses_of(self.endpoints.objects.get(key)):
                    if ip == wanted:
                        return [(PTR, service_name(key, label))]
        raise Unknown

    def answer(self, labels, kind):
        """The records of an answer as (owner, type, value), following a CNAME within the cluster."""
        result, seen = [], set()
        while labels not in seen:
            seen.add(labels)
            try:
                records = self.records(labels)
            except Unknown:
                if result:
                    break
                raise
            result += [(labels, found, value) for found, value in records if found in (kind, CNAME) or kind == ANY]
            if kind == CNAME or not records or records[0][0] != CNAME:
                break
            labels = records[0][1]
        return result


# --- the protocol: RFC 1035, and the size of RFC 6891 ---


class Malformed(Exception):
    """Not a query that can be read."""


def read_name(message, offset):
    labels = []
    while True:
        if offset >= len(message):
            raise Malformed
        length = message[offset]
        offset += 1
        if length == 0:
            return tuple(labels), offset
        # A question has no compressed name: nothing stands before it.
        if length > 63 or offset + length > len(message):
            raise Malformed
        labels.append(message[offset : offset + length].decode("ascii", "replace").lower())
        offset += length


def write_name(labels):
    return b"".join(bytes([len(label)]) + label for label in (each.encode("ascii", "replace")[:63] for each in labels)) + b"\0"


def write_value(kind, value):
    if kind == A:
        return ipaddress.IPv4Address(value).packed
    if kind == SRV:
        return struct.pack("!HHH", 0, 100, value[0]) + write_name(value[1])
    return write_name(value)


def write_record(owner, kind, data):
    return write_name(owner) + struct.pack("!HHIH", kind, IN, TTL, len(data)) + data


def authority():
    """Says for how long it may be remembered that there is no such record."""
    data = write_name(("ns", "dns", *ZONE)) + write_name(("hostmaster", *ZONE)) + struct.pack("!IIIII", 1, 7200, 1800, 86400, TTL)
    return write_record(ZONE, SOA, data)


def respond(names, message, over_udp):
    """The response to a message, or None when there is nobody to answer."""
    if len(message) < 12:
        return None
    identity, flags, questions, _, _, additional = struct.unpack("!HHHHHH", message[:12])
    if flags & 0x8000:
        return None
    opcode, question, size, has_edns = flags >> 11 & 15, b"", CLASSIC_SIZE, False
    answers, soa, code = [], b"", NOERROR
    try:
        if opcode != 0:
            code = NOTIMP
        elif questions != 1:
            raise Malformed
        else:
            labels, offset = read_name(message, 12)
            if offset + 4 > len(message):
                raise Malformed
            kind, _ = struct.unpack("!HH", message[offset : offset + 4])
            question = message[12 : offset + 4]
            # The option record, when it is the first of the additional ones: root name, type, the sender's size.
            if additional and message[offset + 4 : offset + 7] == b"\0" + struct.pack("!H", OPT) and len(message) >= offset + 9:
                has_edns = True
                size = max(CLASSIC_SIZE, struct.unpack("!H", message[offset + 7 : offset + 9])[0])
            if not names.known:
                code = SERVFAIL
            else:
                answers = [write_record(owner, found, write_value(found, value)) for owner, found, value in names.answer(labels, kind)]
    except Malformed:
        code = FORMERR
    except Unknown:
        code = NXDOMAIN
    if code in (NOERROR, NXDOMAIN) and not answers:
        soa = authority()
    options = b"\0" + struct.pack("!HHIH", OPT, 4096, 0, 0) if has_edns else b""
    body = question + b"".join(answers) + soa + options
    # Response, authoritative, recursion "available" (some resolvers complain otherwise).
    flags = 0x8480 | flags & 0x7900 | code
    if over_udp and 12 + len(body) > size:
        # Too much for a datagram: come back over TCP.
        flags, answers, soa, body = flags | 0x0200, [], b"", question + options
    counts = (1 if question else 0, len(answers), 1 if soa else 0, 1 if has_edns else 0)
    return struct.pack("!HHHHHH", identity, flags, *counts) + body


class OverUDP(socketserver.BaseRequestHandler):
    def handle(self):
        message, socket = self.request
        response = respond(self.server.names, message, over_udp=True)
        if response:
            socket.sendto(response, self.client_address)


class OverTCP(socketserver.StreamRequestHandler):
    timeout = 10

    def handle(self):
        try:
            while len(prefix := self.rfile.read(2)) == 2:
                response = respond(self.server.names, self.rfile.read(*struct.unpack("!H", prefix)), over_udp=False)
                if not response:
                    return
                self.wfile.write(struct.pack("!H", len(response)) + response)
        except OSError:
            # The client went away, or said nothing for long.
            pass


class UDPServer(socketserver.UDPServer):
    max_packet_size = 4096


class TCPServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listen", required=True, help="address to listen on, port 53")
    api_client.add_arguments(parser)
    options = parser.parse_args()
    new_client = api_client.from_arguments(options, "cluster-dns")
    mirrors = [Mirror(path, new_client()) for path in ("/api/v1/services", "/api/v1/endpoints")]
    names = Names(*mirrors)
    servers = [UDPServer((options.listen, 53), OverUDP), TCPServer((options.listen, 53), OverTCP)]
    for server in servers:
        server.names = names
    for run in [mirror.run for mirror in mirrors] + [servers[1].serve_forever]:
        threading.Thread(target=run, daemon=True).start()
    servers[0].serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
