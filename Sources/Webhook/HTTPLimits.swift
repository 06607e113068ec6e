/// What one listener takes from its clients. Every connection costs memory and a file descriptor, so all of it is
/// bounded.
public struct HTTPLimits: Sendable, Equatable {
    /// Names and values of one request's headers together, and one header alone.
    public var headerBytes: Int
    public var headerCount: Int
    /// A larger body is answered with 413. 7 MiB is what controller-runtime takes: two objects of etcd's 1.5 MiB
    /// limit, each in JSON that may be twice as large, and the rest of the review.
    public var bodyBytes: Int
    /// Bodies over 64 KiB that are arriving, all connections together; a request beyond it is answered with 503.
    public var bufferedBytes: Int
    /// The limit of a body that holds a list of objects: the API server sends all that it converts in one review. It is what
    /// the pod's memory of 128 MiB allows with the answer beside it, so it bounds what can be listed at a time.
    public var listBytes: Int
    /// Such bodies, as ``bufferedBytes`` and apart from it, counted until they are answered.
    public var bufferedListBytes: Int
    /// Connections at a time; the next one is closed at once. kube-apiserver opens one for each review in flight, since
    /// we speak HTTP/1.1 only.
    public var connections: Int
    /// From a request's first byte to the end of its head.
    public var headerTimeout: Duration
    /// From the end of the head to the end of the body.
    public var bodyTimeout: Duration
    /// Without a request. Longer than the 90 s after which Go's client (kube-apiserver) drops an idle connection, so
    /// that it is the client that closes: a server that closes first may meet a request on its way, and that review is
    /// lost.
    public var idleTimeout: Duration
    /// How long a refused body is still read and thrown away, so that the client reads our answer and no reset.
    public var lingerTimeout: Duration

    public init(
        headerBytes: Int = 32_768, headerCount: Int = 100, bodyBytes: Int = 7 * 1_048_576,
        bufferedBytes: Int = 16 * 1_048_576, listBytes: Int = 24 * 1_048_576,
        bufferedListBytes: Int = 24 * 1_048_576, connections: Int = 1_024,
        headerTimeout: Duration = .seconds(10), bodyTimeout: Duration = .seconds(30),
        idleTimeout: Duration = .seconds(120), lingerTimeout: Duration = .seconds(2)
    ) {
        self.headerBytes = headerBytes
        self.headerCount = headerCount
        self.bodyBytes = bodyBytes
        self.bufferedBytes = bufferedBytes
        self.listBytes = listBytes
        self.bufferedListBytes = bufferedListBytes
        self.connections = connections
        self.headerTimeout = headerTimeout
        self.bodyTimeout = bodyTimeout
        self.idleTimeout = idleTimeout
        self.lingerTimeout = lingerTimeout
    }
}
