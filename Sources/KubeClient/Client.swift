import KubeModel
public import Logging

/// One finished try of a request, for `rest_client_requests_total` and the duration histogram.
public struct FinishedRequest: Sendable {
    public var method: String
    /// `host:port` of the API server.
    public var host: String
    /// The HTTP status; `nil` when there was no answer.
    public var code: Int?
    /// Until the whole answer was there; of a watch, until it began.
    public var duration: Duration
}

/// The API server over the network.
///
/// Flow of a request: a ``Request`` value → credentials → libcurl's thread → answer → typed error or object. All requests
/// and watches share one HTTP/2 connection.
///
/// - Guarantees: a request ends by its deadline, but for the time of a credential plugin, which has a limit of its own
///   because a person may have to sign in. A 429, and for idempotent requests a 503, is tried again when the server
///   says when (``RetryPolicy``); after a 401 renewed credentials are tried once. Cancelling a task closes its stream.
/// - Assumptions: ``shutdown()`` is called at the end; a client that is let go ends its thread too, but nobody waits.
/// - Errors: ``KubeError``. Answers are asked for uncompressed: inside a cluster the server's time to compress costs more
///   than the bytes, and pages of 500 keep answers small.
public final class Client: KubeAPI {
    let configuration: ClusterConfiguration
    let transport: Transport
    let authenticator: Authenticator
    let options: ClientOptions
    let logger: Logger
    private let clock: any Clock<Duration>
    private let onRequest: @Sendable (FinishedRequest) -> Void

    /// - Parameter logger: hears about each request at level debug. No credential and no body reaches it.
    /// - Parameter clock: waits between tries; tests bring their own.
    /// - Parameter onRequest: called after every try, on any thread.
    public init(
        _ configuration: ClusterConfiguration, options: ClientOptions = ClientOptions(),
        logger: Logger = Logger(label: "kube-client", factory: { _ in SwiftLogNoOpLogHandler() }),
        clock: any Clock<Duration> = ContinuousClock(),
        onRequest: @escaping @Sendable (FinishedRequest) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.options = options
        self.logger = logger
        self.clock = clock
        self.onRequest = onRequest
        var settings = TransportSettings()
        settings.streamCapacity = options.watchBuffer
        // Any event that is not too large fits, so a watch that is cut has brought at least one.
        settings.streamCutLimit = options.eventLimit + 1
        settings.connectTimeout = options.connectTimeout
        settings.silenceLimit = options.silenceLimit
        transport = Transport(settings: settings)
        authenticator = Authenticator(configuration.credentials)
    }

    /// Ends every request and watch with ``KubeError/cancelled`` and returns when the connection is closed.
    public func shutdown() async { await transport.shutdown() }

    // MARK: - Exchanges

    /// One request, until it has an answer in 2xx.
    func perform(_ request: Request) async throws(KubeError) -> Response {
        try await exchange(request) { (transfer) async throws(KubeError) in
            let response = try await self.transport.send(transfer)
            return (response, response)
        }
    }

    /// One request whose body is read as it comes.
    func open(_ request: Request) async throws(KubeError) -> ResponseStream {
        try await exchange(request) { (transfer) async throws(KubeError) in
            let stream = try await self.transport.open(transfer)
            var response = Response(head: try await stream.head(), body: [])
            if !response.isSuccess { response.body = try await stream.rest(limit: 64 << 10) }
            return (stream, response)
        }
    }

    private func exchange<Answer>(
        _ request: Request,
        _ send: (TransferRequest) async throws(KubeError) -> (Answer, Response)
    ) async throws(KubeError) -> Answer {
        let deadline = ContinuousClock.now + (request.timeout ?? options.timeout)
        var attempts = Attempts(policy: options.retry, isIdempotent: request.isIdempotent)
        while true {
            let authentication = try await authenticator.current()
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else {
                throw .timeout("\(configuration.server.authority) did not answer in time")
            }
            let transfer = configuration.transfer(
                request, authentication, timeout: remaining, userAgent: options.userAgent, bodyLimit: options.bodyLimit)
            let (answer, response) = try await observed(request) { () async throws(KubeError) in
                try await send(transfer)
            }
            if response.isSuccess { return answer }

            let status = response.status
            switch attempts.next(after: status, remaining: ContinuousClock.now.duration(to: deadline)) {
            case .giveUp: throw .api(status)
            case .renewCredentials:
                guard await authenticator.invalidate(authentication) else { throw .api(status) }
            case .wait(let delay):
                do {
                    try await clock.sleep(for: delay)
                } catch {
                    throw .cancelled
                }
            }
        }
    }

    private func observed<Answer>(
        _ request: Request, _ send: () async throws(KubeError) -> (Answer, Response)
    ) async throws(KubeError) -> (Answer, Response) {
        let started = ContinuousClock.now
        do throws(KubeError) {
            let (answer, response) = try await send()
            report(request, code: response.head.code, since: started)
            return (answer, response)
        } catch {
            report(request, code: nil, since: started)
            throw error
        }
    }

    private func report(_ request: Request, code: Int?, since started: ContinuousClock.Instant) {
        let duration = started.duration(to: .now)
        onRequest(
            FinishedRequest(
                method: request.method.rawValue, host: configuration.server.authority, code: code, duration: duration))
        logger.debug(
            "request to the API server",
            metadata: [
                "method": "\(request.method.rawValue)", "path": "\(request.path)",
                "code": "\(code.map(String.init) ?? "none")", "milliseconds": "\(duration.milliseconds)",
            ])
    }
}

/// The numbers of a client.
public struct ClientOptions: Sendable {
    /// What a request has for everything, retries included, when it says nothing itself.
    public var timeout: Duration = .seconds(30)
    public var retry = RetryPolicy()
    /// For DNS, TCP and TLS together.
    public var connectTimeout: Duration = .seconds(10)
    /// How long requests may run into their deadlines, while nothing else comes from the server either, until the
    /// connection is given up with all that runs on it and made anew.
    public var silenceLimit: Duration = .seconds(10)
    public var userAgent = "otel-operator"
    /// Bytes of one answer at most; beyond it the request fails.
    public var bodyLimit = 64 << 20
    /// Bytes that a watch on HTTP/1.1 may have in memory, unread, before it is paused and the server has to wait.
    public var watchBuffer = 256 << 10
    /// Bytes of one watch event at most; beyond it the watch fails. etcd stores objects up to 1.5 MiB.
    ///
    /// Also the bytes that a watch on HTTP/2 may have in memory, unread: beyond them it ends as if the server had ended it,
    /// and the next one goes on from its last event. (A pause would cost up to the 32 MiB of the stream's window.)
    public var eventLimit = 4 << 20
    /// The server is asked to end a watch after a random time in this range, so that watches do not all end at once.
    public var watchTimeout: ClosedRange<Int> = 300...600

    public init() {}
}

/// How often a request was tried, and what comes next. Pure: ``Client`` carries it out.
struct Attempts: Equatable {
    enum Step: Equatable { case giveUp, renewCredentials, wait(Duration) }

    private let policy: RetryPolicy
    private let isIdempotent: Bool
    private var count = 0
    private var hasRenewed = false

    init(policy: RetryPolicy, isIdempotent: Bool) {
        self.policy = policy
        self.isIdempotent = isIdempotent
    }

    mutating func next(after status: Status, remaining: Duration) -> Step {
        if status.code == 401 && !hasRenewed {
            hasRenewed = true
            return .renewCredentials
        }
        count += 1
        let delay = policy.delay(
            after: count, code: status.code, retryAfterSeconds: status.retryAfterSeconds, isIdempotent: isIdempotent,
            remaining: remaining)
        return delay.map(Step.wait) ?? .giveUp
    }
}
