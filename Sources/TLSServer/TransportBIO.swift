import COpenSSL
import NIOCore
import ServingCertificate

/// The bytes between OpenSSL and the socket: OpenSSL reads what came in and appends what is to go out, both in
/// `ByteBuffer`s, so that no byte is copied once more on its way through.
final class TransportBuffers {
    var incoming = ByteBuffer()
    var outgoing = ByteBuffer()

    func append(_ bytes: inout ByteBuffer) {
        if incoming.readableBytes == 0 {
            incoming = bytes
        } else {
            incoming.writeBuffer(&bytes)
        }
    }

    func takeOutgoing() -> ByteBuffer? {
        guard outgoing.readableBytes > 0 else { return nil }
        defer { outgoing = ByteBuffer() }
        return outgoing
    }

    fileprivate func read(into target: UnsafeMutablePointer<CChar>, count: Int) -> Int {
        let count = min(count, incoming.readableBytes)
        guard count > 0 else { return 0 }
        incoming.readWithUnsafeReadableBytes { bytes in
            UnsafeMutableRawBufferPointer(start: target, count: count)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return count
        }
        if incoming.readableBytes == 0 { incoming = ByteBuffer() }
        return count
    }

    fileprivate func write(_ source: UnsafeRawBufferPointer) { outgoing.writeBytes(source) }
}

/// An OpenSSL BIO whose two ends are `TransportBuffers`.
enum TransportBIO {
    /// - Important: the BIO does not keep `buffers`; they must outlive it. `TLSConnection` owns both.
    static func make(_ buffers: TransportBuffers) throws(TLSError) -> OpaquePointer {
        guard let method = method?.pointer, let bio = BIO_new(method) else {
            throw .invalidConfiguration(.drain("make a TLS transport"))
        }
        BIO_set_data(bio, Unmanaged.passUnretained(buffers).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    // Sendable although it holds a pointer: a BIO_METHOD is filled once, here, and only read afterwards.
    private struct Method: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private static let method: Method? = {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = BIO_meth_new(type, "SwiftNIO ByteBuffer") else { return nil }
        BIO_meth_set_read(method) { bio, target, count in
            guard let bio, let target, count > 0, let data = BIO_get_data(bio) else { return 0 }
            shim_BIO_clear_retry_flags(bio)
            let buffers = Unmanaged<TransportBuffers>.fromOpaque(data).takeUnretainedValue()
            let read = buffers.read(into: target, count: Int(count))
            if read == 0 {
                shim_BIO_set_retry_read(bio)  // not the end: more may come
                return -1
            }
            return Int32(read)
        }
        BIO_meth_set_write(method) { bio, source, count in
            guard let bio, let source, count > 0, let data = BIO_get_data(bio) else { return 0 }
            shim_BIO_clear_retry_flags(bio)
            Unmanaged<TransportBuffers>.fromOpaque(data).takeUnretainedValue()
                .write(UnsafeRawBufferPointer(start: source, count: Int(count)))
            return count
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return Method(pointer: method)
    }()
}
