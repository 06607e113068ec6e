public import NIOCore
public import NIOHTTP1

/// Answers every POST with the same body. Nothing can be faster on this server, so a benchmark takes it as the limit.
public struct CannedResponder: HTTPResponder {
    private let response: HTTPResponse

    public init(contentType: String = "application/json", body: ByteBuffer) {
        response = HTTPResponse(status: .ok, contentType: contentType, body: body)
    }

    public func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        head.method == .POST ? nil : .methodNotAllowed("POST")
    }

    public func respond(to request: HTTPRequest) -> HTTPReply { .now(response) }
}
