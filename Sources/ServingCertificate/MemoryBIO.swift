import COpenSSL

/// OpenSSL's growing byte buffer, the way in and out for PEM.
struct MemoryBIO: ~Copyable {
    let pointer: OpaquePointer

    /// Empty, to be written to.
    init() throws(CertificateError) {
        guard let pointer = BIO_new(BIO_s_mem()) else { throw .openSSL("make a memory buffer") }
        self.pointer = pointer
    }

    /// Holds a copy of the text.
    init(_ text: String) throws(CertificateError) {
        guard let pointer = BIO_new(BIO_s_mem()) else { throw .openSSL("make a memory buffer") }
        let bytes = Array(text.utf8)
        guard bytes.isEmpty || BIO_write(pointer, bytes, Int32(clamping: bytes.count)) == bytes.count else {
            BIO_free(pointer)
            throw .openSSL("fill a memory buffer")
        }
        self.pointer = pointer
    }

    deinit { BIO_free(pointer) }

    /// What was written so far.
    var contents: String {
        var data: UnsafeMutablePointer<CChar>?
        let count = shim_BIO_get_mem_data(pointer, &data)
        guard let data, count > 0 else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: data, count: count), as: UTF8.self)
    }
}
