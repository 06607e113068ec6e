import COpenSSL
import NIOCore
import ServingCertificate

/// One server-side TLS connection: OpenSSL's state and the buffers at its two ends. It does no I/O.
struct TLSConnection: ~Copyable {
    enum HandshakeOutcome: Equatable {
        case finished
        case needsMoreInput
        case failed(OpenSSLError)
    }

    enum ReadOutcome: Equatable {
        /// Everything that is there was read; the buffer may hold plain text.
        case needsMoreInput
        /// The peer's `close_notify`.
        case closed
        case failed(OpenSSLError)
    }

    private let ssl: OpaquePointer
    let buffers: TransportBuffers

    init(_ context: TLSContext) throws(TLSError) {
        let buffers = TransportBuffers()
        let ssl = try context.makeConnection()
        let bio: OpaquePointer
        do throws(TLSError) {
            bio = try TransportBIO.make(buffers)
        } catch {
            SSL_free(ssl)
            throw error
        }
        SSL_set_bio(ssl, bio, bio)  // takes over the one reference
        SSL_set_accept_state(ssl)
        self.ssl = ssl
        self.buffers = buffers
    }

    deinit { SSL_free(ssl) }

    func handshake() -> HandshakeOutcome {
        ERR_clear_error()
        let code = SSL_do_handshake(ssl)
        if code == 1 { return .finished }
        return switch SSL_get_error(ssl, code) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: .needsMoreInput
        default: .failed(.drain("shake hands"))
        }
    }

    /// Decrypts all that came, appending to `plaintext`.
    func read(into plaintext: inout ByteBuffer) -> ReadOutcome {
        while true {
            ERR_clear_error()
            var count = 0
            // The cipher text that is left is a good guess at the size, and a record never holds more than 16 KiB.
            let room = min(max(buffers.incoming.readableBytes, 256), 16_384)
            let ssl = ssl
            let code = plaintext.writeWithUnsafeMutableBytesReturningCode(minimumWritableBytes: room) { target in
                let code = SSL_read_ex(ssl, target.baseAddress, target.count, &count)
                return (count, code)
            }
            if code == 1 { continue }
            return switch SSL_get_error(ssl, code) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: .needsMoreInput
            case SSL_ERROR_ZERO_RETURN: .closed
            default: .failed(.drain("read a TLS record"))
            }
        }
    }

    /// Encrypts all of it into the outgoing buffer.
    func write(_ plaintext: ByteBuffer) throws(TLSError) {
        guard plaintext.readableBytes > 0 else { return }
        ERR_clear_error()
        var count = 0
        let code = plaintext.withUnsafeReadableBytes { SSL_write_ex(ssl, $0.baseAddress, $0.count, &count) }
        // Our transport takes everything, so OpenSSL never writes a part only.
        guard code == 1 else { throw .connectionFailed(.drain("write a TLS record")) }
    }

    /// Puts our `close_notify` into the outgoing buffer.
    func sendCloseNotify() {
        ERR_clear_error()
        _ = SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// "TLSv1.2" or "TLSv1.3".
    var version: String { String(cString: SSL_get_version(ssl)) }

    var isResumed: Bool { SSL_session_reused(ssl) == 1 }

    var negotiatedProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        guard let name, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }
}

extension ByteBuffer {
    /// As `writeWithUnsafeMutableBytes`, which can hand out one number only: how many bytes were written.
    fileprivate mutating func writeWithUnsafeMutableBytesReturningCode(
        minimumWritableBytes: Int, _ body: (UnsafeMutableRawBufferPointer) -> (count: Int, code: Int32)
    ) -> Int32 {
        var code: Int32 = 0
        writeWithUnsafeMutableBytes(minimumWritableBytes: minimumWritableBytes) { target in
            let result = body(target)
            code = result.code
            return result.count
        }
        return code
    }
}
