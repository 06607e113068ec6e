import Document
import KubeModel
import OperatorAPI
import Testing

@testable import Admission

@Suite("Answers to the reviews of Instrumentations")
struct ValidatingHandlerTests {
    private let handler = ValidatingHandler { try Instrumentation($0).validated(images: DefaultImages()) }

    private func object(_ spec: JSONValue) -> JSONValue {
        ["metadata": ["name": "i", "namespace": "shop"], "spec": spec]
    }

    private func response(
        _ operation: AdmissionRequest.Operation, object: JSONValue = .null, old: JSONValue = .null
    ) throws -> AdmissionResponse {
        try #require(
            handler.handleNow(
                AdmissionRequest(
                    uid: "u", operation: operation, namespace: "shop", object: object, oldObject: old)))
    }

    @Test(
        "a right one is allowed, with what is worth a warning", arguments: [AdmissionRequest.Operation.create, .update])
    func allowed(operation: AdmissionRequest.Operation) throws {
        let quiet = object(["sampler": ["type": "always_on"]])
        #expect(try response(operation, object: quiet) == .allowed())
        let warned = try response(operation, object: object(["exporter": ["endpoint": "https://c:4317"]]))
        #expect(warned.isAllowed)
        #expect(warned.code == 200)
        #expect(
            warned.warnings == ["sampler type not set", "exporter is using https:// but exporter.tls is unset"])
    }

    @Test("a wrong one is denied with the message, and with the warnings that came before it")
    func denied() throws {
        let wrong = object([
            "java": [
                "image": "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java:1.32.0",
                "volumeLimitSize": "1Gi", "volumeClaimTemplate": ["spec": ["accessModes": ["ReadWriteOnce"]]],
            ],
            "exporter": ["endpoint": "https://c:4317"],
        ])
        let response = try response(.create, object: wrong)
        #expect(!response.isAllowed)
        #expect(response.code == 403)
        #expect(response.reason == "Forbidden")
        #expect(
            response.message
                == "spec.java.volumeClaimTemplate and spec.java.volumeSizeLimit cannot both be defined: unable to resolve volume size"
        )
        #expect(response.warnings.count == 2)
        #expect(
            response.warnings.first?.hasPrefix(
                "Instrumentation shop/i: java image ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java:1.32.0 is at a version that cannot be automatically upgraded. Java instrumentation 2.0.0 contains"
            ) == true)
        #expect(response.warnings.last == "sampler type not set")
    }

    @Test("a deletion is judged by what is stored")
    func deletion() throws {
        let wrong = object(["sampler": ["type": "nonsense"]])
        #expect(try response(.delete, old: wrong).message == "spec.sampler.type is not valid: nonsense")
        #expect(try response(.delete, old: object(["sampler": ["type": "xray"]])) == .allowed())
    }

    @Test("one that cannot be read is denied with code 400 and the field")
    func unreadable() throws {
        let response = try response(.create, object: object(["propagators": "b3"]))
        #expect(!response.isAllowed)
        #expect(response.code == 400)
        #expect(response.message == "spec.propagators is a string, expected a list")
    }
}
