/// Base64 with the standard alphabet and padding, as Kubernetes writes bytes in JSON (RFC 4648 §4).
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// The two characters of every twelve bits, the first one in the lower byte.
    private static let pairs: [UInt16] = (0..<4096).map { bits in
        UInt16(alphabet[bits >> 6]) | UInt16(alphabet[bits & 63]) << 8
    }

    /// How many bytes the text of so many bytes has.
    public static func encodedCount(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    /// The text as ASCII bytes.
    public static func encode(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: encodedCount(bytes.count)) { target, initialized in
            initialized = encode(bytes, into: UnsafeMutableRawBufferPointer(target))
        }
    }

    /// Writes the text as ASCII bytes to where there is room for ``encodedCount(_:)``, and tells how many they are.
    public static func encode(_ bytes: [UInt8], into target: UnsafeMutableRawBufferPointer) -> Int {
        precondition(target.count >= encodedCount(bytes.count), "no room for base64")
        return bytes.withUnsafeBytes { source in
            pairs.withUnsafeBufferPointer { encode(source, into: target, $0) }
        }
    }

    public static func encodedString(_ bytes: [UInt8]) -> String { String(decoding: encode(bytes), as: UTF8.self) }

    private static func encode(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer,
        _ pairs: UnsafeBufferPointer<UInt16>
    ) -> Int {
        guard var from = source.baseAddress, let start = target.baseAddress, let pairs = pairs.baseAddress else {
            return 0
        }
        var to = start
        var rest = source.count
        while rest >= 8 {
            // Six of the eight bytes, to eight characters.
            let bits = UInt64(bigEndian: from.loadUnaligned(as: UInt64.self))
            let front = UInt64(pairs[Int(bits >> 52)]) | UInt64(pairs[Int(bits >> 40 & 4095)]) << 16
            let back = UInt64(pairs[Int(bits >> 28 & 4095)]) | UInt64(pairs[Int(bits >> 16 & 4095)]) << 16
            to.storeBytes(of: (front | back << 32).littleEndian, as: UInt64.self)
            from += 6
            to += 8
            rest -= 6
        }
        while rest >= 3 {
            let group =
                Int(from.load(as: UInt8.self)) << 16 | Int(from.load(fromByteOffset: 1, as: UInt8.self)) << 8
                | Int(from.load(fromByteOffset: 2, as: UInt8.self))
            let word = UInt32(pairs[group >> 12]) | UInt32(pairs[group & 4095]) << 16
            to.storeBytes(of: word.littleEndian, as: UInt32.self)
            from += 3
            to += 4
            rest -= 3
        }
        if rest > 0 {
            let second = rest == 2 ? Int(from.load(fromByteOffset: 1, as: UInt8.self)) << 8 : 0
            let group = Int(from.load(as: UInt8.self)) << 16 | second
            to.storeBytes(of: pairs[group >> 12].littleEndian, as: UInt16.self)
            to.storeBytes(of: rest == 2 ? alphabet[group >> 6 & 63] : padding, toByteOffset: 2, as: UInt8.self)
            to.storeBytes(of: padding, toByteOffset: 3, as: UInt8.self)
            to += 4
        }
        return to - start
    }

    /// `nil` when the text is not base64. White space is skipped, as kubectl's users paste it and YAML folds it; the padding
    /// must be there.
    public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var group = 0
        var filled = 0
        var padded = 0
        for character in text {
            if [0x09, 0x0A, 0x0D, 0x20].contains(character) { continue }
            if character == padding {
                padded += 1
                guard filled + padded <= 4, filled >= 2 else { return nil }
                continue
            }
            guard padded == 0, let value = value(character) else { return nil }
            group = group << 6 | value
            filled += 1
            if filled == 4 {
                bytes.append(UInt8(group >> 16 & 255))
                bytes.append(UInt8(group >> 8 & 255))
                bytes.append(UInt8(group & 255))
                (group, filled) = (0, 0)
            }
        }
        switch (filled, padded) {
        case (0, 0): return bytes
        case (2, 2): bytes.append(UInt8(group >> 4 & 255))
        case (3, 1):
            bytes.append(UInt8(group >> 10 & 255))
            bytes.append(UInt8(group >> 2 & 255))
        default: return nil
        }
        return bytes
    }

    private static func value(_ character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
