import Glibc

/// A name that a certificate can be valid for.
public enum SubjectName: Hashable, Sendable, CustomStringConvertible {
    /// A DNS name, possibly with a wildcard as its first label.
    case dns(String)
    /// An IPv4 or IPv6 address in its usual text form.
    case address(String)

    /// An IP address when the text is one, a DNS name otherwise.
    ///
    /// - Throws: `invalidName` when it is neither: RFC 1123 labels, 253 bytes in all.
    public init(_ text: String) throws(CertificateError) {
        if let bytes = SubjectName.addressBytes(text), let name = SubjectName(addressBytes: bytes) {
            self = name
        } else if SubjectName.isDNSName(text) {
            self = .dns(text)
        } else {
            throw .invalidName(text)
        }
    }

    /// 4 or 16 bytes in network order.
    init?(addressBytes bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        self = .address(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    public var description: String {
        switch self {
        case .dns(let name), .address(let name): name
        }
    }

    static func addressBytes(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
        return nil
    }

    private static func isDNSName(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.enumerated().allSatisfy { index, label in
            if index == 0, label == "*", labels.count > 1 { return true }
            let bytes = Array(label.utf8)
            guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-")
            else { return false }
            return bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        }
    }
}
