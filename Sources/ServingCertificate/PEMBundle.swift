/// Several certificates in one PEM text, such as a `caBundle`.
public enum PEMBundle {
    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    /// The blocks of kind `CERTIFICATE`, each with its own lines and a line end; text between them is dropped.
    public static func split(_ text: String) -> [String] {
        var blocks: [String] = []
        var lines: [Substring]?
        for line in text.split(whereSeparator: \.isNewline) {
            let bare = line.trimmed
            if bare == begin {
                lines = [bare]
            } else if bare == end, let inside = lines {
                blocks.append((inside + [bare]).joined(separator: "\n") + "\n")
                lines = nil
            } else {
                lines?.append(bare)
            }
        }
        return blocks
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

extension Substring {
    /// Without spaces and tabs at its ends.
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
