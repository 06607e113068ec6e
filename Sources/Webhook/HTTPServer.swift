public import Logging
import Metrics
public import NIOCore
import NIOHTTP1
import NIOPosix
public import ServiceLifecycle
public import TLSServer

/// One HTTP/1.1 listener.
///
/// - Guarantees: every connection is bounded in number, time and bytes by `limits`. On graceful shutdown it goes on for
///   `shutdownDelay`, then stops accepting, lets requests in flight finish until `drainTimeout`, and closes.
/// - Assumptions: the responder does not block the event loop.
/// - Errors: `run` and `start` throw when the address cannot be listened on or the TLS settings do not work.
public struct HTTPServer: Service {
    public enum Security: Sendable {
        case plain
        case tls(TLSContextCache)
    }

    /// For logs: "webhook", "health", "metrics".
    public var name: String
    public var address: ListenAddress
    public var security: Security
    public var limits: HTTPLimits
    /// After the signal to stop, how long connections are still accepted: the time that a cluster takes to send no more
    /// (endpoints, kube-proxy). Answers in this time close their connection.
    public var shutdownDelay: Duration
    /// How long requests in flight may take after that.
    public var drainTimeout: Duration

    private let responder: any HTTPResponder
    private let group: any EventLoopGroup
    private let logger: Logger
    private let listening: (@Sendable (Int) -> Void)?

    /// - Parameters:
    ///   - group: the event loops, possibly shared with other listeners; the caller shuts it down.
    ///   - listening: called with the port once connections are accepted.
    public init(
        name: String, address: ListenAddress, security: Security, limits: HTTPLimits = HTTPLimits(),
        shutdownDelay: Duration = .zero, drainTimeout: Duration = .seconds(8), responder: any HTTPResponder,
        group: any EventLoopGroup, logger: Logger, listening: (@Sendable (Int) -> Void)? = nil
    ) {
        self.name = name
        self.address = address
        self.security = security
        self.limits = limits
        self.shutdownDelay = shutdownDelay
        self.drainTimeout = drainTimeout
        self.responder = responder
        self.group = group
        self.listening = listening
        var logger = logger
        logger[metadataKey: "listener"] = "\(name)"
        self.logger = logger
    }

    /// How many event loops serve when nothing else is asked for. A review takes a fraction of a millisecond; two of
    /// them answer more than a cluster creates, and each costs memory.
    public static var defaultThreadCount: Int { min(2, System.coreCount) }

    /// Serves until graceful shutdown, or until the task is cancelled, which closes everything at once.
    public func run() async throws {
        let server = try await start()
        listening?(server.port)
        do {
            try await gracefulShutdown()
            if shutdownDelay > .zero {
                await server.retire()
                try await Task.sleep(for: shutdownDelay)
            }
            await server.drain(within: drainTimeout)
        } catch {
            await server.drain(within: .zero)  // cancelled
        }
    }

    /// Listens, and returns when connections are accepted.
    public func start() async throws -> RunningServer {
        if case .tls(let contexts) = security {
            if contexts.hasCertificate {
                try contexts.validate()
            } else {
                logger.info("listening before there is a serving certificate; handshakes fail until it is there")
            }
        }
        let registry = ConnectionRegistry(limit: limits.connections)
        let bootstrap = bootstrap(registry)
        let channel: any Channel
        if address.host.isEmpty {
            do {
                channel = try await bootstrap.bind(host: "::", port: address.port).get()
            } catch {
                // A machine without IPv6; if it was something else, this fails in the same way.
                channel = try await bootstrap.bind(host: "0.0.0.0", port: address.port).get()
            }
        } else {
            channel = try await bootstrap.bind(host: address.host, port: address.port).get()
        }
        let port = channel.localAddress?.port ?? address.port
        logger.info("listening", metadata: ["address": "\(address)", "port": "\(port)"])
        return RunningServer(channel: channel, registry: registry, group: group, port: port, logger: logger)
    }

    private func bootstrap(_ registry: ConnectionRegistry) -> ServerBootstrap {
        let (responder, limits, security, logger) = (responder, limits, security, logger)
        let date = HTTPDate()
        let budget = BodyBudget(limits.bufferedBytes)
        let listBudget = BodyBudget(limits.bufferedListBytes)
        let refused = Counter(
            label: "otel_operator_connections_refused_total", dimensions: [("listener", name)])
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headerBytes
        decoding.maxHeaderListSize = limits.headerBytes
        decoding.maxHeaderFieldCount = limits.headerCount
        let decoderLimits = decoding
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                if case .refused(let isNews) = registry.admit(channel) {
                    refused.increment()
                    if isNews { logger.warning("too many connections", metadata: ["limit": "\(limits.connections)"]) }
                    return channel.eventLoop.makeFailedFuture(ConnectionLimitReached())
                }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if case .tls(let contexts) = security {
                        try pipeline.addHandler(TLSServerHandler(contexts))
                    }
                    // A head that the parser cannot end yet is kept here, so this bounds it, its request line too.
                    let decoder = ByteToMessageHandler(
                        HTTPRequestDecoder(
                            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop,
                            limitConfiguration: decoderLimits),
                        maximumBufferSize: 2 * limits.headerBytes)
                    try pipeline.addHandler(decoder)
                    try pipeline.addHandler(
                        HTTPConnectionHandler(
                            responder: responder, limits: limits, date: date, budget: budget,
                            listBudget: listBudget, isLast: registry.isRetiring, logger: logger))
                }
            }
    }
}

/// The listener already has as many connections as it takes.
struct ConnectionLimitReached: Error {}

/// A listener that accepts connections.
public struct RunningServer: Sendable {
    private let channel: any Channel
    private let registry: ConnectionRegistry
    private let group: any EventLoopGroup
    private let logger: Logger
    /// The port listened on.
    public let port: Int

    init(
        channel: any Channel, registry: ConnectionRegistry, group: any EventLoopGroup, port: Int, logger: Logger
    ) {
        self.channel = channel
        self.registry = registry
        self.group = group
        self.port = port
        self.logger = logger
    }

    /// How many connections are open.
    public var connectionCount: Int { registry.count }

    /// Goes on, but every connection closes after its next answer.
    public func retire() async { await registry.retire() }

    /// Stops accepting, closes what is idle, waits for the rest, and closes that too when the time is over or the task
    /// is cancelled.
    public func drain(within timeout: Duration) async {
        try? await channel.close()
        let emptied = group.any().makePromise(of: Void.self)
        let timer = group.any().scheduleTask(in: TimeAmount(timeout)) {
            logger.warning("closing connections that are still busy", metadata: ["count": "\(registry.count)"])
            registry.closeAll()
        }
        registry.drain(emptied)
        await withTaskCancellationHandler {
            try? await emptied.futureResult.get()
        } onCancel: {
            registry.closeAll()
        }
        timer.cancel()
    }
}
