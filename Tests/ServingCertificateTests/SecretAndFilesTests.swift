import Document
import Foundation
import Testing

@testable import ServingCertificate

@Suite("The Secret")
struct ServingCertificateSecretTests {
    private let content = ServingCertificateContent(
        authorities: "a\n", authorityKey: "b\n", certificate: "c\n", key: "d\n")

    @Test("what is written is read")
    func roundTrip() {
        let secret = ServingCertificateSecret.object(
            name: "cert", namespace: "otel", labels: ["app": "x"], content: content)
        #expect(secret[path: "metadata", "namespace"]?.stringValue == "otel")
        #expect(secret["type"]?.stringValue == "kubernetes.io/tls")
        #expect(secret[path: "data", "tls.crt"]?.stringValue == "Ywo=")
        #expect(ServingCertificateSecret.content(of: secret) == content)
    }

    @Test("an update keeps metadata, type and other keys")
    func update() {
        let current: JSONValue = [
            "kind": "Secret", "metadata": ["name": "cert", "resourceVersion": "7"], "type": "Opaque",
            "data": ["other": "eA==", "tls.crt": "eA=="],
        ]
        let updated = ServingCertificateSecret.object(
            name: "cert", namespace: "otel", content: content, updating: current)
        #expect(updated[path: "metadata", "resourceVersion"]?.stringValue == "7")
        #expect(updated["type"]?.stringValue == "Opaque")
        #expect(updated[path: "data", "other"]?.stringValue == "eA==")
        #expect(ServingCertificateSecret.content(of: updated) == content)
    }

    @Test("without data there is no content; what cannot be read is empty")
    func foreign() {
        #expect(ServingCertificateSecret.content(of: ["kind": "Secret"]) == nil)
        #expect(ServingCertificateSecret.content(of: ["data": [:]]) == nil)
        let odd = ServingCertificateSecret.content(of: ["data": ["ca.crt": 3, "tls.crt": "!", "tls.key": "ZA=="]])
        #expect(odd == ServingCertificateContent(authorities: "", authorityKey: "", certificate: "", key: "d"))
    }
}

@Suite("A mounted certificate", .timeLimit(.minutes(1)))
final class MountedCertificateTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "mounted-\(UUID().uuidString)")
    private let source = CertificateSource()
    private var memory = MountedCertificate.Memory()

    init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: directory) }

    private var mounted: MountedCertificate { MountedCertificate(directory: directory.path, source: source) }

    private func identity() throws -> (certificate: String, key: String, fingerprint: String) {
        let authority = try CertificateAuthority.make(name: "ca", now: .now, lifetime: .seconds(1_000))
        let leaf = try authority.issueLeaf(names: [.dns("a.b")], now: .now, lifetime: .seconds(1_000))
        return (try leaf.certificate.pem, try leaf.key.pem, leaf.certificate.fingerprint)
    }

    private func look() -> MountedCertificate.Look { mounted.look(&memory) }

    /// As the kubelet does: a new directory, then the link `..data` is swapped by a rename.
    private func project(_ certificate: String, _ key: String) throws {
        let fresh = directory.appending(path: "..\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: fresh, withIntermediateDirectories: false)
        try certificate.write(to: fresh.appending(path: "tls.crt"), atomically: false, encoding: .utf8)
        try key.write(to: fresh.appending(path: "tls.key"), atomically: false, encoding: .utf8)
        let link = directory.appending(path: "..data_tmp").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: fresh.lastPathComponent)
        try #require(rename(link, directory.appending(path: "..data").path) == 0)
        for name in ["tls.crt", "tls.key"] {
            try? FileManager.default.createSymbolicLink(
                atPath: directory.appending(path: name).path, withDestinationPath: "..data/\(name)")
        }
    }

    @Test("the kubelet's swap is seen, and nothing is read while nothing changes")
    func swap() throws {
        let first = try identity()
        try project(first.certificate, first.key)
        #expect(look() == .taken(first.fingerprint))
        #expect(look() == .unchanged)
        let second = try identity()
        try project(second.certificate, second.key)
        #expect(look() == .taken(second.fingerprint))
        #expect(source.current?.identity.leaf.fingerprint == second.fingerprint)
        #expect(source.current?.generation == 2)
        try project(second.certificate, second.key)
        #expect(look() == .unchanged)
    }

    @Test("a pair that is half written is told once, and taken when it is whole")
    func half() throws {
        let first = try identity()
        let second = try identity()
        try project(first.certificate, first.key)
        _ = look()
        try project(second.certificate, first.key)
        #expect(
            look() == .failed(.unusable(directory: directory.path, cause: .keyMismatch)))
        #expect(look() == .unchanged)
        #expect(source.current?.identity.leaf.fingerprint == first.fingerprint)
        try project(second.certificate, second.key)
        #expect(look() == .taken(second.fingerprint))
    }

    @Test("missing files are told once, with the file's name, and then waited for")
    func missing() throws {
        guard case .failed(let error) = look() else {
            Issue.record("the directory is empty")
            return
        }
        #expect(error == .unreadable(path: directory.path + "/tls.crt", errno: ENOENT))
        #expect(look() == .unchanged)
        let first = try identity()
        try project(first.certificate, first.key)
        #expect(look() == .taken(first.fingerprint))
    }

    @Test("an error text never holds a key")
    func noSecret() throws {
        let first = try identity()
        try project(first.certificate, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
        guard case .failed(let error) = look() else {
            Issue.record("the key is garbage")
            return
        }
        #expect(!"\(error)".contains("c2VjcmV0"))
    }
}
