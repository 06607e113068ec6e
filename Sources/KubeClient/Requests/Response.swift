import Document
import KubeModel

/// The answer to one request.
struct Response: Sendable, Equatable {
    var head: ResponseHead
    var body: [UInt8]

    var isSuccess: Bool { (200..<300).contains(head.code) }

    /// The body as JSON.
    ///
    /// - Parameter what: completes "could not read …", such as `deployments.apps default/web`.
    func json(_ what: @autoclosure () -> String) throws(KubeError) -> JSONValue {
        do throws(DocumentError) {
            return try JSONValue(parsing: body)
        } catch {
            throw .decoding("could not read \(what()): \(error)")
        }
    }

    /// What the server says of a request that it did not carry out.
    ///
    /// A proxy or an overloaded server answers with plain text or HTML: its beginning becomes the message.
    var status: Status {
        var status: Status
        if let json = try? JSONValue(parsing: body), json["kind"]?.stringValue == "Status" {
            status = Status(json, code: head.code)
        } else {
            var text = String(decoding: body.prefix(300), as: UTF8.self)
            while let last = text.last, last.isWhitespace || last == "\u{FFFD}" { text.removeLast() }
            status = Status(code: head.code, reason: "", message: text)
        }
        // The HTTP code decides: `code` in a Status is a copy of it that a broken proxy may contradict.
        status.code = head.code
        status.retryAfterSeconds = head.retryAfterSeconds ?? status.retryAfterSeconds
        return status
    }
}

/// Status line and headers of an answer.
struct ResponseHead: Sendable, Equatable {
    var code: Int
    /// Names in lower case.
    var headers: [Request.Header]
    /// Whether the answer shares its connection with others (HTTP/2).
    var isMultiplexed: Bool

    init(code: Int, headers: [Request.Header] = [], isMultiplexed: Bool = false) {
        self.code = code
        self.headers = headers
        self.isMultiplexed = isMultiplexed
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// `Retry-After` in its form of seconds, which is the one that the API server sends.
    var retryAfterSeconds: Int? {
        guard let seconds = header("retry-after").flatMap(Int.init), seconds >= 0 else { return nil }
        return seconds
    }
}

extension ResponseHead {
    /// Reads `HTTP/2 200` or `HTTP/1.1 404 Not Found`; `nil` when the line is no status line.
    init?(statusLine line: String) {
        guard line.hasPrefix("HTTP/") else { return nil }
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, let code = Int(parts[1]) else { return nil }
        self.init(code: code, isMultiplexed: parts[0] == "HTTP/2")
    }

    /// Takes one header line in; what is no header is left out.
    mutating func add(line: String) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        headers.append(Request.Header(line[..<colon].lowercased(), String(value)))
    }
}
