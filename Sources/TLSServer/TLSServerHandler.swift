public import NIOCore

/// Told to the handlers behind the TLS handler.
public enum TLSEvent: Sendable, Equatable {
    /// The handshake is done: version ("TLSv1.3") and the protocol chosen by ALPN.
    case handshakeCompleted(version: String, negotiatedProtocol: String?)
}

/// TLS for the server side of a connection, on OpenSSL.
///
/// - Guarantees: plain text is passed on in order; a write's promise is fulfilled when its bytes are on the socket;
///   OpenSSL's state is freed when the handler leaves the pipeline; writability and reads pass through unchanged, so
///   back-pressure works as without TLS. The end of input by `close_notify` is told as `ChannelEvent.inputClosed`.
/// - Caveats: renegotiation is refused. A peer that leaves without `close_notify` shows as `TLSError.truncated`.
/// - Errors: `TLSError`, by `errorCaught`; the connection is then closed by this handler.
public final class TLSServerHandler: ChannelDuplexHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    /// How long the peer may take to read our `close_notify` before the socket is closed without it.
    private static let closeTimeout = TimeAmount.seconds(5)

    private let handshakeTimeout: TimeAmount
    private var connection: TLSConnection
    private var state = TLSConnectionState()
    private var handshakeTimer: Scheduled<Void>?
    private var closeTimer: Scheduled<Void>?
    private var promises: [EventLoopPromise<Void>] = []
    /// Plain text was passed on since the last `channelReadComplete`.
    private var hasDelivered = false
    private var waitingWrites: [(ByteBuffer, EventLoopPromise<Void>?)] = []

    /// Takes the certificate that is current now.
    public init(_ contexts: TLSContextCache) throws(TLSError) {
        connection = try TLSConnection(contexts.current())
        handshakeTimeout = TimeAmount(contexts.settings.handshakeTimeout)
    }

    // MARK: Life

    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    public func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    private func start(_ context: ChannelHandlerContext) {
        guard handshakeTimer == nil, state.isHandshaking else { return }
        handshakeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeTimeout) {
            self.perform(self.state.handshakeTimedOut(), context)
        }
    }

    public func channelInactive(context: ChannelHandlerContext) {
        perform(state.transportClosed(), context)
        cancelTimers()
        failWaiting()
        context.fireChannelInactive()
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        cancelTimers()
        failWaiting()
    }

    // MARK: Reading

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state.takesInput else { return }
        var bytes = unwrapInboundIn(data)
        connection.buffers.append(&bytes)
        if state.isHandshaking {
            let outcome = connection.handshake()
            perform(state.handshake(outcome), context)
        } else {
            readAll(context)
        }
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        flushOutgoing(context)
        // A read that brought only a part of a record or of the handshake is none for those behind us.
        guard hasDelivered else { return }
        hasDelivered = false
        context.fireChannelReadComplete()
    }

    private func readAll(_ context: ChannelHandlerContext) {
        var plaintext = ByteBuffer()
        let outcome = connection.read(into: &plaintext)
        if plaintext.readableBytes > 0 {
            hasDelivered = true
            context.fireChannelRead(wrapInboundOut(plaintext))
        }
        perform(state.read(outcome), context)
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The socket's own end of input: without a close_notify before it, this is a truncation.
        if case .inputClosed? = event as? ChannelEvent, state.takesInput {
            perform(state.transportClosed(), context)
            context.close(promise: nil)
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Writing

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let plaintext = unwrapOutboundIn(data)
        if state.isHandshaking {
            waitingWrites.append((plaintext, promise))
        } else if state.isWritable {
            encrypt(plaintext, promise, context)
        } else {
            promise?.fail(TLSError.closed)
        }
    }

    private func encrypt(_ plaintext: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext)
    {
        do throws(TLSError) {
            try connection.write(plaintext)
            if let promise { promises.append(promise) }
        } catch {
            promise?.fail(error)
            perform(state.writeFailed(error), context)
        }
    }

    public func flush(context: ChannelHandlerContext) { flushOutgoing(context) }

    private func flushOutgoing(_ context: ChannelHandlerContext) {
        guard let bytes = connection.buffers.takeOutgoing() else {
            context.flush()
            return
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: takePromise(context))
    }

    /// One promise for all writes that are in the outgoing buffer.
    private func takePromise(_ context: ChannelHandlerContext) -> EventLoopPromise<Void>? {
        guard let first = promises.first else { return nil }
        for promise in promises.dropFirst() { first.futureResult.cascade(to: promise) }
        promises.removeAll(keepingCapacity: true)
        return first
    }

    // MARK: Closing

    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all else {
            context.close(mode: mode, promise: promise)
            return
        }
        switch state.closeRequested() {
        case .sendCloseNotify: closeAfterNotify(context, promise)
        default: context.close(promise: promise)
        }
    }

    private func closeAfterNotify(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        connection.sendCloseNotify()
        guard let bytes = connection.buffers.takeOutgoing() else {
            context.close(promise: promise)
            return
        }
        let loop = context.eventLoop.assumeIsolated()
        closeTimer = loop.scheduleTask(in: TLSServerHandler.closeTimeout) { context.close(promise: nil) }
        let written = takePromise(context) ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: promise) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
    }

    private func perform(_ action: TLSConnectionState.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .none: break
        case .announceAndRead:
            handshakeTimer?.cancel()
            context.fireUserInboundEventTriggered(
                TLSEvent.handshakeCompleted(
                    version: connection.version, negotiatedProtocol: connection.negotiatedProtocol))
            let writes = waitingWrites
            waitingWrites = []
            for (plaintext, promise) in writes { write(context: context, data: NIOAny(plaintext), promise: promise) }
            readAll(context)
        case .announceEndOfInput: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .fail(let error):
            cancelTimers()
            failWaiting()
            if let alert = connection.buffers.takeOutgoing() {
                context.writeAndFlush(wrapOutboundOut(alert), promise: takePromise(context))
            }
            context.fireErrorCaught(error)
            context.close(promise: nil)
        case .sendCloseNotify: closeAfterNotify(context, nil)
        case .close: context.close(promise: nil)
        case .report(let error): context.fireErrorCaught(error)
        }
    }

    private func cancelTimers() {
        handshakeTimer?.cancel()
        closeTimer?.cancel()
    }

    /// Fails what will never be written.
    private func failWaiting() {
        let failed = waitingWrites.compactMap(\.1) + promises
        waitingWrites = []
        promises = []
        for promise in failed { promise.fail(TLSError.closed) }
    }
}
