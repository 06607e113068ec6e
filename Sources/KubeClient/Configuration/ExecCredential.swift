import Document

/// What an exec plugin printed.
///
/// Source: Kubernetes "client-go credential plugins", API `client.authentication.k8s.io` v1 and v1beta1.
struct ExecCredential: Sendable, Equatable {
    var token: String?
    var identity: TransportSecurity.Identity?
    /// `nil` means until the server refuses it.
    var validFor: Duration?

    /// - Parameter secondsSince1970: now.
    /// - Throws: ``KubeError/configuration(_:)`` without any part of the output, which may hold a token.
    init(output: [UInt8], apiVersion: String, secondsSince1970 now: Int) throws(KubeError) {
        guard let json = try? JSONValue(parsing: output) else {
            throw .configuration("its output is no JSON")
        }
        guard json["kind"]?.stringValue == "ExecCredential" else {
            throw .configuration("its output is no ExecCredential")
        }
        let answered = json["apiVersion"]?.stringValue ?? ""
        guard answered == apiVersion else {
            throw .configuration("it answered in version \"\(answered)\" instead of \"\(apiVersion)\"")
        }
        guard let status = json["status"], !status.isNull else { throw .configuration("it gave no status") }

        if let token = status["token"]?.stringValue, !token.isEmpty { self.token = token }
        let certificate = status["clientCertificateData"]?.stringValue ?? ""
        let key = status["clientKeyData"]?.stringValue ?? ""
        guard certificate.isEmpty == key.isEmpty else {
            throw .configuration("it gave only one of client certificate and key")
        }
        if !certificate.isEmpty {
            // Plain PEM here, not Base64 as in a kubeconfig.
            identity = .init(certificate: .bytes(Array(certificate.utf8)), key: .bytes(Array(key.utf8)))
        }
        guard token != nil || identity != nil else { throw .configuration("it gave neither a token nor a certificate") }

        if let text = status["expirationTimestamp"]?.stringValue {
            guard let expiry = Timestamp.secondsSince1970(text) else {
                throw .configuration("its expirationTimestamp is no RFC 3339 time")
            }
            // A little early, so that a request does not travel with a credential that expires on the way.
            validFor = .seconds(max(0, expiry - now - 10))
        }
    }
}

/// RFC 3339 times as Kubernetes writes them.
enum Timestamp {
    /// `2026-01-31T08:00:00Z`, also with a fraction or an offset; `nil` for anything else.
    static func secondsSince1970(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74, bytes[13] == 0x3A,
            bytes[16] == 0x3A, let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }

        var position = 19
        if bytes[position] == 0x2E {
            position += 1
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        }
        guard position < bytes.count else { return nil }
        var offset = 0
        switch bytes[position] {
        case 0x5A, 0x7A: guard bytes.count == position + 1 else { return nil }
        case 0x2B, 0x2D:
            guard bytes.count == position + 6, bytes[position + 3] == 0x3A,
                let hours = number(position + 1..<position + 3), let minutes = number(position + 4..<position + 6),
                hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 3600 + minutes * 60) * (bytes[position] == 0x2B ? 1 : -1)
        default: return nil
        }

        // Days since 1970-01-01 in the Gregorian calendar, with years that begin in March.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return days * 86_400 + hour * 3600 + minute * 60 + second - offset
    }
}
