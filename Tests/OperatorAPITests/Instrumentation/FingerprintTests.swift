import Document
import KubeModel
import OperatorAPI
import Testing

@Suite("Fingerprint")
struct FingerprintTests {
    private static let images = DefaultImages()

    private func fingerprint(
        _ spec: JSONValue, _ language: Language = .java, images: DefaultImages = images
    ) throws -> String {
        try Instrumentation(["metadata": ["name": "a", "namespace": "b"], "spec": spec])
            .fingerprint(of: language, images: images)
    }

    @Test("is eight hexadecimal digits")
    func form() throws {
        for spec: JSONValue in [[:], ["java": ["image": "x"]], .null] {
            let text = try fingerprint(spec)
            #expect(text.utf8.count == 8)
            #expect(text.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        }
    }

    @Test(
        "does not change with what means the same",
        arguments: [
            (
                ["exporter": ["endpoint": "e"], "env": [["name": "A", "value": "1"]]],
                ["env": [["value": "1", "name": "A"]], "exporter": ["endpoint": "e"]]
            ),
            ([:], ["exporter": [:], "sampler": .null, "java": [:]]),
            ([:], ["java": ["image": "", "resources": ["limits": ["cpu": "500m", "memory": "256Mi"]]]]),
            (
                ["java": ["image": "x"]],
                [
                    "java": [
                        "image": "x",
                        "resources": [
                            "limits": ["memory": "256Mi", "cpu": "500m"], "requests": ["cpu": "50m", "memory": "64Mi"],
                        ],
                    ]
                ]
            ),
            // The default image, written out.
            ([:], ["java": ["image": .string(DefaultImages().java)]]),
        ] as [(JSONValue, JSONValue)])
    func same(one: JSONValue, other: JSONValue) throws {
        #expect(try fingerprint(one) == fingerprint(other))
    }

    @Test(
        "changes with what reaches pods of the language",
        arguments: [
            ["exporter": ["endpoint": "e"]], ["exporter": ["endpoint": "", "tls": ["secretName": "s"]]],
            ["env": [["name": "A", "value": "1"]]], ["java": ["image": "x"]],
            ["java": ["env": [["name": "A", "value": "1"]]]], ["java": ["volumeLimitSize": "1Gi"]],
            ["java": ["resources": ["limits": ["cpu": "1"]]]], ["java": ["resources": ["limits": [:]]]],
            ["java": ["extensions": [["image": "e", "dir": "/e"]]]], ["imagePullPolicy": "Always"],
            ["resource": ["addK8sUIDAttributes": true]], ["notYetInvented": 1],
        ] as [JSONValue])
    func different(spec: JSONValue) throws {
        #expect(try fingerprint(spec) != fingerprint([:]))
    }

    @Test("the order of variables counts, as the last of a name wins")
    func order() throws {
        #expect(
            try fingerprint(["env": [["name": "A", "value": "1"], ["name": "A", "value": "2"]]])
                != fingerprint(["env": [["name": "A", "value": "2"], ["name": "A", "value": "1"]]]))
    }

    @Test("another language's section does not count; the SDK has none", arguments: Language.allCases)
    func sections(language: Language) throws {
        let plain = try fingerprint([:], language)
        for other in Language.withAgent where other != language {
            let section = try #require(other.section)
            #expect(try fingerprint([section: ["image": "x", "env": [["name": "A"]]]], language) == plain)
        }
    }

    @Test("the operator's default image counts where the object names none")
    func defaultImages() throws {
        var newer = DefaultImages()
        newer.java = "new"
        #expect(try fingerprint([:]) != fingerprint([:], images: newer))
        #expect(try fingerprint(["java": ["image": "x"]]) == fingerprint(["java": ["image": "x"]], images: newer))
        #expect(try fingerprint([:], .python) == fingerprint([:], .python, images: newer))
        #expect(try fingerprint([:], .sdk) == fingerprint([:], .sdk, images: newer))
    }

    @Test("the webhook's defaults do not change it", arguments: Language.allCases)
    func defaulting(language: Language) throws {
        let object: JSONValue = [
            "metadata": ["name": "a", "namespace": "b"], "spec": ["exporter": ["endpoint": "http://e"]],
        ]
        let stored = Instrumentation.defaulting(object, images: Self.images)
        #expect(
            try Instrumentation(stored).fingerprint(of: language, images: Self.images)
                == Instrumentation(object).fingerprint(of: language, images: Self.images))
    }
}

@Suite("Content digest")
struct ContentDigestTests {
    private func digest(_ values: JSONValue...) -> ContentDigest {
        var digest = ContentDigest()
        for value in values { digest.add(value) }
        return digest
    }

    @Test(
        "tells apart what differs",
        arguments: [
            ("1", 1), ([["a"], []], [["a", []]]), (["a": "b"], ["ab": ""]), (["a", "b"], ["ab"]), (true, "true"),
            (["a": [:], "b": 1], ["a": 1]), ([1, 2], [2, 1]), (["x": []], [:]),
        ] as [(JSONValue, JSONValue)])
    func different(one: JSONValue, other: JSONValue) { #expect(digest(one) != digest(other)) }

    @Test("takes for the same what is: order of members, null, empty objects")
    func same() {
        #expect(digest(["a": 1, "b": 2]) == digest(["b": 2, "a": 1]))
        #expect(digest(["a": .null, "b": ["c": [:]]]) == digest([:]))
    }

    @Test("is stable: records on pods outlive the process")
    func stable() { #expect(digest(["a": ["b", 1, true]]).text == "e9b90d24") }
}

@Suite("Injection record")
struct InjectionRecordTests {
    @Test("what was written is read")
    func roundTrip() {
        let record = InjectionRecord([
            .init(language: .java, instrumentation: ObjectKey(namespace: "n", name: "a"), fingerprint: "0a1b2c3d"),
            .init(language: .apacheHttpd, instrumentation: ObjectKey(namespace: "n", name: "b.c"), fingerprint: "1"),
        ])
        #expect(record.text == "java=n/a@0a1b2c3d,apache-httpd=n/b.c@1")
        #expect(InjectionRecord(parsing: record.text) == record)
        let ofFile = InjectionRecord([
            .init(language: .python, instrumentation: ObjectKey(name: "configuration-file"), fingerprint: "0a1b2c3d")
        ])
        #expect(ofFile.text == "python=configuration-file@0a1b2c3d")
        #expect(InjectionRecord(parsing: ofFile.text) == ofFile)
        #expect(InjectionRecord([]).text.isEmpty)
    }

    @Test(
        "what is not understood is left out, and the rest is read",
        arguments: [
            "", ",", "java", "java=", "java=a", "java=@b", "java=a@", "java=a/b", "java=@/b", "java=/b@c", "java=a/@c",
            "java=a/b@", "java=a/b/c@d", "cobol=a/b@c", "=a/b@c", "Java=a/b@c", "🙂=🙂/🙂@", "java==a@b",
        ])
    func junk(text: String) {
        #expect(InjectionRecord(parsing: text).entries.isEmpty)
        #expect(InjectionRecord(parsing: "\(text),python=a/b@c").entries.map(\.language) == [.python])
        #expect(InjectionRecord(parsing: "python=a/b@c,\(text)").entries.map(\.language) == [.python])
    }

    @Test("a language has one entry, the first; what is longer than any record is none", .timeLimit(.minutes(1)))
    func bounded() {
        let many = (0..<20_000).map { "python=ns/i\($0)@0" }.joined(separator: ",")
        let record = InjectionRecord(parsing: "\(many),java=ns/j@1")
        #expect(record.text == "python=ns/i0@0,java=ns/j@1")
        let long = String(repeating: "a", count: 100_000)
        #expect(InjectionRecord(parsing: "python=\(long)/b@c,java=a/\(long)@c,go=a/b@\(long)").entries.isEmpty)
    }
}
