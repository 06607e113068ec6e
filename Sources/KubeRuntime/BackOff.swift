/// How long to wait before the next try: exponential, with jitter, up to a limit.
///
/// The delay number n (from 0) is `min(initial * factor^n, maximum)`, made longer by a random part of up to `jitter` times
/// itself, so that many clients that failed together do not come back together.
///
/// Source: apimachinery `util/wait`.
public struct BackOff: Sendable {
    public var initial: Duration
    /// The limit before jitter.
    public var maximum: Duration
    public var factor: Double
    /// 0 for none, 1 for delays up to twice as long.
    public var jitter: Double
    /// How often `next()` was called since the start or the last `reset()`.
    public private(set) var attempts = 0
    private var current: Duration
    private var generator: any RandomNumberGenerator & Sendable

    public init(
        initial: Duration, maximum: Duration, factor: Double = 2, jitter: Double = 1,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.initial = initial
        self.maximum = maximum
        self.factor = factor
        self.jitter = jitter
        self.generator = generator
        current = initial
    }

    /// For watches: 0.8 s doubling to 30 s, with full jitter, as client-go's reflector does.
    public static func watching(
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) -> BackOff {
        BackOff(initial: .milliseconds(800), maximum: .seconds(30), generator: generator)
    }

    /// The delay before the next try.
    public mutating func next() -> Duration {
        let delay = min(current, maximum)
        attempts += 1
        // Multiplying stops at the limit, so it cannot overflow however often this is called.
        if current < maximum { current = min(current * factor, maximum) }
        return Self.jittered(delay, by: jitter, using: &generator)
    }

    /// A success: the next delay is the first one again.
    public mutating func reset() {
        attempts = 0
        current = initial
    }

    /// A duration made longer by a random part of up to `fraction` times itself.
    static func jittered(
        _ duration: Duration, by fraction: Double, using generator: inout any RandomNumberGenerator & Sendable
    ) -> Duration {
        guard fraction > 0 else { return duration }
        // 53 random bits: every double in 0..<1 with that spacing is equally likely.
        let random = Double(generator.next() >> 11) * 0x1p-53
        return duration + duration * (random * fraction)
    }
}
