public import Document
public import Logging
public import Metrics
import NIOCore
public import NIOHTTP1

/// Answers `ConversionReview`s: custom resources in one version in, in another out.
///
/// It needs no stores and no leader, so every replica answers from its first moment on. A review is answered in the
/// version in which it was sent, with its uid. When one object cannot be converted, the whole review fails and says which
/// and why: the API server takes all or nothing, and shows the message to the user. What is no review at all gets the
/// status 400, 405 or 413 and a line of text.
public struct ConversionResponder: HTTPResponder {
    /// One object as the wanted `apiVersion`, or an error whose description completes "could not convert …: ".
    public typealias Converter = @Sendable (_ object: JSONValue, _ apiVersion: String) throws -> JSONValue

    /// Where custom resource definitions send reviews to.
    public static let path = "/convert"

    private let convert: Converter
    private let metrics: WebhookMetrics
    private let logger: Logger

    public init(
        logger: Logger, metrics factory: any MetricsFactory = MetricsSystem.factory, convert: @escaping Converter
    ) {
        self.convert = convert
        self.logger = logger
        metrics = WebhookMetrics(path: Self.path, factory: factory)
    }

    public func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        if head.method == .POST { return nil }
        metrics.refused(.methodNotAllowed)
        return .methodNotAllowed("POST")
    }

    public func takesLists(_ head: HTTPRequestHead) -> Bool { true }

    public func bodyTooLarge(_ head: HTTPRequestHead, limit: Int) -> HTTPResponse {
        metrics.refused(.payloadTooLarge)
        return .text(.payloadTooLarge, "the review is larger than \(limit) bytes: ask for fewer objects at a time")
    }

    public func respond(to request: HTTPRequest) -> HTTPReply {
        metrics.started()
        let start = ContinuousClock.now
        // A list of large objects takes its time, so it is not the event loop that works on it.
        return .later {
            let response = answer(to: request)
            metrics.finished(status: response.status, after: .now - start)
            return response
        }
    }

    private func answer(to request: HTTPRequest) -> HTTPResponse {
        guard AdmissionRouter.isJSON(request.head.headers.first(name: "content-type")) else {
            return unreadable("the Content-Type is not application/json")
        }
        let list = RawObjectList(request.body)
        let review: ConversionReview
        do {
            review = try ConversionReview(list?.surroundings() ?? JSONValue(parsing: request.body.readableBytesView))
        } catch let error as ConversionReview.Unreadable {
            return unreadable(error.message)
        } catch {
            return unreadable("could not read the review: \(error)")
        }
        let body: ByteBuffer
        do {
            body = try converted(review, list)
        } catch {
            let message = error.message
            logger.warning("conversion failed", metadata: ["error": "\(message)", "uid": "\(review.uid)"])
            body = ByteBuffer(bytes: review.answer(.failed(message)).serialized())
        }
        return HTTPResponse(status: .ok, contentType: "application/json", body: body)
    }

    private struct Failed: Error {
        var message: String
    }

    /// The answer. One object at a time is read and written: a parsed list takes ten times the memory of its text.
    private func converted(_ review: ConversionReview, _ list: RawObjectList?) throws(Failed) -> ByteBuffer {
        guard let list else {
            var converted: [JSONValue] = []
            for object in review.objects { converted.append(try self.converted(object, review)) }
            return ByteBuffer(bytes: review.answer(.converted(converted)).serialized())
        }
        var body = ByteBuffer()
        body.reserveCapacity(list.byteCount + list.byteCount / 8 + 1_024)
        let (before, after) = review.answerAroundObjects()
        body.writeBytes(before)
        for index in list.objects.indices {
            let object: JSONValue
            do {
                object = try list.object(at: index)
            } catch {
                throw Failed(message: "could not read object \(index) of the review: \(error)")
            }
            if index > 0 { body.writeStaticString(",") }
            body.writeBytes(try converted(object, review).serialized())
        }
        body.writeBytes(after)
        return body
    }

    private func converted(_ object: JSONValue, _ review: ConversionReview) throws(Failed) -> JSONValue {
        do {
            return try convert(object, review.desiredAPIVersion)
        } catch {
            throw Failed(
                message: "could not convert \(Self.name(of: object)) to \(review.desiredAPIVersion): \(error)")
        }
    }

    /// Kind, namespace and name, for a message.
    private static func name(of object: JSONValue) -> String {
        let kind = object["kind"]?.stringValue ?? object.kindDescription
        let names = ["namespace", "name"].compactMap { object[path: "metadata", $0]?.stringValue }
        return "\(kind) \(names.isEmpty ? "without a name" : names.joined(separator: "/"))"
    }

    private func unreadable(_ message: String) -> HTTPResponse {
        logger.warning("unreadable conversion review", metadata: ["error": "\(message)"])
        return .text(.badRequest, message)
    }
}
