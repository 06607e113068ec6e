import Document
import OperatorAPI
import Testing

@testable import Rendering

@Suite("The configuration as YAML")
struct ConfigYAMLTests {
    @Test(
        "numbers",
        arguments: [
            ("999999", "999999"), ("1000000", "1000000"), ("1048576", "1048576"), ("123456.5", "123456.5"),
            ("1234567.5", "1.2345675e+06"), ("9007199254740993", "9007199254740993"), ("0.0001", "0.0001"),
            ("0.00001", "1e-05"), ("1e3", "1000"), ("3.0", "3"), ("-0", "-0"), ("0", "0"), ("0.1", "0.1"),
            ("-2.5", "-2.5"), ("1e300", "1e+300"), ("5e-324", "5e-324"),
        ])
    func numbers(_ json: String, _ yaml: String) throws {
        #expect(ConfigYAML.text(try JSONValue(json: json)) == yaml + "\n")
    }

    @Test(
        "strings that stand as they are",
        arguments: [
            "host:4317", "a,b", "1.2.3", "30s", "${env:POD_IP}:4317", "^.*(a|b)$", "0.0.0.0:4317", ":4317", "-x", "?x",
            "a b", "héé", "http://x/y?z", "10.0.0.0/8", "-", "--x", "1.2.3.4", "e3", "0xg",
        ].filter { $0 != "-" })
    func plain(_ text: String) { #expect(ConfigYAML.text(.string(text)) == text + "\n") }

    @Test(
        "strings in quotes, since some reader would take them for something else",
        arguments: [
            "", "null", "~", "yes", "No", "on", "a: b", "0644", "1_000", "0x1f", "+1", "007", "1e3", ".inf", "-",
            "2020-01-01",
            "2020-01-01T00:00:00Z", "2020-01-01 10:00:00", "10:20", "12:30:45", "*x", "&x", "[x", "{x", "}", "!x", "|",
            ">", "%x",
            "'x", "@x", " x", "x ", "x:", "a #b", "a - b", "`x", "<<", "=", ".nan", "1.5", "-1", "1.", ".5", "? x",
            ",x",
        ])
    func quoted(_ text: String) { #expect(ConfigYAML.text(.string(text)) == "\"\(text)\"\n") }

    @Test(
        "escapes",
        arguments: [
            ("x: y\nz", #""x: y\nz""#), ("a\\b\nc", #""a\\b\nc""#), (" lead\nz", #"" lead\nz""#),
            ("a\"#", "\"a\\\"#\""),
            ("a\r\nb", #""a\r\nb""#), ("\u{1}", #""\x01""#), ("\u{a0}", #""\u00a0""#), ("\u{2028}", #""\u2028""#),
            ("\n", #""\n""#), ("\n b\nc", #""\n b\nc""#), ("\u{E0001}", #""\U000e0001""#),
        ])
    func escaped(_ text: String, _ yaml: String) { #expect(ConfigYAML.text(.string(text)) == yaml + "\n") }

    @Test(
        "several lines",
        arguments: [
            ("l1\nl2", "k: |-\n  l1\n  l2\n"), ("l1\nl2\n", "k: |\n  l1\n  l2\n"), ("a\n\n", "k: |+\n  a\n  \n"),
            ("a\n\nb", "k: |-\n  a\n  \n  b\n"),
        ])
    func blocks(_ text: String, _ yaml: String) { #expect(ConfigYAML.text(["k": .string(text)]) == yaml) }

    @Test("maps and lists")
    func structure() throws {
        let json = try JSONValue(
            json: #"{"a":{},"b":[],"c":[1,[1,[2]],{"x":null,"w":{"z":true}},"no"],"10":1,"n":"v"}"#)
        #expect(
            ConfigYAML.text(json) == """
                a: {}
                b: []
                c:
                  - 1
                  - - 1
                    - - 2
                  - x: null
                    w:
                      z: true
                  - "no"
                "10": 1
                "n": v

                """)
    }

    @Test("the default collector")
    func whole() throws {
        let config = try config([
            "receivers": ["otlp": ["protocols": ["http": [:], "grpc": [:]]]], "exporters": ["debug": [:]],
            "service": ["pipelines": ["traces": ["receivers": ["otlp"], "exporters": ["debug"]]]],
        ]).applyingDefaults()
        #expect(
            ConfigYAML.text(config.ordered(nulls: false)) == """
                receivers:
                  otlp:
                    protocols:
                      grpc:
                        endpoint: 0.0.0.0:4317
                      http:
                        endpoint: 0.0.0.0:4318
                exporters:
                  debug: {}
                service:
                  telemetry:
                    metrics:
                      readers:
                        - pull:
                            exporter:
                              prometheus:
                                host: 0.0.0.0
                                port: 8888
                  pipelines:
                    traces:
                      exporters:
                        - debug
                      receivers:
                        - otlp

                """)
    }
}
