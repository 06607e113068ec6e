import Document
import KubeModel

extension Timestamp {
    /// The time as a log line shows it.
    func encoded(_ encoding: LogSettings.TimeEncoding) -> JSONValue {
        switch encoding {
        case .rfc3339: .string(rfc3339)
        case .rfc3339nano: .string(rfc3339Nano)
        case .iso8601: .string("\(rfc3339Micro.dropLast(4))Z")
        case .epoch: .number(JSONNumber(validText: "\(seconds).\(microText)"))
        case .millis: .int(seconds * 1000 + nanoseconds / 1_000_000)
        case .nano: .int(seconds * 1_000_000_000 + nanoseconds)
        }
    }

    private var microText: Substring { rfc3339Micro.dropLast().suffix(6) }
}
