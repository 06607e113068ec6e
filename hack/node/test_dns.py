"""Tests of the cluster DNS: messages in, messages out, without sockets and API server."""

import ipaddress
import random
import struct
import unittest

import dns


class Fixed:
    def __init__(self, objects):
        self.objects = objects


def service(name, namespace="shop", **spec):
    return (namespace, name), {"metadata": {"namespace": namespace, "name": name}, "spec": spec}


def endpoints(name, *subsets, namespace="shop"):
    return (namespace, name), {"metadata": {"namespace": namespace, "name": name}, "subsets": list(subsets)}


HTTP = {"name": "http", "port": 8080, "protocol": "TCP"}
SERVICES = dict(
    [
        service("web", clusterIP="10.96.0.20", ports=[{"name": "http", "port": 80, "protocol": "TCP"}]),
        service("each", clusterIP="None", ports=[HTTP]),
        service("nobody", clusterIP="None"),
        service("many", clusterIP="None"),
        service("alias", type="ExternalName", externalName="web.shop.svc.cluster.local"),
        service("elsewhere", type="ExternalName", externalName="www.example.com"),
        service("circle", type="ExternalName", externalName="circle.shop.svc.cluster.local"),
    ]
)
ENDPOINTS = dict(
    [
        endpoints(
            "each",
            {
                "addresses": [{"ip": "10.244.0.7", "hostname": "first"}, {"ip": "10.244.0.8"}],
                "notReadyAddresses": [{"ip": "10.244.0.9"}],
                "ports": [HTTP],
            },
        ),
        endpoints("nobody"),
        endpoints("many", {"addresses": [{"ip": f"10.244.1.{number}"} for number in range(1, 101)]}),
    ]
)
NAMES = dns.Names(Fixed(SERVICES), Fixed(ENDPOINTS))


def query(name, kind=dns.A, size=None):
    labels = tuple(name.split(".")) if name else ()
    message = struct.pack("!HHHHHH", 0x1234, 0x0100, 1, 0, 0, 0 if size is None else 1)
    message += dns.write_name(labels) + struct.pack("!HH", kind, dns.IN)
    if size is not None:
        message += b"\0" + struct.pack("!HHIH", dns.OPT, size, 0, 0)
    return message


def name_at(message, offset):
    labels, end = dns.read_name(message, offset)
    return ".".join(labels), end


def parse(message):
    """(code, truncated, answers); an answer is (owner, type, value)."""
    identity, flags, questions, count, authorities, additional = struct.unpack("!HHHHHH", message[:12])
    assert identity == 0x1234 and flags & 0x8000
    offset = 12
    for _ in range(questions):
        offset = name_at(message, offset)[1] + 4
    answers = []
    for _ in range(count):
        owner, offset = name_at(message, offset)
        kind, _, _, length = struct.unpack("!HHIH", message[offset : offset + 10])
        data, offset = offset + 10, offset + 10 + length
        if kind == dns.A:
            value = str(ipaddress.IPv4Address(message[data:offset]))
        elif kind == dns.SRV:
            value = (struct.unpack("!H", message[data + 4 : data + 6])[0], name_at(message, data + 6)[0])
        else:
            value = name_at(message, data)[0]
        answers.append((owner, kind, value))
    return flags & 15, bool(flags & 0x0200), answers


def ask(name, kind=dns.A, names=NAMES, over_udp=True, size=None):
    return parse(dns.respond(names, query(name, kind, size), over_udp))


def values(name, kind=dns.A):
    code, _, answers = ask(name, kind)
    return code, [value for _, _, value in answers]


class Answers(unittest.TestCase):
    def test_a_service_has_its_cluster_ip(self):
        self.assertEqual(
            ask("web.shop.svc.cluster.local"), (0, False, [("web.shop.svc.cluster.local", dns.A, "10.96.0.20")])
        )

    def test_the_case_of_a_name_does_not_matter(self):
        self.assertEqual(values("WEB.Shop.SVC.cluster.LOCAL"), (0, ["10.96.0.20"]))

    def test_there_are_no_version_6_addresses_but_the_name_exists(self):
        self.assertEqual(values("web.shop.svc.cluster.local", dns.AAAA), (dns.NOERROR, []))

    def test_a_headless_service_has_its_ready_endpoints(self):
        self.assertEqual(values("each.shop.svc.cluster.local"), (0, ["10.244.0.7", "10.244.0.8"]))

    def test_an_endpoint_has_a_name_of_its_own(self):
        self.assertEqual(values("first.each.shop.svc.cluster.local"), (0, ["10.244.0.7"]))
        self.assertEqual(values("10-244-0-8.each.shop.svc.cluster.local"), (0, ["10.244.0.8"]))

    def test_ports_of_a_service(self):
        self.assertEqual(values("_http._tcp.web.shop.svc.cluster.local", dns.SRV), (0, [(80, "web.shop.svc.cluster.local")]))

    def test_ports_of_a_headless_service_lead_to_its_endpoints(self):
        self.assertEqual(
            values("_http._tcp.each.shop.svc.cluster.local", dns.SRV),
            (0, [(8080, "first.each.shop.svc.cluster.local"), (8080, "10-244-0-8.each.shop.svc.cluster.local")]),
        )

    def test_an_address_has_its_name(self):
        self.assertEqual(values("20.0.96.10.in-addr.arpa", dns.PTR), (0, ["web.shop.svc.cluster.local"]))
        self.assertEqual(values("7.0.244.10.in-addr.arpa", dns.PTR), (0, ["first.each.shop.svc.cluster.local"]))

    def test_an_alias_within_the_cluster_is_followed(self):
        self.assertEqual(values("alias.shop.svc.cluster.local"), (0, ["web.shop.svc.cluster.local", "10.96.0.20"]))

    def test_an_alias_to_elsewhere_is_told_and_not_followed(self):
        self.assertEqual(values("elsewhere.shop.svc.cluster.local"), (0, ["www.example.com"]))

    def test_an_alias_of_itself_ends(self):
        self.assertEqual(values("circle.shop.svc.cluster.local"), (0, ["circle.shop.svc.cluster.local"]))

    def test_names_that_only_have_others_below_them_exist(self):
        for name in ("cluster.local", "svc.cluster.local", "shop.svc.cluster.local", "_tcp.web.shop.svc.cluster.local"):
            self.assertEqual(values(name), (dns.NOERROR, []), name)

    def test_what_does_not_exist(self):
        for name in (
            "www.example.com",
            "web",
            "local",
            "",
            "other.shop.svc.cluster.local",
            "web.other.svc.cluster.local",
            "other.svc.cluster.local",
            "nobody.shop.svc.cluster.local",
            "10-244-0-9.each.shop.svc.cluster.local",
            "first.web.shop.svc.cluster.local",
            "_other._tcp.web.shop.svc.cluster.local",
            "_http._udp.web.shop.svc.cluster.local",
            "a.b.c.web.shop.svc.cluster.local",
            "1.1.168.192.in-addr.arpa",
            "x.in-addr.arpa",
        ):
            self.assertEqual(values(name), (dns.NXDOMAIN, []), name)

    def test_nothing_is_denied_before_the_services_are_known(self):
        early = dns.Names(Fixed(None), Fixed({}))
        self.assertEqual(ask("web.shop.svc.cluster.local", names=early)[0], dns.SERVFAIL)


class Messages(unittest.TestCase):
    def test_an_answer_too_large_for_a_datagram_sends_to_tcp(self):
        name = "many.shop.svc.cluster.local"
        self.assertEqual(ask(name), (0, True, []))
        self.assertEqual(len(ask(name, over_udp=False)[2]), 100)

    def test_a_client_may_take_larger_datagrams(self):
        message = dns.respond(NAMES, query("many.shop.svc.cluster.local", size=8192), over_udp=True)
        self.assertEqual(len(parse(message)[2]), 100)
        self.assertEqual(struct.unpack("!H", message[10:12])[0], 1, "an answer to EDNS has its record, too")

    def test_the_question_is_repeated_as_it_was(self):
        asked = query("WEB.shop.svc.cluster.local")
        answer = dns.respond(NAMES, asked, over_udp=True)
        self.assertEqual(answer[12 : 12 + len(asked) - 12], asked[12:])

    def test_no_record_says_for_how_long(self):
        answer = dns.respond(NAMES, query("other.shop.svc.cluster.local"), over_udp=True)
        self.assertEqual(struct.unpack("!H", answer[8:10])[0], 1)
        self.assertIn(struct.pack("!HH", dns.SOA, dns.IN), answer)

    def test_other_operations_are_refused(self):
        message = bytearray(query("web.shop.svc.cluster.local"))
        message[2] |= 5 << 3
        self.assertEqual(parse(dns.respond(NAMES, bytes(message), over_udp=True))[0], dns.NOTIMP)

    def test_a_response_gets_no_answer(self):
        message = bytearray(query("web.shop.svc.cluster.local"))
        message[2] |= 0x80
        self.assertIsNone(dns.respond(NAMES, bytes(message), over_udp=True))

    def test_whatever_comes_no_message_breaks_it(self):
        source = random.Random(1)
        whole = query("_http._tcp.each.shop.svc.cluster.local", dns.SRV, size=1232)
        for _ in range(20000):
            message = bytearray(whole[: source.randrange(len(whole) + 1)])
            for _ in range(source.randrange(4)):
                if message:
                    message[source.randrange(len(message))] = source.randrange(256)
            answer = dns.respond(NAMES, bytes(message), over_udp=True)
            self.assertTrue(answer is None or len(answer) >= 12)


if __name__ == "__main__":
    unittest.main()
