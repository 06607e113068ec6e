public import Document

/// What the fake server does with one request.
public struct FakeReply: Sendable {
    let play: @Sendable (FakeConnection) -> Void

    /// Whatever a scenario wants to do on the connection.
    public init(_ play: @escaping @Sendable (FakeConnection) -> Void) { self.play = play }

    public static func json(_ value: JSONValue) -> FakeReply { .json(200, value) }

    public static func json(_ code: Int, headers: [(String, String)] = [], _ value: JSONValue) -> FakeReply {
        let headers = headers + [("Content-Type", "application/json")]
        return FakeReply { $0.answer(code, headers: headers, body: value.serialized()) }
    }

    public static func text(_ code: Int, headers: [(String, String)] = [], _ text: String) -> FakeReply {
        FakeReply { $0.answer(code, headers: headers, body: Array(text.utf8)) }
    }

    /// An error as the API server words it. Source: Kubernetes API conventions, "Response Status Kind".
    public static func status(
        _ code: Int, reason: String, message: String = "no", headers: [(String, String)] = []
    ) -> FakeReply {
        .json(
            code, headers: headers,
            [
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
                "reason": .string(reason), "code": .int(code),
            ])
    }

    /// A list. Source: Kubernetes API concepts, "Collections".
    public static func list(
        _ items: [JSONValue], resourceVersion: String, continue token: String? = nil
    ) -> FakeReply {
        .json([
            "kind": "List", "apiVersion": "v1",
            "metadata": .object(compacting: [
                "resourceVersion": .string(resourceVersion), "continue": token.map(JSONValue.string),
            ]),
            "items": .array(items),
        ])
    }

    /// A watch that sends these events and then ends in order. Source: Kubernetes API concepts, "Watch".
    public static func events(_ events: [(type: String, object: JSONValue)]) -> FakeReply {
        FakeReply { connection in
            connection.beginChunks()
            for event in events { connection.writeEvent(event.type, event.object) }
            connection.endChunks()
        }
    }

    /// Reads the request and says nothing until the client goes.
    public static let silence = FakeReply { $0.waitUntilClosed() }

    /// Closes the connection without an answer.
    public static let cut = FakeReply { $0.cut() }
}
