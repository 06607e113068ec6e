import OperatorAPI
import Testing

@testable import Rendering

@Suite("Names and labels")
struct NamesTests {
    static let long = "d0c1e62-4d96-11ea-b174-c85b7644b6b5-5d0c1e62-4d96-11ea-b174-c85b7644b6b5"

    @Test("are cut to 63 bytes as in the reference")
    func truncated() {
        #expect(Names(collector: "simplest").workload == "simplest-collector")
        #expect(
            Names(collector: Self.long).workload == "d0c1e62-4d96-11ea-b174-c85b7644b6b5-5d0c1e62-4d96-11e-collector")
        #expect(
            TruncatedName.joined(
                .variable("d0c1e62"), .fixed("-"), .variable(String(Self.long.dropFirst(8))), .fixed("-collector"))
                == "4d96-11ea-b174-c85b7644b6b5-5d0c1e62-4d96-11ea-b174--collector")
    }

    @Test("are valid in DNS", arguments: [("foo-", "fooa"), ("-foo", "afoo"), ("a.b", "a-b"), ("A_b", "a-b")])
    func dns(_ text: String, _ name: String) { #expect(Names.dnsName(text) == name) }

    @Test("of Services with dots in the collector's name")
    func dots() {
        #expect(Names(collector: "instance.with.dots").headlessService == "instance-with-dots-collector-headless")
    }

    @Test(
        "of ports",
        arguments: [
            ("otlp_http", 4318, "otlp-http"), ("otlp/http", 4318, "otlp-http"),
            (String(repeating: "x", count: 96), 4318, "port-4318"),
            ("otlp&&**http", 4318, "port-4318"), ("skywalking-grpc", 11800, "skywalking-grpc"),
            ("jaeger-thrift_compact", 6831, "port-6831"), ("prometheus/production", 8889, "port-8889"),
        ])
    func ports(_ id: String, _ port: Int, _ name: String) { #expect(PortName.of(id, port: port) == name) }

    @Test(
        "the version label is what the reference makes of the image, and never invalid",
        arguments: [
            ("", "latest"), ("img", "latest"), ("img:1.2", "1.2"), ("img:1.2@sha256:abcdef", "1.2"),
            ("img@sha256:" + String(repeating: "a", count: 64), String(repeating: "a", count: 63)),
            ("reg:5000/img:1.2", ""),
            ("reg:5000/img", "latest"), ("reg:5000/img:1.2@sha256:ab", "latest"), ("a:b:c:d", "latest"),
        ])
    func version(_ image: String, _ label: String) { #expect(Labels.version(of: image) == label) }

    @Test("filters leave out what they match anywhere in the key")
    func filters() throws {
        let map = ["kubectl.kubernetes.io/last-applied-configuration": "x", "kubectlxkubernetes.io/y": "", "team": "a"]
        #expect(KeyFilter.lastApplied.remaining(map).count == 2)
        #expect(try KeyFilter(expressions: ["kube.*io"]).remaining(map) == ["team": "a"])
        #expect(
            try KeyFilter(expressions: [#"^kubectl\.kubernetes\.io/last-applied-configuration$"#]) == .lastApplied)
        #expect(throws: KeyFilterError.self) { try KeyFilter(expressions: ["("]) }
    }
}
