import Document
import OperatorAPI
import Testing

@testable import Rendering

@Suite("What a target allocator is denied for")
struct TargetAllocatorValidationTests {
    private static let incorrect = "the OpenTelemetry Spec Prometheus configuration is incorrect, "
    private static let scraping: JSONValue = ["prometheus": ["config": ["scrape_configs": [["job_name": "a"]]]]]

    private static func spec(
        mode: String = "statefulset", receivers: JSONValue = scraping, _ more: JSONValue = [:]
    ) -> JSONValue {
        var allocator = more
        allocator["enabled"] = true
        return ["mode": .string(mode), "targetAllocator": allocator, "config": config(receivers: receivers)]
    }

    private static func receiver(_ config: JSONValue) -> JSONValue { spec(receivers: ["prometheus": config]) }

    static let rows: [ValidationRow] = [
        ValidationRow("beside a StatefulSet", spec()),
        ValidationRow(
            "beside a Deployment", spec(mode: "deployment"),
            denied:
                "the OpenTelemetry Collector mode is set to deployment, which does not support the target allocation deployment"
        ),
        ValidationRow("beside a DaemonSet", spec(mode: "daemonset", ["allocationStrategy": "per-node"])),
        ValidationRow(
            "beside a DaemonSet, with another strategy",
            spec(mode: "daemonset", ["allocationStrategy": "least-weighted"]),
            denied:
                "the OpenTelemetry Collector mode is set to daemonset, which must be used with target allocation strategy per-node "
        ),
        ValidationRow(
            "a node's targets without a DaemonSet", spec(["allocationStrategy": "per-node"]),
            denied: "target allocation strategy per-node is only supported in OpenTelemetry Collector mode daemonset"),
        ValidationRow(
            "without a receiver", spec(receivers: ["otlp": ["protocols": ["grpc": [:]]]]),
            denied: incorrect + "no prometheus available as part of the configuration"),
        ValidationRow(
            "a receiver of another name", spec(receivers: ["prometheus/2": ["config": [:]], "prometheus/a": [:]]),
            denied: incorrect
                + "no prometheus available as part of the configuration; the target allocator gives its targets to the receiver prometheus only, found prometheus/2, prometheus/a"
        ),
        ValidationRow("a receiver that leaves it to the allocator", receiver([:])),
        ValidationRow(
            "no jobs", receiver(["config": ["scrape_configs": []]]),
            denied: incorrect
                + "either at least one scrape config needs to be defined or PrometheusCR needs to be enabled"),
        ValidationRow(
            "no list of jobs", receiver(["config": ["global": [:]]]),
            denied: incorrect + "no scrape_configs available as part of the configuration"),
        ValidationRow(
            "a job that is none", receiver(["config": ["scrape_configs": ["a"]]]),
            denied: incorrect
                + "scrape_config property in the configuration doesn't contain valid scrape_config"),
        ValidationRow(
            "jobs that are no list", receiver(["config": ["scrape_configs": ["a": 1]]]),
            denied: incorrect + "scrape_configs must be a list in the config"),
        ValidationRow(
            "jobs from monitors", spec(receivers: ["prometheus": ["config": [:]]], ["prometheusCR": ["enabled": true]])),
        ValidationRow(
            "an allocator that is switched off",
            ["targetAllocator": ["enabled": false, "allocationStrategy": "per-node"]]),
        ValidationRow(
            "certificates of one's own, of which one is missing",
            spec(["mtls": ["enabled": true, "useCertManager": false, "tls": ["serverCertificate": [:]]]]),
            denied:
                "mTLS is enabled with useCertManager set to false; tls.serverCertificate and tls.clientCertificate must both be set"
        ),
        ValidationRow(
            "certificates of one's own, without their issuer", spec(ownCertificates(.null)),
            denied:
                "mTLS is enabled with useCertManager set to false; tls.certificateAuthorityCertificate must be set"),
        ValidationRow(
            "an issuer in two places", spec(ownCertificates(["secret": [:], "configMap": [:]])),
            denied: "tls.certificateAuthorityCertificate must set exactly one of secret or configMap"),
        ValidationRow("an issuer in a ConfigMap", spec(ownCertificates(["configMap": [:]]))),
        ValidationRow("cert-manager's certificates", spec(["mtls": ["enabled": true]])),
    ]

    private static func ownCertificates(_ authority: JSONValue) -> JSONValue {
        [
            "mtls": [
                "enabled": true, "useCertManager": false,
                "tls": [
                    "serverCertificate": [:], "clientCertificate": [:], "certificateAuthorityCertificate": authority,
                ],
            ]
        ]
    }

    @Test("mode, strategy, receiver and certificates", arguments: rows)
    func checked(row: ValidationRow) throws { #expect(try row.verdict().denial == row.denial) }

    @Test("cert-manager has to be there when it is to be used")
    func certManager() throws {
        let validation = CollectorValidation(options: RenderingOptions(), isCertManagerAvailable: false)
        let denial = try ValidationRow("", Self.spec(["mtls": ["enabled": true, "useCertManager": true]]))
            .verdict(validation).denial
        #expect(denial?.hasPrefix("mTLS is enabled with useCertManager but cert-manager is not available; ") == true)
        #expect(try ValidationRow("", Self.spec()).verdict(validation).denial == nil)
    }
}
