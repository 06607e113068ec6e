/// Several certificates in one PEM text, such as a `caBundle`.
public enum PEMBundle {
    private static let begin = Array("-----BEGIN CERTIFICATE-----".utf8)
    private static let end = Array("-----END CERTIFICATE-----".utf8)

    /// The blocks of kind `CERTIFICATE`, each with its own lines and a line end; text between them is dropped.
    public static func split(_ text: String) -> [String] {
        var blocks: [String] = []
        var block: [UInt8]?
        for line in text.utf8.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let bare = trimmed(line)
            if bare.elementsEqual(begin) {
                block = begin + [UInt8(ascii: "\n")]
            } else if block != nil {
                block?.append(contentsOf: bare)
                block?.append(UInt8(ascii: "\n"))
                if bare.elementsEqual(end), let whole = block {
                    blocks.append(String(decoding: whole, as: UTF8.self))
                    block = nil
                }
            }
        }
        return blocks
    }

    /// Without spaces and tabs at its ends.
    private static func trimmed(_ line: Substring.UTF8View) -> Substring.UTF8View {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var line = line.drop(while: isBlank)
        while let last = line.last, isBlank(last) { line.removeLast() }
        return line
    }

    /// Every certificate of the text.
    ///
    /// - Throws: `noCertificate` when there is none or one of them cannot be read.
    public static func certificates(_ text: String) throws(CertificateError) -> [Certificate] {
        var certificates: [Certificate] = []
        for block in split(text) { certificates.append(try Certificate(pem: block)) }
        if certificates.isEmpty { throw .noCertificate }
        return certificates
    }

    /// The certificates one after the other, each once.
    public static func join(_ certificates: [Certificate]) throws(CertificateError) -> String {
        var seen: Set<String> = []
        var text = ""
        for certificate in certificates where seen.insert(certificate.fingerprint).inserted {
            text += try certificate.pem
        }
        return text
    }
}
