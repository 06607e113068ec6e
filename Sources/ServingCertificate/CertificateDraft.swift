import COpenSSL
import Glibc

/// A certificate in the making; `signed(with:)` ends it.
struct CertificateDraft: ~Copyable {
    private let pointer: OpaquePointer

    init(key: PrivateKey, notBefore: WallTime, notAfter: WallTime) throws(CertificateError) {
        guard let pointer = X509_new() else { throw .openSSL("make a certificate") }
        do throws(CertificateError) {
            try CertificateDraft.fill(pointer, key, notBefore, notAfter)
        } catch {
            X509_free(pointer)
            throw error
        }
        self.pointer = pointer
    }

    private static func fill(
        _ pointer: OpaquePointer, _ key: PrivateKey, _ notBefore: WallTime, _ notAfter: WallTime
    ) throws(CertificateError) {
        var serial = [UInt8](repeating: 0, count: 16)
        guard RAND_bytes(&serial, Int32(serial.count)) == 1 else { throw .openSSL("draw a serial number") }
        serial[0] = serial[0] & 0x7f | 0x40  // positive, and always 16 bytes (RFC 5280 §4.1.2.2 allows 20)
        guard let number = BN_bin2bn(serial, Int32(serial.count), nil) else { throw .openSSL("make a serial number") }
        defer { BN_free(number) }
        guard X509_set_version(pointer, Int(X509_VERSION_3)) == 1,
            BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer)) != nil,
            ASN1_TIME_set(X509_getm_notBefore(pointer), time_t(notBefore.secondsSince1970)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(pointer), time_t(notAfter.secondsSince1970)) != nil,
            key.withPointer({ X509_set_pubkey(pointer, $0) }) == 1
        else { throw .openSSL("fill a certificate") }
    }

    deinit { X509_free(pointer) }

    func setSubject(commonName: String) throws(CertificateError) {
        guard let name = X509_get_subject_name(pointer),
            CertificateDraft.append("O", "opentelemetry-operator", to: name),
            CertificateDraft.append("CN", commonName, to: name)
        else { throw .openSSL("name a certificate") }
    }

    func setIssuerToSubject() throws(CertificateError) {
        guard X509_set_issuer_name(pointer, X509_get_subject_name(pointer)) == 1 else {
            throw .openSSL("name a certificate's issuer")
        }
    }

    func setIssuer(_ issuer: Certificate) throws(CertificateError) {
        let pointer = pointer
        guard issuer.withPointer({ X509_set_issuer_name(pointer, X509_get_subject_name($0)) }) == 1 else {
            throw .openSSL("name a certificate's issuer")
        }
    }

    /// Adds an extension written in OpenSSL's configuration language. `value` is always a constant of ours, as that
    /// language could be misused by a name from outside.
    func add(_ nid: Int32, _ value: String, issuer: Certificate? = nil) throws(CertificateError) {
        let pointer = pointer
        func add(_ issuer: OpaquePointer) -> Bool {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, issuer, pointer, nil, nil, 0)
            guard let made = X509V3_EXT_conf_nid(nil, &context, nid, value) else { return false }
            defer { X509_EXTENSION_free(made) }
            return X509_add_ext(pointer, made, -1) == 1
        }
        let isAdded = if let issuer { issuer.withPointer { add($0) } } else { add(pointer) }
        guard isAdded else { throw .openSSL("add a certificate extension") }
    }

    func addAlternativeNames(_ names: [SubjectName]) throws(CertificateError) {
        guard let list = shim_GENERAL_NAMES_new() else { throw .openSSL("make a list of names") }
        defer { GENERAL_NAMES_free(list) }
        for name in names {
            let kind: Int32
            let bytes: [UInt8]
            switch name {
            case .dns(let text): (kind, bytes) = (GEN_DNS, Array(text.utf8))
            case .address(let text):
                guard let address = SubjectName.addressBytes(text) else { throw .invalidName(text) }
                (kind, bytes) = (GEN_IPADD, address)
            }
            let type = kind == GEN_DNS ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING
            guard let entry = GENERAL_NAME_new(), let value = ASN1_STRING_type_new(type) else {
                throw .openSSL("make a name")
            }
            GENERAL_NAME_set0_value(entry, kind, value)  // `entry` owns `value` from here
            guard ASN1_STRING_set(value, bytes, Int32(bytes.count)) == 1, shim_GENERAL_NAMES_push(list, entry) > 0
            else {
                GENERAL_NAME_free(entry)
                throw .openSSL("add a name")
            }
        }
        guard X509_add1_ext_i2d(pointer, NID_subject_alt_name, UnsafeMutableRawPointer(list), 0, 0) == 1 else {
            throw .openSSL("add the alternative names")
        }
    }

    consuming func signed(with key: PrivateKey) throws(CertificateError) -> Certificate {
        let pointer = pointer
        guard key.withPointer({ X509_sign(pointer, $0, shim_EVP_sha256()) }) > 0 else {
            throw .openSSL("sign a certificate")
        }
        // The draft frees its own reference.
        guard X509_up_ref(pointer) == 1 else { throw .openSSL("keep a certificate") }
        return try Certificate(owning: pointer)
    }

    private static func append(_ field: String, _ value: String, to name: OpaquePointer) -> Bool {
        let bytes = Array(value.utf8)
        return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1
    }
}
