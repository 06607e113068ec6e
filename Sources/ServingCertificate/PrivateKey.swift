import COpenSSL

/// A private key: P-256 when we make it, whatever OpenSSL reads when it is given.
///
/// Its description says nothing about the key.
// Sendable although it holds a pointer: the EVP_PKEY is never changed after it was made, its reference count is atomic,
// and OpenSSL documents signing with one key from several threads as safe.
public final class PrivateKey: @unchecked Sendable, CustomStringConvertible {
    private let pointer: OpaquePointer

    /// Takes over the reference.
    private init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    /// A new key on NIST P-256, the curve that every TLS client of Kubernetes takes.
    public static func generate() throws(CertificateError) -> PrivateKey {
        guard let pointer = shim_EVP_EC_gen("P-256") else { throw .openSSL("make a P-256 key") }
        return PrivateKey(owning: pointer)
    }

    /// Reads the first private key of a PEM text: PKCS#8, or the older `EC PRIVATE KEY` and `RSA PRIVATE KEY`.
    /// A key protected by a passphrase is refused.
    public convenience init(pem: String) throws(CertificateError) {
        let bio = try MemoryBIO(pem)
        ERR_clear_error()
        // Without this callback OpenSSL would ask for the passphrase on the terminal.
        guard let pointer = PEM_read_bio_PrivateKey(bio.pointer, nil, { _, _, _, _ in -1 }, nil) else {
            ERR_clear_error()  // the queue may quote the text; say only that there was no key
            throw .noPrivateKey
        }
        self.init(owning: pointer)
    }

    /// PKCS#8, not encrypted.
    public var pem: String {
        get throws(CertificateError) {
            let bio = try MemoryBIO()
            guard PEM_write_bio_PKCS8PrivateKey(bio.pointer, pointer, nil, nil, 0, nil, nil) == 1 else {
                throw .openSSL("write a private key")
            }
            return bio.contents
        }
    }

    public var description: String { "private key" }

    /// Calls `body` with the EVP_PKEY. It must not free or keep it without taking a reference.
    package func withPointer<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(pointer)
    }
}
