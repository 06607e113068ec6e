public import NIOCore
public import NIOHTTP1

/// A whole request, its body read.
public struct HTTPRequest: Sendable {
    public let head: HTTPRequestHead
    public let body: ByteBuffer

    public init(head: HTTPRequestHead, body: ByteBuffer) {
        self.head = head
        self.body = body
    }

    /// The path without the query, as it was sent.
    public var path: Substring { head.path }

    /// The items of the query in their order, percent-decoded.
    public var query: [(name: String, value: String)] { head.query }
}

extension HTTPRequestHead {
    /// The target's path without the query.
    public var path: Substring { uri[..<(uri.utf8.firstIndex(of: UInt8(ascii: "?")) ?? uri.endIndex)] }

    /// The items of the query in their order, percent-decoded; an item without "=" has an empty value.
    public var query: [(name: String, value: String)] {
        guard let mark = uri.firstIndex(of: "?") else { return [] }
        return uri[uri.index(after: mark)...].split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (percentDecoded(parts[0]), parts.count > 1 ? percentDecoded(parts[1]) : "")
        }
    }
}

/// Undoes `%2F` and `+`; what is no valid escape stays as it is.
private func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    let source = Array(text.utf8)
    var index = 0
    while index < source.count {
        if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
            let high = Character(UnicodeScalar(source[index + 1])).hexDigitValue,
            let low = Character(UnicodeScalar(source[index + 2])).hexDigitValue
        {
            bytes.append(UInt8(high * 16 + low))
            index += 3
        } else {
            bytes.append(source[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : source[index])
            index += 1
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// A whole response. Its length is known, so it goes out in one write.
public struct HTTPResponse: Sendable {
    public var status: HTTPResponseStatus
    public var contentType: String
    /// More headers; the server itself adds Content-Length, Date and Connection.
    public var headers: [(name: String, value: String)]
    public var body: ByteBuffer

    public init(
        status: HTTPResponseStatus, contentType: String = "text/plain; charset=utf-8",
        headers: [(name: String, value: String)] = [], body: ByteBuffer = ByteBuffer()
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// Plain text for people, one line.
    public static func text(_ status: HTTPResponseStatus, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("X-Content-Type-Options", "nosniff")], body: ByteBuffer(string: text))
    }

    /// The whole message as it goes over the wire.
    func serialized(date: String, closing: Bool, withoutBody: Bool, allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 256 + body.readableBytes)
        buffer.writeStaticString("HTTP/1.1 ")
        if status == .ok {
            buffer.writeStaticString("200 OK")
        } else {
            buffer.writeString("\(status.code) \(status.reasonPhrase)")
        }
        buffer.writeStaticString("\r\nContent-Type: ")
        buffer.writeString(contentType)
        buffer.writeStaticString("\r\nContent-Length: ")
        buffer.writeString(String(body.readableBytes))
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeString(date)
        for (name, value) in headers {
            buffer.writeStaticString("\r\n")
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
        }
        if closing { buffer.writeStaticString("\r\nConnection: close") }
        buffer.writeStaticString("\r\n\r\n")
        if !withoutBody { buffer.writeImmutableBuffer(body) }
        return buffer
    }
}
