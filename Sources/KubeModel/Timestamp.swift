/// A moment, and how Kubernetes writes it: RFC 3339 in UTC.
///
/// Source: `metav1.Time` (seconds) and `metav1.MicroTime` (microseconds).
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Since 1970-01-01T00:00:00Z.
    public var seconds: Int
    /// 0 to 999,999,999.
    public var nanoseconds: Int

    public init(seconds: Int, nanoseconds: Int = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// `2026-01-31T08:05:09Z`
    public var rfc3339: String { "\(date)Z" }

    /// `2026-01-31T08:05:09.000123Z`, with exactly six digits.
    public var rfc3339Micro: String { "\(date).\(Self.padded(nanoseconds / 1000, 6))Z" }

    /// `2026-01-31T08:05:09.000123456Z`, without the zeros at the end.
    public var rfc3339Nano: String {
        guard nanoseconds != 0 else { return rfc3339 }
        var fraction = Self.padded(nanoseconds, 9)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(date).\(fraction)Z"
    }

    /// `2026-01-31T08:05:09`
    private var date: String {
        let civil = CivilTime(secondsSince1970: Int64(seconds))
        let day = "\(Self.padded(civil.year, 4))-\(CivilTime.padded(civil.month))-\(CivilTime.padded(civil.day))"
        return "\(day)T\(civil.timeOfDay)"
    }

    /// Reads what Kubernetes writes: `YYYY-MM-DDTHH:MM:SS[.fraction]` and `Z` or an offset.
    public init?(rfc3339 text: String) {
        var rest = Array(text.utf8)[...]
        func number(_ digits: Int) -> Int? {
            guard rest.count >= digits else { return nil }
            let part = rest.prefix(digits)
            guard part.allSatisfy({ (48...57).contains($0) }) else { return nil }
            rest = rest.dropFirst(digits)
            return part.reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        func take(_ character: Character) -> Bool {
            guard let first = rest.first, first == character.asciiValue else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
            take("T") || take("t") || take(" "), let hour = number(2), take(":"), let minute = number(2), take(":"),
            let second = number(2), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var nanoseconds = 0
        if take(".") {
            let fraction = rest.prefix { (48...57).contains($0) }
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(fraction.count)
            nanoseconds = fraction.prefix(9).reduce(0) { $0 * 10 + Int($1 - 48) }
            for _ in fraction.prefix(9).count..<9 { nanoseconds *= 10 }
        }
        var offset = 0
        if !(take("Z") || take("z")) {
            let isEast = take("+")
            guard isEast || take("-"), let hours = number(2), take(":"), let minutes = number(2) else { return nil }
            offset = (hours * 3600 + minutes * 60) * (isEast ? 1 : -1)
        }
        guard rest.isEmpty else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        self.init(seconds: days * 86400 + hour * 3600 + minute * 60 + second - offset, nanoseconds: nanoseconds)
    }

    /// Days since 1970-01-01 in the Gregorian calendar: years start in March, eras hold 400 years.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

extension Timestamp {
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = time.nanoseconds + Int(attoseconds / 1_000_000_000)
        let carry = Int((Double(nanoseconds) / 1e9).rounded(.down))
        return Timestamp(
            seconds: time.seconds + Int(seconds) + carry, nanoseconds: nanoseconds - carry * 1_000_000_000)
    }

    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .seconds(left.seconds - right.seconds) + .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}
