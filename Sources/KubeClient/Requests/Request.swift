/// One request to the API server, as a value: nothing is sent by making one.
public struct Request: Sendable, Equatable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One `name=value` of the query, not yet encoded.
    public struct QueryItem: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var method: Method
    /// Absolute, its segments already encoded: `/api/v1/namespaces/default/pods/web-0`.
    public var path: String
    public var query: [QueryItem]
    public var headers: [Header]
    public var body: [UInt8]?
    /// Time for everything, retries included; `nil` means the client's default.
    public var timeout: Duration?
    /// Whether carrying it out twice leaves the cluster as once does, so that a try without an answer may be repeated.
    public var isIdempotent: Bool

    public init(
        _ method: Method, _ path: String, query: [QueryItem] = [], headers: [Header] = [], body: [UInt8]? = nil,
        timeout: Duration? = nil, isIdempotent: Bool? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.isIdempotent = isIdempotent ?? (method == .get || method == .put || method == .delete)
    }

    /// Path and query, encoded, as the request line has them.
    public var target: String {
        if query.isEmpty { return path }
        return path + "?"
            + query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.joined(
                separator: "&")
    }
}

/// Percent-encoding of a path segment or of one part of a query: all but the unreserved characters.
///
/// Source: RFC 3986 §2.3.
enum PercentEncoding {
    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(hexadecimal(byte >> 4))
                bytes.append(hexadecimal(byte & 15))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }
}
