import KubeModel
import Testing

@Suite struct TimestampTests {
    @Test(
        "a moment is written as RFC 3339 in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_798_761_599, "2026-12-31T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
        ])
    func writes(seconds: Int, text: String) {
        #expect(Timestamp(seconds: seconds).rfc3339 == text)
        #expect(Timestamp(rfc3339: text) == Timestamp(seconds: seconds))
    }

    @Test("every day of four centuries is read back as it was written")
    func roundTrip() {
        for day in stride(from: -50_000, through: 100_000, by: 1) {
            let time = Timestamp(seconds: day * 86400 + 12_345)
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
    }

    @Test("fractions have the digits that each form asks for")
    func fractions() {
        let time = Timestamp(seconds: 0, nanoseconds: 1_230_000)
        #expect(time.rfc3339Micro == "1970-01-01T00:00:00.001230Z")
        #expect(time.rfc3339Nano == "1970-01-01T00:00:00.00123Z")
        #expect(Timestamp(rfc3339: "1970-01-01T00:00:00.00123Z") == time)
    }

    @Test("an offset is taken off")
    func offset() {
        #expect(Timestamp(rfc3339: "1970-01-01T09:00:00+09:00") == Timestamp(seconds: 0))
        #expect(Timestamp(rfc3339: "1969-12-31T19:30:00-04:30") == Timestamp(seconds: 0))
    }

    @Test(
        "what is no time is not read",
        arguments: [
            "", "now", "1970-01-01", "1970-13-01T00:00:00Z", "1970-01-01T00:00:00", "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00Z ",
        ]
    )
    func rejects(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test("durations are added and taken with their fractions")
    func arithmetic() {
        let time = Timestamp(seconds: 10, nanoseconds: 800_000_000)
        let later = time + .milliseconds(700)
        #expect(later == Timestamp(seconds: 11, nanoseconds: 500_000_000))
        #expect(later - time == .milliseconds(700))
        #expect(time + .milliseconds(-900) == Timestamp(seconds: 9, nanoseconds: 900_000_000))
    }
}
