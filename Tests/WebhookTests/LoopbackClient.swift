import COpenSSL
import Glibc

/// A blocking HTTP client for tests, on a socket of its own, with TLS or without. It sends exactly the bytes it is
/// given.
///
/// Every wait ends after half a minute: long, as other tests may keep both cores busy.
final class LoopbackClient {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct TLS {
        var version: Int32?
        var protocols: [String] = ["http/1.1"]
    }

    struct Response {
        var status: Int
        var headers: [String: String]
        var body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: Int32
    private var context: OpaquePointer?
    private var ssl: OpaquePointer?
    private var unread: [UInt8] = []

    init(port: Int, tls: TLS? = nil) throws {
        signal(SIGPIPE, SIG_IGN)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let descriptor = descriptor
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Failure(description: "could not connect: errno \(errno)") }
        if let tls { try shakeHands(tls) }
    }

    deinit {
        if let ssl { SSL_free(ssl) }
        if let context { SSL_CTX_free(context) }
        close(descriptor)
    }

    private func shakeHands(_ tls: TLS) throws {
        context = SSL_CTX_new(TLS_client_method())
        if let version = tls.version, let context {
            SSL_CTX_set_security_level(context, 0)  // or OpenSSL would not even offer 1.1
            _ = shim_SSL_CTX_set_min_proto_version(context, version)
            _ = shim_SSL_CTX_set_max_proto_version(context, version)
        }
        ssl = SSL_new(context)
        let offered = tls.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !offered.isEmpty { SSL_set_alpn_protos(ssl, offered, UInt32(offered.count)) }
        SSL_set_fd(ssl, descriptor)
        ERR_clear_error()
        guard SSL_connect(ssl) == 1 else {
            let reason = ERR_reason_error_string(ERR_get_error()).map { String(cString: $0) }
            throw Failure(description: "handshake failed: \(reason ?? "end of file")")
        }
    }

    var version: String { ssl.map { String(cString: SSL_get_version($0)) } ?? "" }

    var negotiatedProtocol: String {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// The common name of the server's certificate's issuer and the serial: enough to tell two certificates apart.
    var serverCertificate: String {
        guard let certificate = SSL_get1_peer_certificate(ssl) else { return "" }
        defer { X509_free(certificate) }
        var digest = [UInt8](repeating: 0, count: 64)
        var count: UInt32 = 0
        X509_digest(certificate, shim_EVP_sha256(), &digest, &count)
        return digest.prefix(Int(count)).map { String($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes in
                if let ssl { return Int(SSL_write(ssl, bytes.baseAddress, Int32(bytes.count))) }
                return Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0)
            }
            guard count > 0 else { throw Failure(description: "could not send: errno \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// What arrives next; empty at the end.
    func receive() throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count: Int
        if let ssl {
            ERR_clear_error()
            count = Int(SSL_read(ssl, &chunk, Int32(chunk.count)))
            if count < 0, SSL_get_error(ssl, Int32(count)) == SSL_ERROR_WANT_READ {
                throw Failure(description: "nothing came in time")
            }
        } else {
            count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0, errno == EAGAIN { throw Failure(description: "nothing came in time") }
        }
        return count > 0 ? Array(chunk[..<count]) : []
    }

    /// Waits for the server to close; what came before is dropped.
    func waitForEnd() throws { while try !receive().isEmpty {} }

    /// The next response, without interim ones.
    func response() throws -> Response {
        while true {
            let head = try head()
            var lines = head.split(separator: "\r\n")
            guard let status = lines.removeFirst().split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
                throw Failure(description: "no status line: \(head)")
            }
            if status == 100 { continue }
            var headers: [String: String] = [:]
            for line in lines {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].drop { $0 == " " }.description }
            }
            let length = headers["content-length"].flatMap(Int.init) ?? 0
            while unread.count < length {
                let more = try receive()
                if more.isEmpty { throw Failure(description: "the body ended early") }
                unread += more
            }
            defer { unread.removeFirst(length) }
            return Response(status: status, headers: headers, body: Array(unread[..<length]))
        }
    }

    private func head() throws -> String {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if unread.count >= 4 {
                for index in 0...(unread.count - 4) where Array(unread[index..<(index + 4)]) == mark {
                    defer { unread.removeFirst(index + 4) }
                    return String(decoding: unread[..<index], as: UTF8.self)
                }
            }
            let more = try receive()
            if more.isEmpty { throw Failure(description: "the connection ended before a response") }
            unread += more
        }
    }

    /// Sends a POST and reads the answer.
    func post(
        _ path: String, _ body: String, contentType: String = "application/json"
    ) throws -> Response {
        try send(
            "POST \(path) HTTP/1.1\r\nHost: webhook\r\nContent-Type: \(contentType)\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return try response()
    }

    func get(_ path: String, headers: String = "") throws -> Response {
        try send("GET \(path) HTTP/1.1\r\nHost: webhook\r\n\(headers)\r\n")
        return try response()
    }
}
