import Document
import OperatorAPI
import Testing

@testable import Rendering

@Suite("The hash of a configuration")
struct ConfigHashTests {
    @Test(
        "names the ConfigMap as the reference does",
        arguments: [
            ("10s", "5723ff27edf2be60d63b08071d96bb77e0643ba2922ff585d3a7990f47830c16"),
            ("20s", "dfcfaead5a2ed1a7e1980c47766b2ce7ddb9af998ffe5b6ef045ce2d320d267c"),
            ("30s", "398edf5193c8c1b9079c295cb81d028e2d6379f8662cb14e03c521371a21130e"),
        ])
    func vectors(_ timeout: String, _ hash: String) throws {
        let config = try config([
            "receivers": ["otlp": ["protocols": ["grpc": [:], "http": [:]]]],
            "processors": ["batch": ["timeout": .string(timeout), "send_batch_size": 10000]],
            "exporters": ["debug": [:]],
            "service": [
                "pipelines": ["traces": ["receivers": ["otlp"], "processors": ["batch"], "exporters": ["debug"]]]
            ],
        ]).applyingDefaults()
        #expect(try ConfigHash(config).text == hash)
        #expect(Names(collector: "simple").configMap(try ConfigHash(config)) == "simple-collector-\(hash.prefix(8))")
    }

    @Test("of nothing")
    func empty() throws {
        #expect(
            try ConfigHash(config([:])).text == "fbcdae6a02b2115cd5ca4f34298202ab041d1dfe62edebfaadb48b1ee178231d")
        #expect(
            String(decoding: GoJSON(try config([:]).ordered(nulls: true)).bytes, as: UTF8.self)
                == #"{"receivers":null,"exporters":null,"service":{"pipelines":null}}"#)
    }

    @Test(
        "takes numbers as Go prints doubles",
        arguments: [
            ("1", "1"), ("1.0", "1"), ("1e6", "1000000"), ("1e20", "100000000000000000000"), ("1e21", "1e+21"),
            ("1e-6", "0.000001"), ("1e-7", "1e-7"), ("1.5e-9", "1.5e-9"), ("-0", "-0"),
            ("9007199254740993", "9007199254740992"),
            ("123.456", "123.456"), ("1e100", "1e+100"),
        ])
    func numbers(_ json: String, _ go: String) throws {
        #expect(String(decoding: GoJSON(try JSONValue(json: json)).bytes, as: UTF8.self) == go)
    }

    @Test("takes strings as Go escapes them")
    func strings() {
        let text = String(decoding: GoJSON("<a> & \"b\" \\ \n\t\r\u{1}\u{2028}é\u{7f}\u{8}").bytes, as: UTF8.self)
        #expect(text == "\"\\u003ca\\u003e \\u0026 \\\"b\\\" \\\\ \\n\\t\\r\\u0001\\u2028é\u{7f}\\b\"")
    }
}
