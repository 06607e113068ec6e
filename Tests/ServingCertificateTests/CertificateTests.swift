import COpenSSL
import Foundation
import KubeModel
import Testing

@testable import ServingCertificate

@Suite("Certificates")
struct CertificateTests {
    private let now = WallTime(secondsSince1970: 1_800_000_000)
    private let names: [SubjectName] = [
        .dns("webhook.otel.svc"), .dns("webhook.otel.svc.cluster.local"), .address("127.0.0.1"), .address("::1"),
    ]

    private func authority() throws -> CertificateAuthority {
        try CertificateAuthority.make(name: "ca", now: now, lifetime: .seconds(10_000))
    }

    @Test("a leaf verifies against its authority for each of its names and for no other")
    func verifies() throws {
        let authority = try authority()
        let leaf = try authority.issueLeaf(names: names, now: now, lifetime: .seconds(5_000)).certificate
        for name in names { #expect(leaf.verifies(against: [authority.certificate], at: now, for: name)) }
        #expect(!leaf.verifies(against: [authority.certificate], at: now, for: .dns("other.otel.svc")))
        #expect(!leaf.verifies(against: [authority.certificate], at: now, for: .address("127.0.0.2")))
        #expect(leaf.verifies(against: [authority.certificate], at: now - .seconds(290)))
        #expect(!leaf.verifies(against: [authority.certificate], at: now - .seconds(310)))
        #expect(!leaf.verifies(against: [authority.certificate], at: now + .seconds(5_001)))
        #expect(!leaf.verifies(against: [try self.authority().certificate], at: now))
        #expect(!leaf.verifies(against: [], at: now))
    }

    @Test("what was put in is read back")
    func inspects() throws {
        let authority = try authority()
        let leaf = try authority.issueLeaf(names: names, now: now, lifetime: .seconds(5_000))
        let read = try Certificate(pem: leaf.certificate.pem)
        #expect(read == leaf.certificate)
        #expect(read.subjectAlternativeNames == names)
        #expect(read.subject == "CN=webhook.otel.svc,O=opentelemetry-operator")
        #expect(read.issuer == "CN=ca@1800000000,O=opentelemetry-operator")
        #expect(read.notBefore == now - .seconds(300))
        #expect(read.notAfter == now + .seconds(5_000))
        #expect(!read.isAuthority)
        #expect(read.isIssued(by: authority.certificate))
        #expect(!authority.certificate.isIssued(by: read))
        #expect(authority.certificate.isAuthority)
        #expect(authority.certificate.isIssued(by: authority.certificate))
        #expect(read.fingerprint.count == 64)
    }

    @Test("a leaf does not outlive its authority")
    func cut() throws {
        let authority = try authority()
        let leaf = try authority.issueLeaf(names: names, now: now, lifetime: .seconds(1_000_000)).certificate
        #expect(leaf.notAfter == authority.certificate.notAfter)
    }

    @Test("a long name does not become the common name")
    func longName() throws {
        let long = "a." + String(repeating: "b", count: 60) + ".svc"
        let leaf = try authority().issueLeaf(names: [.dns(long)], now: now, lifetime: .seconds(100)).certificate
        #expect(leaf.subject == "CN=opentelemetry-operator,O=opentelemetry-operator")
        #expect(leaf.subjectAlternativeNames == [.dns(long)])
    }

    @Test("keys are PKCS#8 and belong to one certificate only")
    func keys() throws {
        let authority = try authority()
        let leaf = try authority.issueLeaf(names: names, now: now, lifetime: .seconds(100))
        let pem = try leaf.key.pem
        #expect(pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let read = try PrivateKey(pem: pem)
        #expect(leaf.certificate.matches(read))
        #expect(!authority.certificate.matches(read))
        #expect(throws: CertificateError.keyMismatch) {
            try ServingIdentity(chain: [leaf.certificate], key: authority.key)
        }
        #expect(throws: CertificateError.keyMismatch) {
            try CertificateAuthority(certificate: authority.certificate, key: read)
        }
        #expect("\(read)" == "private key")
    }

    @Test("the openssl tool agrees about the extensions")
    func extensions() throws {
        let authority = try authority()
        let leaf = try authority.issueLeaf(names: names, now: now, lifetime: .seconds(100))
        let ca = try printed(authority.certificate)
        #expect(ca.contains("CA:TRUE, pathlen:0"))
        #expect(ca.contains("X509v3 Basic Constraints: critical"))
        #expect(ca.contains("Certificate Sign, CRL Sign"))
        #expect(ca.contains("Subject Key Identifier"))
        let text = try printed(leaf.certificate)
        #expect(text.contains("Version: 3"))
        #expect(text.contains("CA:FALSE"))
        #expect(text.contains("X509v3 Key Usage: critical\n                Digital Signature\n"))
        #expect(text.contains("TLS Web Server Authentication"))
        #expect(text.contains("Authority Key Identifier"))
        #expect(text.contains("DNS:webhook.otel.svc, DNS:webhook.otel.svc.cluster.local, IP Address:127.0.0.1"))
        #expect(text.contains("prime256v1"))
        #expect(text.contains("ecdsa-with-SHA256"))
    }

    private func printed(_ certificate: Certificate) throws -> String {
        let bio = try MemoryBIO()
        try #require(certificate.withPointer { X509_print(bio.pointer, $0) } == 1)
        return bio.contents
    }

    @Test("names are told apart", arguments: [("10.0.0.1", true), ("fe80::1", true), ("a.b", false), ("*.a.b", false)])
    func names(_ text: String, _ isAddress: Bool) throws {
        let name = try SubjectName(text)
        if case .address = name { #expect(isAddress) } else { #expect(!isAddress) }
        #expect(name.description == text)
    }

    @Test(
        "what is no name is refused",
        arguments: [
            "", "a..b", "-a", "a-", "a b", "a\nb", "ü", "*", "a.*.b", String(repeating: "a", count: 64), "a,DNS:b",
        ])
    func noName(_ text: String) {
        #expect(throws: CertificateError.invalidName(text)) { try SubjectName(text) }
    }
}

@Suite("PEM and base64")
struct TextTests {
    @Test("a bundle is split and joined, and text around the blocks is dropped")
    func bundle() throws {
        let now = WallTime(secondsSince1970: 1_800_000_000)
        let first = try CertificateAuthority.make(name: "a", now: now, lifetime: .seconds(10)).certificate
        let second = try CertificateAuthority.make(name: "b", now: now, lifetime: .seconds(10)).certificate
        let joined = try PEMBundle.join([first, second, first])
        #expect(try PEMBundle.certificates(joined) == [first, second])
        let messy =
            "# one\r\n" + joined.replacingOccurrences(of: "\n", with: "  \r\n") + "-----BEGIN CERTIFICATE-----\nAAA"
        #expect(try PEMBundle.certificates(messy) == [first, second])
        #expect(throws: CertificateError.noCertificate) { try PEMBundle.certificates("") }
        #expect(throws: CertificateError.noCertificate) {
            try PEMBundle.certificates("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        }
    }

    @Test(
        "what is no certificate or key is refused, whatever it is",
        arguments: [
            "", "x", "-----BEGIN CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ])
    func garbage(_ text: String) {
        #expect(throws: CertificateError.noCertificate) { try Certificate(pem: text) }
        #expect(throws: CertificateError.noPrivateKey) { try PrivateKey(pem: text) }
    }

    @Test("a wall time reads as RFC 3339")
    func time() {
        #expect(WallTime(secondsSince1970: 0).description == "1970-01-01T00:00:00Z")
        #expect(WallTime(secondsSince1970: 1_800_000_000).description == "2027-01-15T08:00:00Z")
        #expect(WallTime(secondsSince1970: 951_782_399).description == "2000-02-28T23:59:59Z")
        #expect(WallTime(secondsSince1970: 951_782_400).description == "2000-02-29T00:00:00Z")
        #expect(WallTime(secondsSince1970: -1).description == "1969-12-31T23:59:59Z")
    }

    @Test("a day reads as Foundation has it")
    func civil() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for _ in 0..<500 {
            let seconds = Int64.random(in: -2_000_000_000...8_000_000_000)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday],
                from: Date(timeIntervalSince1970: Double(seconds)))
            let civil = CivilTime(secondsSince1970: seconds)
            #expect([civil.year, civil.month, civil.day] == [parts.year, parts.month, parts.day])
            #expect([civil.hour, civil.minute, civil.second] == [parts.hour, parts.minute, parts.second])
            #expect(civil.weekday + 1 == parts.weekday)
        }
    }
}
