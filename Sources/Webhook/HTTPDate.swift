import Glibc
import Synchronization

/// The `Date` header's text, made once a second. RFC 9110 §5.6.7 wants it in English and GMT.
final class HTTPDate: Sendable {
    private struct Cached {
        var second: Int = .min
        var text = ""
    }

    private let cached = Mutex(Cached())

    func now() -> String {
        let second = time(nil)
        return cached.withLock { cached in
            if cached.second != second { cached = Cached(second: second, text: HTTPDate.text(second)) }
            return cached.text
        }
    }

    static func text(_ second: time_t) -> String {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
            + "\(Int(parts.tm_year) + 1900) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
