import Logging
import NIOCore
import NIOHTTP1
import TLSServer

/// Tells a connection that its next answer is its last.
struct RetireEvent: Sendable {}

/// The end of a connection's pipeline: collects a request, asks the responder, writes the answer in one piece.
///
/// It sits behind NIO's request decoder and writes bytes itself, as every answer is whole when it is written. Requests
/// that a client pipelines are answered in their order; while one is worked on, the socket is not read.
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let responder: any HTTPResponder
    private let limits: HTTPLimits
    private let date: HTTPDate
    private let budget: BodyBudget
    /// Of bodies with lists.
    private let listBudget: BodyBudget
    private let logger: Logger
    private var state: HTTPConnectionState
    private var deadline: ConnectionDeadline
    private var timer: Scheduled<Void>?
    private var timerFiresAt = NIODeadline.distantFuture

    private var head: HTTPRequestHead?
    private var refusal: HTTPResponse?
    private var body: ByteBuffer?
    /// What the body holds of its budget.
    private var taken = 0
    private var isList = false
    private var work: Task<Void, Never>?
    private var waiting: [HTTPServerRequestPart] = []
    private var isReadWaiting = false
    /// Parts arrived since the last `channelReadComplete`.
    private var sawPart = false
    /// An answer was written and is not flushed yet; pipelined answers leave in one flush.
    private var needsFlush = false
    private var isReading = false

    init(
        responder: any HTTPResponder, limits: HTTPLimits, date: HTTPDate, budget: BodyBudget,
        listBudget: BodyBudget, isLast: Bool, logger: Logger
    ) {
        self.responder = responder
        self.limits = limits
        self.date = date
        self.budget = budget
        self.listBudget = listBudget
        self.logger = logger
        state = HTTPConnectionState(bodyLimit: limits.bodyBytes)
        if isLast { state.retire() }
        deadline = ConnectionDeadline(limits, now: .now())
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { rearm(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        rearm(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        _ = state.inputClosed()
        leave()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    private func leave() {
        state.timedOut()
        work?.cancel()
        work = nil
        waiting = []
        dropBody()
        timer?.cancel()
        timer = nil
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        sawPart = true
        let part = unwrapInboundIn(data)
        if state.phase == .responding {
            waiting.append(part)
        } else {
            receive(part, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        flush(context)
        if state.phase == .idle, !sawPart {
            deadline.headStarted(now: .now())
        } else {
            deadline.follow(state.phase, now: .now())
        }
        sawPart = false
        rearm(context)
        context.fireChannelReadComplete()
    }

    private func receive(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): receive(head, context)
        case .body(var bytes):
            switch state.body(bytes.readableBytes) {
            case .append: append(&bytes, context)
            case .answerTooLarge: answerTooLarge(context)
            case .ignore: break
            }
        case .end:
            switch state.end() {
            case .respond: respond(context)
            case .answerRefusal: if let refusal { answer(refusal, context) }
            case .close: context.close(promise: nil)
            case .ignore: break
            }
        }
    }

    private func append(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        let needed = (body?.readableBytes ?? 0) + bytes.readableBytes - BodyBudget.free - taken
        if needed > 0 {
            guard (isList ? listBudget : budget).take(needed) else {
                state.bodyRefused()
                dropBody()
                write(.text(.serviceUnavailable, "too many large requests at a time"), closing: true, context)
                flush(context)
                return
            }
            taken += needed
        }
        if body == nil { body = bytes } else { body?.writeBuffer(&bytes) }
    }

    private func dropBody() {
        body = nil
        if taken > 0 { (isList ? listBudget : budget).giveBack(taken) }
        taken = 0
    }

    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        refusal = responder.refusal(of: head)
        let takesLists = responder.takesLists(head)
        let length = head.headers.first(name: "content-length").flatMap(Int.init)
        let action = state.head(
            .init(
                keepsAlive: head.isKeepAlive, contentLength: length,
                expectsContinue: head.headers.contains(name: "expect"), isRefused: refusal != nil,
                bodyLimit: takesLists ? limits.listBytes : nil))
        guard action != .ignore else { return }
        self.head = head
        dropBody()
        isList = takesLists
        switch action {
        case .sendContinue:
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        case .answerTooLarge: answerTooLarge(context)
        case .receive, .ignore: break
        }
    }

    private func respond(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let request = HTTPRequest(head: head, body: body ?? ByteBuffer())
        body = nil
        // Whoever works on a list holds it, so that its memory is not free before the answer.
        if !isList { dropBody() }
        switch responder.respond(to: request) {
        case .now(let response):
            dropBody()
            answer(response, context)
        case .later(let job):
            let promise = context.eventLoop.makePromise(of: HTTPResponse.self)
            // The task ends by itself; `leave` cancels it when the connection goes first.
            work = promise.completeWithTask { await job() }
            promise.futureResult.assumeIsolated().whenSuccess { response in
                self.work = nil
                self.dropBody()
                self.answer(response, context)
                self.resume(context)
            }
        }
    }

    /// After an answer that took its time: what waited, then the socket again.
    private func resume(_ context: ChannelHandlerContext) {
        isReading = true
        while state.phase != .responding, !waiting.isEmpty {
            let parts = waiting
            waiting = []
            for (index, part) in parts.enumerated() {
                if state.phase == .responding {
                    waiting = Array(parts[index...])
                    break
                }
                receive(part, context)
            }
        }
        isReading = false
        flush(context)
        deadline.follow(state.phase, now: .now())
        rearm(context)
        if isReadWaiting, state.wantsInput {
            isReadWaiting = false
            context.read()
        }
    }

    // MARK: Answers

    private func answer(_ response: HTTPResponse, _ context: ChannelHandlerContext) {
        switch state.answered() {
        case .writeAndGoOn: write(response, closing: false, context)
        case .writeAndClose:
            let written = context.eventLoop.makePromise(of: Void.self)
            // What the socket has not taken yet would be thrown away by a close; who reads too slowly is cut off.
            let tooSlow = context.eventLoop.assumeIsolated().scheduleTask(in: Self.closeTimeout) {
                context.close(promise: nil)
            }
            written.futureResult.assumeIsolated().whenComplete { _ in
                tooSlow.cancel()
                context.close(promise: nil)
            }
            write(response, closing: true, context, promise: written)
            flush(context)
        case .ignore: break
        }
    }

    private func answerTooLarge(_ context: ChannelHandlerContext) {
        guard let head else { return }
        dropBody()
        write(responder.bodyTooLarge(head, limit: state.bodyLimit), closing: true, context)
        flush(context)
    }

    private static let closeTimeout = TimeAmount.seconds(10)

    private func write(
        _ response: HTTPResponse, closing: Bool, _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>? = nil
    ) {
        let bytes = response.serialized(
            date: date.now(), closing: closing, withoutBody: head?.method == .HEAD,
            allocator: context.channel.allocator)
        head = nil
        refusal = nil
        context.write(wrapOutboundOut(bytes), promise: promise)
        needsFlush = true
        if !isReading { flush(context) }
    }

    private func flush(_ context: ChannelHandlerContext) {
        guard needsFlush else { return }
        needsFlush = false
        context.flush()
    }

    func read(context: ChannelHandlerContext) {
        if state.wantsInput {
            context.read()
        } else {
            isReadWaiting = true
        }
    }

    // MARK: The end

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            if state.drain() == .close { context.close(promise: nil) }
            if state.phase == .idle {
                deadline.lastChance(now: .now())
                rearm(context)
            }
        case is RetireEvent: state.retire()
        case let event as ChannelEvent where event == .inputClosed:
            if state.inputClosed() == .close { context.close(promise: nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection ended by an error", metadata: ["error": "\(error)"])
        let isOverflow = error is ByteToMessageDecoderError.PayloadTooLargeError
        if isOverflow || error is HTTPParserError, state.unreadable() {
            let isHeadTooLarge = isOverflow || error as? HTTPParserError == .headerOverflow
            let status: HTTPResponseStatus = isHeadTooLarge ? .requestHeaderFieldsTooLarge : .badRequest
            write(.text(status, status.reasonPhrase), closing: true, context)
            flush(context)
        }
        if !(error is TLSError) { context.close(promise: nil) }  // after its own errors, TLS closes by itself
    }

    // MARK: Deadlines

    /// A kept connection would set a timer for each request and cancel it soon after. Instead one timer stays where it
    /// is and, when it fires early, is set again for the deadline that holds by then; only an earlier one moves it.
    private func rearm(_ context: ChannelHandlerContext) {
        guard deadline.moment < timerFiresAt else { return }
        timer?.cancel()
        timerFiresAt = deadline.moment
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: timerFiresAt) { self.timerFired(context) }
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timerFiresAt = .distantFuture
        if NIODeadline.now() < deadline.moment {
            rearm(context)
            return
        }
        logger.debug("connection timed out", metadata: ["phase": "\(state.phase)"])
        state.timedOut()
        context.close(promise: nil)
    }
}
