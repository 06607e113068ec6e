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
        let review: ConversionReview
        do {
            review = try ConversionReview(try JSONValue(parsing: request.body.readableBytesView))
        } catch let error as ConversionReview.Unreadable {
            return unreadable(error.message)
        } catch {
            return unreadable("could not read the review: \(error)")
        }
        let body = review.answer(outcome(of: review)).serialized()
        return HTTPResponse(status: .ok, contentType: "application/json", body: ByteBuffer(bytes: body))
    }

    private func outcome(of review: ConversionReview) -> ConversionReview.Outcome {
        var converted: [JSONValue] = []
        converted.reserveCapacity(review.objects.count)
        for object in review.objects {
            do {
                converted.append(try convert(object, review.desiredAPIVersion))
            } catch {
                let message = "could not convert \(Self.name(of: object)) to \(review.desiredAPIVersion): \(error)"
                logger.warning("conversion failed", metadata: ["error": "\(message)", "uid": "\(review.uid)"])
                return .failed(message)
            }
        }
        return .converted(converted)
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
