import COpenSSL
import Glibc

/// One X.509 certificate, read only.
// Sendable although it holds a pointer: the X509 is not changed after it was read or signed (OpenSSL guards its own
// caches inside with a lock), and its reference count is atomic.
public final class Certificate: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// When it starts and ends to be valid.
    public let notBefore: WallTime
    public let notAfter: WallTime
    /// SHA-256 over the DER form, in lower-case hexadecimal.
    public let fingerprint: String

    /// Takes over the reference, also when it throws.
    init(owning pointer: OpaquePointer) throws(CertificateError) {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard let notBefore = Certificate.time(X509_get0_notBefore(pointer)),
            let notAfter = Certificate.time(X509_get0_notAfter(pointer)),
            X509_digest(pointer, shim_EVP_sha256(), &digest, &count) == 1
        else {
            X509_free(pointer)
            throw .openSSL("read a certificate")
        }
        self.pointer = pointer
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.fingerprint = digest.prefix(Int(count)).hexadecimal
    }

    deinit { X509_free(pointer) }

    /// Reads the first certificate of a PEM text.
    public convenience init(pem: String) throws(CertificateError) {
        let bio = try MemoryBIO(pem)
        ERR_clear_error()
        guard let pointer = PEM_read_bio_X509(bio.pointer, nil, { _, _, _, _ in -1 }, nil) else {
            ERR_clear_error()
            throw .noCertificate
        }
        try self.init(owning: pointer)
    }

    public var pem: String {
        get throws(CertificateError) {
            let bio = try MemoryBIO()
            guard PEM_write_bio_X509(bio.pointer, pointer) == 1 else { throw .openSSL("write a certificate") }
            return bio.contents
        }
    }

    /// The subject in RFC 2253 form, such as `CN=webhook.ns.svc,O=opentelemetry-operator`.
    public var subject: String { Certificate.text(of: X509_get_subject_name(pointer)) }
    public var issuer: String { Certificate.text(of: X509_get_issuer_name(pointer)) }

    /// May sign other certificates (basic constraints and key usage).
    public var isAuthority: Bool { X509_check_ca(pointer) == 1 }

    /// The DNS names and IP addresses that it is valid for, in the certificate's order.
    public var subjectAlternativeNames: [SubjectName] {
        guard let raw = X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil) else { return [] }
        let names = OpaquePointer(raw)
        defer { GENERAL_NAMES_free(names) }
        return (0..<shim_GENERAL_NAMES_num(names)).compactMap { index in
            guard let name = shim_GENERAL_NAMES_value(names, index) else { return nil }
            var kind: Int32 = 0
            guard let value = GENERAL_NAME_get0_value(name, &kind) else { return nil }
            let string = OpaquePointer(value)
            let bytes = UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(UnsafePointer(string)),
                count: Int(ASN1_STRING_length(UnsafePointer(string))))
            switch kind {
            case GEN_DNS: return .dns(String(decoding: bytes, as: UTF8.self))
            case GEN_IPADD: return SubjectName(addressBytes: Array(bytes))
            default: return nil
            }
        }
    }

    public func isValid(at moment: WallTime) -> Bool { notBefore <= moment && moment <= notAfter }

    /// Names this issuer, and this issuer's key made the signature.
    public func isIssued(by issuer: Certificate) -> Bool {
        let certificate = pointer
        return issuer.withPointer { authority in
            defer { ERR_clear_error() }
            guard X509_check_issued(authority, certificate) == X509_V_OK, let key = X509_get0_pubkey(authority) else {
                return false
            }
            return X509_verify(certificate, key) == 1
        }
    }

    /// This certificate's key is that one.
    public func matches(_ key: PrivateKey) -> Bool {
        let certificate = pointer
        return key.withPointer { key in
            defer { ERR_clear_error() }
            return X509_check_private_key(certificate, key) == 1
        }
    }

    /// What a TLS client finds that trusts `bundle` and connects to `name`: chain, purpose, time and name.
    public func verifies(against bundle: [Certificate], at moment: WallTime, for name: SubjectName? = nil) -> Bool {
        guard let store = X509_STORE_new(), let context = X509_STORE_CTX_new() else { return false }
        defer {
            X509_STORE_CTX_free(context)
            X509_STORE_free(store)
            ERR_clear_error()
        }
        for authority in bundle {
            guard authority.withPointer({ X509_STORE_add_cert(store, $0) }) == 1 else { return false }
        }
        guard X509_STORE_CTX_init(context, store, pointer, nil) == 1,
            X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER) == 1,
            let parameters = X509_STORE_CTX_get0_param(context)
        else { return false }
        X509_VERIFY_PARAM_set_time(parameters, time_t(moment.secondsSince1970))
        switch name {
        case .dns(let host): guard X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1 else { return false }
        case .address(let text): guard X509_VERIFY_PARAM_set1_ip_asc(parameters, text) == 1 else { return false }
        case nil: break
        }
        return X509_verify_cert(context) == 1
    }

    /// Calls `body` with the X509. It must not free, change or keep it without taking a reference.
    package func withPointer<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(pointer)
    }

    private static func time(_ value: UnsafePointer<ASN1_TIME>?) -> WallTime? {
        guard let value, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard ASN1_TIME_diff(&days, &seconds, epoch, value) == 1 else { return nil }
        return WallTime(secondsSince1970: Int64(days) * 86_400 + Int64(seconds))
    }

    private static func text(of name: OpaquePointer?) -> String {
        guard let name, let bio = try? MemoryBIO() else { return "" }
        _ = shim_X509_NAME_print_rfc2253(bio.pointer, name)
        return bio.contents
    }
}

extension Certificate: Equatable, Hashable {
    public static func == (left: Certificate, right: Certificate) -> Bool { left.fingerprint == right.fingerprint }
    public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}

extension Sequence<UInt8> {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
