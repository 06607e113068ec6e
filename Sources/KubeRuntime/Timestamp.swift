#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A moment of the wall clock, written as the Kubernetes API writes it.
///
/// For what others read (conditions, events, leases). Durations are measured on a `Clock` instead: the wall clock jumps.
///
/// Source: Kubernetes API conventions, "Time" and "MicroTime".
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Since 1970-01-01T00:00:00Z.
    public var nanosecondsSinceEpoch: Int64

    public init(nanosecondsSinceEpoch: Int64) { self.nanosecondsSinceEpoch = nanosecondsSinceEpoch }

    public init(secondsSinceEpoch: Int64) {
        nanosecondsSinceEpoch = secondsSinceEpoch.multipliedReportingOverflow(by: 1_000_000_000).partialValue
    }

    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanosecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// RFC 3339 to the second, in UTC: `2026-02-03T04:05:06Z`.
    public var rfc3339: String { "\(dateAndTime)Z" }

    /// RFC 3339 to the microsecond, in UTC: `2026-02-03T04:05:06.000007Z`. What leases and events hold.
    public var rfc3339Micro: String {
        let nanoseconds = ((nanosecondsSinceEpoch % 1_000_000_000) + 1_000_000_000) % 1_000_000_000
        return "\(dateAndTime).\(Self.padded(nanoseconds / 1000, to: 6))Z"
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
    }

    private var dateAndTime: String {
        let seconds = Self.floorDivide(nanosecondsSinceEpoch, by: 1_000_000_000)
        let days = Self.floorDivide(seconds, by: 86_400)
        let secondOfDay = seconds - days * 86_400
        let date = Self.civilDate(daysSinceEpoch: days)
        let time = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map { Self.padded($0, to: 2) }
        return "\(Self.padded(date.year, to: 4))-\(Self.padded(date.month, to: 2))-\(Self.padded(date.day, to: 2))"
            + "T\(time.joined(separator: ":"))"
    }

    /// The date of the proleptic Gregorian calendar. The year is counted from March, so that the leap day comes last.
    private static func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = daysSinceEpoch + 719_468  // since 0000-03-01
        let era = floorDivide(days, by: 146_097)  // 400 years
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private static func padded(_ value: Int64, to width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
