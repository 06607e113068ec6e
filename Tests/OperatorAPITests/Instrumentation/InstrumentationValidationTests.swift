import Document
import OperatorAPI
import Testing

@Suite("Instrumentation, validation")
struct InstrumentationValidationTests {
    private func verdict(_ spec: JSONValue) throws -> InstrumentationVerdict {
        try Instrumentation(["metadata": ["name": "i", "namespace": "n"], "spec": spec])
            .validated(images: DefaultImages())
    }

    @Test(
        "samplers",
        arguments: [
            ("always_on", "anything", nil), ("xray", "", nil), ("traceidratio", "", nil),
            ("traceidratio", "0.25", nil), ("parentbased_traceidratio", "1e-2", nil), ("traceidratio", "0x1p-2", nil),
            ("traceidratio", "NaN", nil), ("traceidratio", "x", "spec.sampler.argument is not a number: x"),
            ("traceidratio", "0x1", "spec.sampler.argument is not a number: 0x1"),
            ("traceidratio", "1e999", "spec.sampler.argument is not a number: 1e999"),
            ("traceidratio", "1.1", "spec.sampler.argument should be in rage [0..1]: 1.1"),
            ("traceidratio", "Inf", "spec.sampler.argument should be in rage [0..1]: Inf"),
            ("traceidratio", "-0.1", "spec.sampler.argument should be in rage [0..1]: -0.1"),
            ("nonsense", "", "spec.sampler.type is not valid: nonsense"),
            ("jaeger_remote", "endpoint=http://j:1,pollingIntervalMs=5,initialSamplingRate=0.2,other=x", nil),
            (
                "jaeger_remote", "endpoint",
                "spec.sampler.argument is not a valid argument for sampler jaeger_remote: invalid argument: endpoint, the argument should be in the form of key=value"
            ),
            (
                "jaeger_remote", "endpoint=",
                "spec.sampler.argument is not a valid argument for sampler jaeger_remote: endpoint cannot be empty"
            ),
            (
                "parentbased_jaeger_remote", "pollingIntervalMs=1.5",
                "spec.sampler.argument is not a valid argument for sampler parentbased_jaeger_remote: invalid pollingIntervalMs: 1.5"
            ),
            (
                "jaeger_remote", "initialSamplingRate=x",
                "spec.sampler.argument is not a valid argument for sampler jaeger_remote: invalid initialSamplingRate: x"
            ),
            (
                "jaeger_remote", "initialSamplingRate=2",
                "spec.sampler.argument is not a valid argument for sampler jaeger_remote: initialSamplingRate should be in rage [0..1]: 2"
            ),
        ] as [(String, String, String?)])
    func samplers(type: String, argument: String, error: String?) throws {
        let verdict = try verdict(["sampler": ["type": .string(type), "argument": .string(argument)]])
        #expect(verdict.error == error)
        #expect(verdict.warnings == [])
    }

    @Test("no sampler is worth a warning")
    func noSampler() throws {
        #expect(try verdict([:]) == InstrumentationVerdict.expected(nil, ["sampler type not set"]))
    }

    @Test("a claim template and a size limit contradict each other")
    func volumes() throws {
        let section: JSONValue = ["volumeClaimTemplate": ["spec": ["accessModes": ["a"]]], "volumeLimitSize": "1Mi"]
        let both = try verdict(["sampler": ["type": "xray"], "python": section, "apacheHttpd": section])
        #expect(
            both.error
                == "spec.apachehttpd.volumeClaimTemplate and spec.apachehttpd.volumeSizeLimit cannot both be defined: unable to resolve volume size"
        )
        #expect(both.warnings == [])
        let limit = try verdict(["sampler": ["type": "xray"], "python": ["volumeLimitSize": "1Mi"]])
        #expect(
            limit
                == .expected(
                    nil,
                    [
                        "spec.python.volumeSizeLimit is deprecated and will be removed in a future release; use spec.python.volume.size instead"
                    ]))
    }

    @Test("the exporter's certificates and its endpoint have to fit")
    func exporter() throws {
        func warnings(_ exporter: JSONValue) throws -> [String] {
            try verdict(["sampler": ["type": "xray"], "exporter": exporter]).warnings
        }
        let plain = "exporter.tls is configured but exporter.endpoint is not enabling TLS with https://"
        #expect(try warnings(["endpoint": "https://c", "tls": ["cert_file": "c", "key_file": "k"]]) == [])
        #expect(try warnings(["endpoint": "https://c"]) == ["exporter is using https:// but exporter.tls is unset"])
        #expect(try warnings(["tls": [:]]) == [plain])
        #expect(
            try warnings(["endpoint": "http://c", "tls": ["key_file": "k"]]) == [
                "both exporter.tls.key and exporter.tls.cert mut be set", plain,
            ])
    }

    @Test(
        "images that cannot be upgraded by themselves",
        arguments: [
            ("1.2.0", true), ("v1.32", true), ("2.0.0", false), ("2.30.0", false), ("3.0.0", false), ("latest", false),
            ("2.0.0-rc.1", true),
        ])
    func upgrades(tag: String, isBlocked: Bool) throws {
        let image = "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java:\(tag)"
        let warnings = try verdict(["sampler": ["type": "xray"], "java": ["image": .string(image)]]).warnings
        #expect(!warnings.isEmpty == isBlocked)
        if isBlocked {
            #expect(
                warnings.first?.hasPrefix(
                    "Instrumentation n/i: java image \(image) is at a version that cannot be automatically upgraded. Java instrumentation 2.0.0 contains"
                ) == true)
        }
        #expect(try verdict(["sampler": ["type": "xray"], "java": ["image": "own:1.0.0"]]).warnings == [])
    }
}

extension InstrumentationVerdict {
    fileprivate static func expected(_ error: String?, _ warnings: [String]) -> InstrumentationVerdict {
        InstrumentationVerdict(error: error, warnings: warnings)
    }
}
