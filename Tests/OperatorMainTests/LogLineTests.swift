import Document
import KubeModel
import Logging
import Testing

@testable import OperatorMain

@Suite("Log lines")
struct LogLineTests {
    private let now = Timestamp(seconds: 1_769_846_709, nanoseconds: 123_456_789)

    private func line(
        _ message: String = "done", _ metadata: Logger.Metadata = [:], level: Logger.Level = .info,
        _ change: (inout LogSettings) -> Void = { _ in }
    ) -> String {
        var settings = LogSettings()
        change(&settings)
        let handler = LineLogHandler(label: "webhook", settings: settings)
        return String(decoding: handler.line(level, message, metadata, at: now), as: UTF8.self)
    }

    @Test("are one JSON object each, with the reference's keys first")
    func json() {
        #expect(
            line("done", ["b": "2", "a": "1"]) == """
                {"level":"INFO","timestamp":"2026-01-31T08:05:09Z","logger":"webhook","message":"done","a":"1","b":"2"}\n
                """)
    }

    @Test("have the keys that were asked for")
    func keys() {
        let text = line {
            $0.messageKey = "msg"
            $0.levelKey = "severity"
            $0.timeKey = "ts"
            $0.isLevelLowercase = true
        }
        #expect(text.hasPrefix(#"{"severity":"info","ts":""#))
        #expect(text.contains(#""msg":"done""#))
    }

    @Test(
        "name the levels as zap does",
        arguments: [
            (.trace, "DEBUG"), (.debug, "DEBUG"), (.info, "INFO"), (.notice, "INFO"), (.warning, "WARN"),
            (.error, "ERROR"),
            (.critical, "FATAL"),
        ] as [(Logger.Level, String)])
    func levels(level: Logger.Level, name: String) {
        #expect(line(level: level).contains("\"level\":\"\(name)\""))
    }

    @Test(
        "show the time as asked for",
        arguments: [
            (.rfc3339, "\"2026-01-31T08:05:09Z\""), (.rfc3339nano, "\"2026-01-31T08:05:09.123456789Z\""),
            (.iso8601, "\"2026-01-31T08:05:09.123Z\""), (.epoch, "1769846709.123456"), (.millis, "1769846709123"),
            (.nano, "1769846709123456789"),
        ] as [(LogSettings.TimeEncoding, String)])
    func times(encoding: LogSettings.TimeEncoding, text: String) {
        #expect(line { $0.timeEncoding = encoding }.contains("\"timestamp\":\(text),"))
        let plain = text.filter { $0 != "\"" }
        let console = line {
            $0.timeEncoding = encoding
            $0.encoder = .console
        }
        #expect(console.hasPrefix("\(plain) INFO webhook: done"))
    }

    @Test("stay one line whatever they say", arguments: LogSettings.Encoder.allCases)
    func oneLine(encoder: LogSettings.Encoder) {
        let text = line("a\nb\r\u{1B}[2J", ["k\n": "v\nw"]) { $0.encoder = encoder }
        #expect(text.hasSuffix("\n"))
        let controls = text.dropLast().utf8.filter { $0 < 32 }
        #expect(controls.isEmpty)
        #expect(text.contains("a\\nb"))
    }

    @Test("keep their own members where metadata has the same names")
    func collisions() throws {
        let text = line("pod not injected", ["message": "why", "level": "high"])
        let json = try JSONValue(parsing: Array(text.dropLast().utf8))
        #expect(json["message"] == "pod not injected")
        #expect(json["message_"] == "why")
        #expect(json["level"] == "INFO")
        #expect(json["level_"] == "high")
    }
}
