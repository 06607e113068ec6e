import Document
import Glibc
import KubeModel
import Logging

/// Writes one line a log entry to standard error: a JSON object (the default), or text for a person at a console.
///
/// The keys and levels are those of the reference, so that log pipelines built for it keep working.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let settings: LogSettings

    init(label: String, settings: LogSettings) {
        self.label = label
        self.settings = settings
        logLevel = settings.level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { $1 } }
        if let explicit = event.metadata { merged.merge(explicit) { $1 } }
        write(line(event.level, "\(event.message)", merged, at: Timestamp.now()))
    }

    /// The entry with its newline.
    func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, at now: Timestamp) -> [UInt8] {
        let sorted = metadata.sorted { $0.key < $1.key }
        return switch settings.encoder {
        case .json: json(level, message, sorted, now)
        case .console: console(level, message, sorted, now)
        }
    }

    private func json(
        _ level: Logger.Level, _ message: String, _ metadata: [(key: String, value: Logger.MetadataValue)],
        _ now: Timestamp
    ) -> [UInt8] {
        var entry: JSONObject = [:]
        entry[settings.levelKey] = .string(name(level))
        entry[settings.timeKey] = now.encoded(settings.timeEncoding)
        entry["logger"] = .string(label)
        entry[settings.messageKey] = .string(message)
        for (key, value) in metadata {
            // What the entry itself says is not written over.
            entry[entry[key] == nil ? key : "\(key)_"] = .string("\(value)")
        }
        return JSONValue.object(entry).serialized() + [UInt8(ascii: "\n")]
    }

    private func console(
        _ level: Logger.Level, _ message: String, _ metadata: [(key: String, value: Logger.MetadataValue)],
        _ now: Timestamp
    ) -> [UInt8] {
        let time =
            switch now.encoded(settings.timeEncoding) {
            case .string(let text): text
            case let number: String(decoding: number.serialized(), as: UTF8.self)
            }
        let fields = metadata.map { " \($0.key)=\($0.value)" }.joined()
        let text = "\(time) \(name(level)) \(label): \(message)\(fields)"
        return Self.escaped(text) + [UInt8(ascii: "\n")]
    }

    /// One entry, one line, whatever a message holds: control characters are written as escapes.
    private static func escaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): result += "\\n".utf8
            case UInt8(ascii: "\t"): result.append(byte)
            case 0..<32, 127: result += "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: result.append(byte)
            }
        }
        return result
    }

    private func name(_ level: Logger.Level) -> String {
        let name =
            switch level {
            case .trace, .debug: "debug"
            case .info, .notice: "info"
            case .warning: "warn"
            case .error: "error"
            case .critical: "fatal"
            }
        return settings.isLevelLowercase ? name : name.uppercased()
    }

    /// A single write keeps lines of several threads apart; what a full pipe refuses is lost.
    private func write(_ line: [UInt8]) {
        line.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
