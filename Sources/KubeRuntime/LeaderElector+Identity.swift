extension LeaderElector.Configuration {
    /// An identity that no other process has, not even the one before on the same host: `<hostname>_<uuid>`.
    ///
    /// Source: RFC 9562 §5.4 (version 4, random).
    public static func makeIdentity(
        hostname: String, using generator: inout some RandomNumberGenerator
    ) -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let groups = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }
        return "\(hostname)_\(groups.joined(separator: "-"))"
    }

    public static func makeIdentity(hostname: String) -> String {
        var generator = SystemRandomNumberGenerator()
        return makeIdentity(hostname: hostname, using: &generator)
    }
}
