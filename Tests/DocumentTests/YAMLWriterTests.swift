import Document
import Testing

@Suite("Writing YAML")
struct YAMLWriterTests {
    @Test("a manifest looks as kubectl prints it")
    func manifest() {
        let value: JSONValue = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": "web", "annotations": ["a.b/c": "true", "on": "8080"], "labels": [:]],
            "spec": [
                "containers": [
                    [
                        "name": "app", "args": ["--config=env:OTEL_CONFIG", "-v", "a b: c"],
                        "ports": [["containerPort": 8080]], "env": [],
                    ]
                ],
                "script": "#!/bin/sh\nset -e\n  echo hi\n", "noNewline": "a\nb", "nothing": .null,
                "matrix": [[1, 2], [], [[:]]],
            ],
        ]
        #expect(
            YAML.serialized(value) == """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: web
                  annotations:
                    a.b/c: "true"
                    "on": "8080"
                  labels: {}
                spec:
                  containers:
                  - name: app
                    args:
                    - --config=env:OTEL_CONFIG
                    - -v
                    - 'a b: c'
                    ports:
                    - containerPort: 8080
                    env: []
                  script: |
                    #!/bin/sh
                    set -e
                      echo hi
                  noNewline: |-
                    a
                    b
                  nothing: null
                  matrix:
                  - - 1
                    - 2
                  - []
                  - - {}

                """)
    }

    @Test(
        "strings that some reader would take for something else are quoted",
        arguments: [
            "", "~", "null", "NULL", "nUll", "y", "N", "yes", "No", "ON", "off", "true", "False", "0", "-1", "+1", "08",
            "0777", "0o17", "0x1F", "0b1", "1_000", "1.5", ".5",
            "5.", "1e3", "1E+3", "1e999", ".inf", "-.Inf", "+.INF", ".NaN", "1:30", "190:20:30.15", "2001-12-14",
            "2001-12-14T21:59:43Z", "2001-12-14 21:59:43", "<<", "=",
            "1.2.3", "0xg".replacing("g", with: "f"), "-", "--", ".", "..", "---", "0.0.0.0:4317",
        ])
    func ambiguous(text: String) throws {
        #expect(YAML.serialized(["v": .string(text)]) == "v: \"\(text)\"\n")
        #expect(YAML.serialized([text: 1] as JSONValue) == "\"\(text)\": 1\n")
    }

    @Test(
        "strings that are clear are not",
        arguments: [
            "a", "web-1", "v1.2", "512Mi", "100m", "30s", "a b", "http://collector:4317", "a/b", "$(POD_NAME)", "yes!",
            "nothing", "é", "한국어", "a#b", "x=y", "1password", "--flag=1",
            "registry.example.com/image:1.0", "Null-terminated", "10.0.0.1/8",
        ])
    func clear(text: String) {
        #expect(YAML.serialized(["v": .string(text)]) == "v: \(text)\n")
    }

    @Test(
        "numbers are written so that every reader sees a number",
        arguments: [
            ("1", "1"), ("1.50", "1.50"), ("1e3", "1.0e+3"), ("1E3", "1.0e+3"), ("1.5e-7", "1.5e-7"),
            ("-2e+10", "-2.0e+10"), ("18446744073709551616", "18446744073709551616"),
        ])
    func numbers(json: String, yaml: String) throws {
        #expect(YAML.serialized(.number(JSONNumber(validText: json))) == yaml + "\n")
    }

    @Test("long lines are not folded and long keys come back")
    func long() throws {
        let text = String(repeating: "word ", count: 200) + "end"
        #expect(YAML.serialized(["v": .string(text)]) == "v: \(text)\n")
        #expect(try YAML.parse(YAML.serialized([text: 1] as JSONValue)) == [text: 1])
    }

    @Test("documents are separated")
    func documents() {
        #expect(YAML.serializedAll([["a": 1], .null, ["b": []]]) == "a: 1\n---\nnull\n---\nb: []\n")
        #expect(YAML.serializedAll([]) == "")
    }

    @Test(
        "text that a plain or block style would change is quoted",
        arguments: [
            (" a", "' a'"), ("a ", "'a '"), ("a\tb", "\"a\\tb\""), ("\n", "\"\\n\""), ("a\n\n", "\"a\\n\\n\""),
            (" a\nb", "\" a\\nb\""), ("a\r\nb", "\"a\\r\\nb\""), ("\u{0}", "\"\\0\""),
            ("\u{feff}", "\"\\uFEFF\""), ("# a", "'# a'"), ("- item", "'- item'"), ("{a}", "'{a}'"), ("*a", "'*a'"),
            ("it's: x", "'it''s: x'"),
        ])
    func quoted(text: String, yaml: String) throws {
        #expect(YAML.serialized(["v": .string(text)]) == "v: \(yaml)\n")
        #expect(try YAML.parse("v: \(yaml)\n") == ["v": .string(text)])
    }
}
