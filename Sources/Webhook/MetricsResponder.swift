public import NIOCore
public import NIOHTTP1

/// `/metrics`: the exposition that a closure writes, for everybody or for those that the API server lets.
public struct MetricsResponder: HTTPResponder {
    public enum Access: Sendable {
        case open
        case reviewed(any BearerAuthorizer)
    }

    private let path: String
    private let access: Access
    private let contentType: String
    private let exposition: @Sendable () -> ByteBuffer

    /// - Parameter exposition: the metrics as text; called on the event loop, once a scrape.
    public init(
        path: String = "/metrics", access: Access, contentType: String = "text/plain; version=0.0.4; charset=utf-8",
        exposition: @escaping @Sendable () -> ByteBuffer
    ) {
        self.path = path
        self.access = access
        self.contentType = contentType
        self.exposition = exposition
    }

    public func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        guard head.path == path else { return .notFound }
        return head.method == .GET || head.method == .HEAD ? nil : .methodNotAllowed("GET, HEAD")
    }

    public func respond(to request: HTTPRequest) -> HTTPReply {
        switch access {
        case .open: return .now(metrics)
        case .reviewed(let authorizer):
            guard let token = MetricsResponder.bearerToken(request.head) else { return .now(unauthorized) }
            let (verb, path) = (request.head.method.rawValue.lowercased(), path)
            return .later {
                switch await authorizer.decide(token: token, verb: verb, path: path) {
                case .allowed: metrics
                case .unauthenticated: unauthorized
                case .denied: .text(.forbidden, "Forbidden")
                case .failed: .text(.internalServerError, "the access review failed")
                }
            }
        }
    }

    private var metrics: HTTPResponse { HTTPResponse(status: .ok, contentType: contentType, body: exposition()) }

    private var unauthorized: HTTPResponse {
        var response = HTTPResponse.text(.unauthorized, "Unauthorized")
        response.headers.append(("WWW-Authenticate", "Bearer"))
        return response
    }

    static func bearerToken(_ head: HTTPRequestHead) -> String? {
        guard let value = head.headers.first(name: "authorization") else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }
}
