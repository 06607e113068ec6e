public import NIOHTTP1

/// Gives some paths a responder of their own, and all others to one that knows them.
public struct PathRouter: HTTPResponder {
    private let responders: [String: any HTTPResponder]
    private let others: any HTTPResponder

    public init(_ responders: [String: any HTTPResponder], others: any HTTPResponder) {
        self.responders = responders
        self.others = others
    }

    private func responder(of head: HTTPRequestHead) -> any HTTPResponder { responders[String(head.path)] ?? others }

    public func refusal(of head: HTTPRequestHead) -> HTTPResponse? { responder(of: head).refusal(of: head) }

    public func takesLists(_ head: HTTPRequestHead) -> Bool { responder(of: head).takesLists(head) }

    public func respond(to request: HTTPRequest) -> HTTPReply { responder(of: request.head).respond(to: request) }

    public func bodyTooLarge(_ head: HTTPRequestHead, limit: Int) -> HTTPResponse {
        responder(of: head).bodyTooLarge(head, limit: limit)
    }
}
