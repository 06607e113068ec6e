import Glibc
import Synchronization

/// The numbers that shape connections.
struct TransportSettings: Sendable {
    /// For DNS, TCP and TLS together.
    var connectTimeout: Duration = .seconds(10)
    /// Silence after which TCP asks whether the peer is there, and then asks again.
    var keepAlive: Duration = .seconds(15)
    /// How long requests may go unanswered, while nothing else comes either, until the connection is made anew.
    var silenceLimit: Duration = .seconds(10)
    /// Connections at most. With HTTP/2 there is one, as requests wait for it and share it; this bounds HTTP/1.1 (a proxy
    /// that speaks nothing else), where each watch needs its own, and the moment when streams run out.
    var connections = 32
    /// See ``BodyStream/capacity``.
    var streamCapacity = 256 << 10
    /// See ``BodyStream/cutLimit``.
    var streamCutLimit = 4 << 20
}

/// HTTP over libcurl: one thread, one HTTP/2 connection, any number of requests at a time.
///
/// - Guarantees: no call blocks the thread of its caller. Cancelling the calling task, or dropping a ``ResponseStream``,
///   closes the stream on the wire. A request is sent again only where libcurl does so by itself: when a kept
///   connection turns out to be closed and not one byte of an answer came, or the server says that it did not begin.
/// - Assumptions: the server is the same for all requests, so that what is heard on one tells that it lives.
/// - Errors: ``KubeError``, `.transport`, `.timeout` or `.cancelled`. An HTTP error is an answer.
final class Transport: Sendable {
    private let mailbox = TransportMailbox()
    private let settings: TransportSettings
    /// Joined once: by ``shutdown()``, or let go by `deinit`.
    private let thread: Mutex<pthread_t?>

    init(settings: TransportSettings = TransportSettings()) {
        self.settings = settings
        let mailbox = mailbox
        thread = Mutex(
            Thread.start {
                // Made here, so that the handles never change threads.
                if let worker = TransportWorker(mailbox, settings) { worker.run() }
                mailbox.close()
            })
        if thread.withLock({ $0 == nil }) { mailbox.close() }
    }

    deinit {
        mailbox.post(.stop)
        if let thread = thread.withLock({ $0 }) { pthread_detach(thread) }
    }

    /// Ends every transfer with `.cancelled` and joins the thread. Calls that come later are cancelled at once.
    func shutdown() async {
        mailbox.post(.stop)
        await mailbox.waitUntilClosed()
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        // The thread has done all its work: this waits for its last instructions, not for a server.
        if let running { pthread_join(running, nil) }
    }

    /// Waits for the whole answer.
    func send(_ request: TransferRequest) async throws(KubeError) -> Response {
        let id = mailbox.newID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                mailbox.post(.start(id, request, .whole(continuation)))
                // A cancellation before this line was posted too early to find the transfer.
                if Task.isCancelled { mailbox.post(.cancel(id)) }
            }
        } onCancel: {
            mailbox.post(.cancel(id))
        }
        return try result.get()
    }

    /// Waits for status line and headers; the body is read from what this returns.
    func open(_ request: TransferRequest) async throws(KubeError) -> ResponseStream {
        let stream = ResponseStream(
            mailbox, BodyStream(capacity: settings.streamCapacity, cutLimit: settings.streamCutLimit))
        try await stream.start(request)
        return stream
    }
}

/// An answer whose body is still arriving. Letting it go closes the stream.
final class ResponseStream: Sendable {
    private let mailbox: TransportMailbox
    private let body: BodyStream
    private let id: TransferID

    fileprivate init(_ mailbox: TransportMailbox, _ body: BodyStream) {
        self.mailbox = mailbox
        self.body = body
        id = mailbox.newID()
    }

    deinit { cancel() }

    /// See ``BodyStream/isCut``.
    var isCut: Bool { body.isCut }

    func cancel() { mailbox.post(.cancel(id)) }

    fileprivate func start(_ request: TransferRequest) async throws(KubeError) {
        mailbox.post(.start(id, request, .stream(body)))
        _ = try await head()
    }

    func head() async throws(KubeError) -> ResponseHead {
        let body = body
        let result = await withTaskCancellationHandler {
            await KubeError.result { () async throws(KubeError) in try await body.head() }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// The next bytes, `nil` at the end.
    func next() async throws(KubeError) -> [UInt8]? {
        let body = body
        let result = await withTaskCancellationHandler {
            await KubeError.result { () async throws(KubeError) in try await body.next() }
        } onCancel: {
            cancel()
        }
        guard let (bytes, demand) = try result.get() else { return nil }
        if demand == .resume { mailbox.post(.resume(id)) }
        return bytes
    }

    /// What is left of the body, cut at `limit` bytes.
    func rest(limit: Int) async throws(KubeError) -> [UInt8] {
        var all: [UInt8] = []
        while all.count < limit, let bytes = try await next() {
            all.append(contentsOf: bytes.prefix(limit - all.count))
        }
        return all
    }
}

extension KubeError {
    /// An outcome as a value, for the functions of the standard library that do not carry typed errors through.
    static func result<Value>(
        _ body: () async throws(KubeError) -> Value
    ) async -> Result<Value, KubeError> {
        do throws(KubeError) { return .success(try await body()) } catch { return .failure(error) }
    }
}
