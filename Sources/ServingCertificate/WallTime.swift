import Glibc
import KubeModel

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
        let civil = CivilTime(secondsSince1970: secondsSince1970)
        return "\(civil.year)-\(CivilTime.padded(civil.month))-\(CivilTime.padded(civil.day))T\(civil.timeOfDay)Z"
    }
}
