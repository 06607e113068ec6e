import Glibc

/// A moment by the wall clock, as certificates count: whole seconds since 1970-01-01 UTC.
public struct WallTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var secondsSince1970: Int64

    public init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

    /// Now, by the system's clock, which may be set forward or back at any time.
    public static var now: WallTime { WallTime(secondsSince1970: Int64(time(nil))) }

    public static func < (left: WallTime, right: WallTime) -> Bool { left.secondsSince1970 < right.secondsSince1970 }

    /// Fractions of a second are dropped.
    public static func + (moment: WallTime, duration: Duration) -> WallTime {
        WallTime(secondsSince1970: moment.secondsSince1970 + duration.components.seconds)
    }

    public static func - (moment: WallTime, duration: Duration) -> WallTime {
        WallTime(secondsSince1970: moment.secondsSince1970 - duration.components.seconds)
    }

    public static func - (end: WallTime, start: WallTime) -> Duration {
        .seconds(end.secondsSince1970 - start.secondsSince1970)
    }

    /// RFC 3339, in UTC.
    public var description: String {
        var seconds = time_t(secondsSince1970)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "\(secondsSince1970) s since 1970" }
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }
}
