public import Document
import Glibc

/// A request as the fake server saw it.
public struct FakeRequest: Sendable, Equatable {
    public var method: String
    /// Path and query, as they came.
    public var target: String
    /// Names in lower case.
    public var headers: [String: String]
    public var body: [UInt8]

    public var path: String { String(target.prefix { $0 != "?" }) }
    public var bodyJSON: JSONValue? { try? JSONValue(parsing: body) }
}

/// One connection, for a scenario to write on. Every call blocks; after the client has gone, writing does nothing.
///
/// It belongs to the thread of its connection.
public final class FakeConnection {
    private let socket: Int32
    private var unread: [UInt8] = []
    public private(set) var isOpen = true
    /// Whether the end was the client's doing.
    public private(set) var isClosedByClient = false

    init(_ socket: Int32) {
        self.socket = socket
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: - Writing

    public func write(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count && isOpen {
            let count = bytes[sent...].withUnsafeBytes {
                send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                isOpen = false
                isClosedByClient = true
            }
        }
    }

    public func write(_ text: String) { write(Array(text.utf8)) }

    /// A whole answer.
    public func answer(_ code: Int, headers: [(String, String)] = [], body: [UInt8]) {
        writeHead(code, headers + [("Content-Length", String(body.count))])
        write(body)
    }

    /// The beginning of an answer whose body follows in chunks.
    public func beginChunks(_ code: Int = 200, headers: [(String, String)] = [("Content-Type", "application/json")]) {
        writeHead(code, headers + [("Transfer-Encoding", "chunked")])
    }

    public func writeChunk(_ bytes: [UInt8]) {
        write(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [13, 10])
    }

    /// A watch event: JSON and a line break.
    public func writeEvent(_ type: String, _ object: JSONValue) {
        let event: JSONValue = ["type": .string(type), "object": object]
        writeChunk(event.serialized() + [10])
    }

    public func endChunks() { write("0\r\n\r\n") }

    private func writeHead(_ code: Int, _ headers: [(String, String)]) {
        write(
            "HTTP/1.1 \(code) \(code < 300 ? "OK" : "Not OK")\r\n" + headers.map { "\($0): \($1)\r\n" }.joined()
                + "\r\n")
    }

    // MARK: - The other side

    /// Whether the client takes more bytes within that time.
    public func isWritable(within milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        return poll(&descriptor, 1, milliseconds) > 0
    }

    /// Closes the connection where it stands.
    public func cut() { isOpen = false }

    /// Closes with a reset, as a crashed or restarted peer does.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        isOpen = false
    }

    /// Blocks until the client closes the connection.
    public func waitUntilClosed() {
        var byte: UInt8 = 0
        while true {
            let count = recv(socket, &byte, 1, 0)
            if count > 0 || (count < 0 && errno == EINTR) { continue }
            isOpen = false
            isClosedByClient = true
            return
        }
    }

    // MARK: - Reading

    /// The next request; `nil` when the client has closed the connection or sends no HTTP.
    func readRequest() -> FakeRequest? {
        guard let head = readHead() else { return nil }
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: true).makeIterator()
        guard let first = lines.next()?.split(separator: " "), first.count == 3 else { return nil }
        var request = FakeRequest(method: String(first[0]), target: String(first[1]), headers: [:], body: [])
        while let line = lines.next() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            request.headers[line[..<colon].lowercased()] = String(value)
        }
        let length = request.headers["content-length"].flatMap(Int.init) ?? 0
        while unread.count < length { guard readMore() else { return nil } }
        request.body = Array(unread.prefix(length))
        unread.removeFirst(length)
        return request
    }

    private func readHead() -> String? {
        var searched = 0
        while true {
            if unread.count >= 4 {
                for index in searched...(unread.count - 4) where unread[index...].starts(with: [13, 10, 13, 10]) {
                    defer { unread.removeFirst(index + 4) }
                    return String(decoding: unread[..<index], as: UTF8.self)
                }
                searched = unread.count - 3
            }
            guard readMore() else { return nil }
        }
    }

    private func readMore() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = recv(socket, &chunk, chunk.count, 0)
            if count > 0 {
                unread.append(contentsOf: chunk[..<count])
                return true
            }
            if count < 0 && errno == EINTR { continue }
            isOpen = false
            isClosedByClient = true
            return false
        }
    }
}
