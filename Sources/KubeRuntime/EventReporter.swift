import Document
import KubeModel

/// Who reports events, and the Event objects that it makes.
///
/// Source: Kubernetes API reference, `events.k8s.io/v1` Event.
struct EventReporter: Sendable {
    static let noteLimit = 1024
    /// Of reason, action and reporting instance.
    static let fieldLimit = 128
    /// Of a DNS subdomain, less the time that is appended to make the name unique.
    static let nameLimit = 253 - 17

    var controller: String
    var instance: String

    func event(_ note: EventNote, at time: Timestamp) -> KubeObject {
        // The API wants events of cluster-scoped objects in this namespace.
        let namespace = note.regarding.namespace.isEmpty ? "default" : note.regarding.namespace
        let suffix = String(UInt64(max(0, time.seconds)) * 1_000_000_000 + UInt64(time.nanoseconds), radix: 16)
        let name = "\(Self.objectName(note.regarding.name)).\(suffix)"
        var event = KubeObject(.event, ObjectKey(namespace: namespace, name: name))
        event["eventTime"] = .string(time.rfc3339Micro)
        event["reportingController"] = .string(controller)
        event["reportingInstance"] = .string(Self.cut(instance, to: Self.fieldLimit))
        event["action"] = .string(Self.cut(note.action, to: Self.fieldLimit))
        event["reason"] = .string(Self.cut(note.reason, to: Self.fieldLimit))
        event["regarding"] = note.regarding.json
        event["related"] = note.related?.json
        event["note"] = .string(note.note)
        event["type"] = .string(note.type)
        return event
    }

    /// Names of some kinds (roles, say) hold characters that an Event's name must not.
    private static func objectName(_ name: String) -> String {
        let allowed = name.utf8.prefix(nameLimit).map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                UInt8(ascii: "-"):
                byte
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
            default: UInt8(ascii: "-")
            }
        }
        let trimmed = allowed.drop { !isAlphanumeric($0) }.reversed().drop { !isAlphanumeric($0) }.reversed()
        return trimmed.isEmpty ? "event" : String(decoding: Array(trimmed), as: UTF8.self)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: "-") && byte != UInt8(ascii: ".")
    }

    /// The text, or as much of it as fits with an ellipsis, cut between characters of UTF-8.
    ///
    /// - Parameter limit: in bytes, at least 3.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit - 3)
        // Continuation bytes are 10xxxxxx: step back to the first byte of the character that does not fit.
        while end > text.utf8.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
        return String(text[..<end]) + "…"
    }
}
