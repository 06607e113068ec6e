/// Year, month, day and time of day in UTC, by the Gregorian calendar.
///
/// Done here as the C library's `struct tm` would tie everything that says the time to its headers.
package struct CivilTime: Equatable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    /// From Sunday, 0, to Saturday, 6.
    package let weekday: Int

    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`: years start in March,
    /// so that a leap day is a year's last.
    package init(secondsSince1970 seconds: Int64) {
        let days = Int((Double(seconds) / 86_400).rounded(.down))
        let rest = Int(seconds) - days * 86_400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = rest / 3_600
        minute = rest / 60 % 60
        second = rest % 60
        weekday = ((days + 4) % 7 + 7) % 7
    }

    /// Two digits.
    package static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// `08:49:37`
    package var timeOfDay: String {
        "\(CivilTime.padded(hour)):\(CivilTime.padded(minute)):\(CivilTime.padded(second))"
    }
}
