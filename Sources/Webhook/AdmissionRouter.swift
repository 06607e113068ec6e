import Document
import KubeModel
public import Logging
public import Metrics
import NIOCore
public import NIOHTTP1

/// Answers `AdmissionReview`s: one handler a path.
///
/// Whatever is wrong with a review, the answer is a review that says so, with the request's uid when it can be found:
/// `allowed: false` and code 400 for what cannot be read. The HTTP status is 200 then, so that the API server shows our
/// message. Only what is no review at all gets another status: 404 for an unknown path, 405 for another method than
/// POST, 413 for a body over the limit (its body is a review all the same).
///
/// Source: controller-runtime `pkg/webhook/admission`.
public struct AdmissionRouter: HTTPResponder {
    private struct Route: Sendable {
        let handler: any AdmissionHandler
        let metrics: WebhookMetrics
    }

    private let routes: [String: Route]
    private let logger: Logger

    /// - Parameter handlers: by path, such as `/mutate-v1-pod`.
    public init(
        _ handlers: [String: any AdmissionHandler], logger: Logger,
        metrics factory: any MetricsFactory = MetricsSystem.factory
    ) {
        routes = Dictionary(
            uniqueKeysWithValues: handlers.map { path, handler in
                (path, Route(handler: handler, metrics: WebhookMetrics(path: path, factory: factory)))
            })
        self.logger = logger
    }

    private func route(_ head: HTTPRequestHead) -> Route? { routes[head.uri] ?? routes[String(head.path)] }

    public func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        guard let route = route(head) else { return .notFound }
        guard head.method == .POST else {
            route.metrics.refused(.methodNotAllowed)
            return .methodNotAllowed("POST")
        }
        return nil
    }

    public func bodyTooLarge(_ head: HTTPRequestHead, limit: Int) -> HTTPResponse {
        guard let route = route(head) else { return .notFound }
        route.metrics.refused(.payloadTooLarge)
        let response = AdmissionResponse.errored(
            code: 413, "the review is larger than \(limit) bytes", isAllowed: false)
        return AdmissionRouter.answer(response, uid: "", apiVersion: "", status: .payloadTooLarge)
    }

    public func respond(to request: HTTPRequest) -> HTTPReply {
        guard let route = route(request.head) else { return .now(.notFound) }
        let start = ContinuousClock.now
        route.metrics.started()
        switch decide(request, route.handler) {
        case .now(let response):
            route.metrics.finished(status: response.status, after: .now - start)
            return .now(response)
        case .later(let work):
            return .later {
                let response = await work()
                route.metrics.finished(status: response.status, after: .now - start)
                return response
            }
        }
    }

    private func decide(_ request: HTTPRequest, _ handler: any AdmissionHandler) -> HTTPReply {
        guard AdmissionRouter.isJSON(request.head.headers.first(name: "content-type")) else {
            return unreadable("the Content-Type is not application/json", uid: "", apiVersion: "")
        }
        guard request.body.readableBytes > 0 else { return unreadable("the body is empty", uid: "", apiVersion: "") }
        let raw = RawReview(request.body)
        if raw.isComplete, raw.kind == "AdmissionReview", AdmissionReview.isSupported(raw.apiVersion), !raw.uid.isEmpty,
            let response = handler.shortcut(raw)
        {
            return .now(AdmissionRouter.answer(response, uid: raw.uid, apiVersion: raw.apiVersion))
        }
        let review: JSONValue
        do throws(DocumentError) {
            review = try raw.parsed()
        } catch {
            return unreadable("could not read the review: \(error)", uid: raw.uid, apiVersion: raw.apiVersion)
        }
        // From the parsed review: the scanner gives up at an escape, which a parser reads.
        let apiVersion = review["apiVersion"]?.stringValue ?? ""
        let admission: AdmissionRequest
        do throws(AdmissionReview.Unreadable) {
            admission = try AdmissionReview.request(review)
        } catch {
            let uid = review[path: "request", "uid"]?.stringValue ?? ""
            return unreadable(error.message, uid: uid, apiVersion: apiVersion)
        }
        if let response = handler.handleNow(admission) {
            return .now(AdmissionRouter.answer(response, uid: admission.uid, apiVersion: apiVersion))
        }
        return .later {
            let response = await handler.handle(admission)
            return AdmissionRouter.answer(response, uid: admission.uid, apiVersion: apiVersion)
        }
    }

    private func unreadable(_ message: String, uid: String, apiVersion: String) -> HTTPReply {
        logger.warning("unreadable admission review", metadata: ["error": "\(message)", "uid": "\(uid)"])
        return .now(
            AdmissionRouter.answer(
                .errored(code: 400, message, isAllowed: false), uid: uid, apiVersion: apiVersion))
    }

    private static func answer(
        _ response: AdmissionResponse, uid: String, apiVersion: String, status: HTTPResponseStatus = .ok
    ) -> HTTPResponse {
        HTTPResponse(
            status: status, contentType: "application/json",
            body: AdmissionReview.serialized(response, uid: uid, apiVersion: apiVersion))
    }

    /// `application/json`, with parameters or without.
    static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        if contentType == "application/json" { return true }
        let type = contentType.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
        return type.lowercased() == "application/json"
    }
}
