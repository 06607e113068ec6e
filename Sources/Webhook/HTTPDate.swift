import Glibc
import KubeModel
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

    static func text(_ second: Int) -> String {
        let civil = CivilTime(secondsSince1970: Int64(second))
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(days[civil.weekday]), \(CivilTime.padded(civil.day)) \(months[civil.month - 1]) \(civil.year) "
            + "\(civil.timeOfDay) GMT"
    }
}
