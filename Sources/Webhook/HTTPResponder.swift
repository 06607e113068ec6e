public import NIOHTTP1

/// Answers the requests of one listener.
public protocol HTTPResponder: Sendable {
    /// Decides by the head alone: an answer refuses the request, and its body is thrown away as it arrives.
    func refusal(of head: HTTPRequestHead) -> HTTPResponse?

    /// Whether the body may hold a list of objects, and so be larger than others (``HTTPLimits/listBytes``).
    func takesLists(_ head: HTTPRequestHead) -> Bool

    /// Called on the connection's event loop, so it must not block.
    func respond(to request: HTTPRequest) -> HTTPReply

    /// The answer to a request whose body is larger than `limit` bytes; the connection is closed after it.
    func bodyTooLarge(_ head: HTTPRequestHead, limit: Int) -> HTTPResponse
}

/// An answer that is there, or the work that brings it.
public enum HTTPReply: Sendable {
    /// Written at once, without a hop to another thread.
    case now(HTTPResponse)
    /// Run as a task off the event loop; cancelled when the connection goes away.
    case later(@Sendable () async -> HTTPResponse)
}

extension HTTPResponder {
    public func refusal(of head: HTTPRequestHead) -> HTTPResponse? { nil }

    public func takesLists(_ head: HTTPRequestHead) -> Bool { false }

    public func bodyTooLarge(_ head: HTTPRequestHead, limit: Int) -> HTTPResponse {
        .text(.payloadTooLarge, "the body is larger than \(limit) bytes")
    }
}

extension HTTPResponse {
    /// 405 with the methods that the path has.
    static func methodNotAllowed(_ allowed: String) -> HTTPResponse {
        var response = HTTPResponse.text(.methodNotAllowed, "method not allowed: use \(allowed)")
        response.headers.append(("Allow", allowed))
        return response
    }

    static let notFound = HTTPResponse.text(.notFound, "404 page not found")
}
