import CCurl
import Glibc

/// One running exchange, on libcurl's thread alone.
final class Transfer {
    let id: TransferID
    let server: String
    let started: ContinuousClock.Instant
    /// The whole exchange ends by then.
    let deadline: ContinuousClock.Instant?
    private let delivery: TransferDelivery
    private let bodyLimit: Int
    private(set) var easy: EasyHandle
    private let heard: () -> Void

    private var head: ResponseHead?
    /// The body so far, when it is delivered whole.
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var isFinished = false

    /// - Parameter heard: called whenever the server sent something.
    init?(
        _ id: TransferID, _ request: TransferRequest, _ delivery: TransferDelivery, settings: TransportSettings,
        heard: @escaping () -> Void
    ) {
        guard let easy = EasyHandle() else { return nil }
        self.id = id
        self.delivery = delivery
        self.heard = heard
        self.easy = easy
        server = request.server
        bodyLimit = request.bodyLimit
        let now = ContinuousClock.now
        started = now
        deadline = request.timeout.map { now + $0 }
        configure(request, settings)
    }

    /// Goes on after a pause: libcurl offers the bytes again that did not fit.
    func resume() { _ = curl_easy_pause(easy.pointer, CURLPAUSE_CONT) }

    func finish(_ code: CURLcode) {
        if code == CURLE_OK {
            succeed()
        } else if isTooLarge {
            fail(.tooLarge("the answer of \(server) is larger than the \(bodyLimit) bytes that are allowed"))
        } else {
            fail(
                TransportFailure.error(
                    code: code, systemError: easy.systemError, detail: easy.errorDescription, server: server))
        }
    }

    func fail(_ error: KubeError) {
        if isFinished { return }
        isFinished = true
        delivery.fail(error)
    }

    private func succeed() {
        if isFinished { return }
        isFinished = true
        switch delivery {
        case .stream(let stream): stream.finished(.success(()))
        case .whole(let continuation):
            guard let head else {
                continuation.resume(returning: .failure(.transport("\(server) answered without a status")))
                return
            }
            continuation.resume(returning: .success(Response(head: head, body: body)))
        }
    }

    // MARK: - What libcurl calls

    fileprivate func receive(headerLine bytes: UnsafeRawBufferPointer) {
        heard()
        var line = Substring(String(decoding: bytes, as: UTF8.self))
        while let last = line.last, last == "\r\n" || last == "\n" || last == "\r" { line.removeLast() }
        if line.isEmpty {
            // 100 Continue and its like are followed by the real head.
            if let head, head.code >= 200, case .stream(let stream) = delivery { stream.received(head: head) }
        } else if let next = ResponseHead(statusLine: String(line)) {
            head = next
        } else {
            head?.add(line: String(line))
        }
    }

    /// - Returns: what a write function of libcurl returns.
    fileprivate func receive(body bytes: UnsafeRawBufferPointer) -> Int {
        heard()
        switch delivery {
        case .whole:
            guard bytes.count <= bodyLimit - body.count else {
                isTooLarge = true
                return 0
            }
            body.append(contentsOf: bytes)
            return bytes.count
        case .stream(let stream):
            switch stream.received(bytes) {
            case .taken: return bytes.count
            case .pause: return Int(CURL_WRITEFUNC_PAUSE)
            case .cut: return 0  // ends the transfer; the stream has its end already
            }
        }
    }

    // MARK: - Options

    private func configure(_ request: TransferRequest, _ settings: TransportSettings) {
        // The worker keeps the transfer alive until it has taken the handle out of the set.
        let context = Unmanaged.passUnretained(self).toOpaque()
        easy.set(CURLOPT_PRIVATE, context)
        easy.set(CURLOPT_WRITEDATA, context)
        easy.set(CURLOPT_HEADERDATA, context)
        easy.setReceiver(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            Transfer.from(context).receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        easy.setReceiver(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Transfer.from(context).receive(headerLine: UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }

        easy.set(CURLOPT_URL, request.url)
        if let target = request.connectTo { easy.setConnectTo(target) }
        easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        easy.set(CURLOPT_NOSIGNAL, 1)
        easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // HTTP/2 over TLS where the server has it. A request waits for the connection that is being made and shares it;
        // without TLS nothing could be shared, and the wait would last until the first answer.
        easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        easy.set(CURLOPT_PIPEWAIT, request.url.hasPrefix("https:") ? 1 : 0)

        if request.method == "GET" {
            easy.set(CURLOPT_HTTPGET, 1)
        } else {
            if let body = request.body { easy.setBody(body) }
            easy.set(CURLOPT_CUSTOMREQUEST, request.method)
        }
        // No "Expect: 100-continue": it costs a round trip, and the API server reads every body.
        easy.setHeaders(request.headers + ["Expect:"])

        easy.set(CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout.milliseconds)
        easy.set(CURLOPT_TCP_KEEPALIVE, 1)
        easy.set(CURLOPT_TCP_KEEPIDLE, settings.keepAlive.wholeSeconds)
        easy.set(CURLOPT_TCP_KEEPINTVL, settings.keepAlive.wholeSeconds)
        easy.setSocketOptions { _, socket, _ in
            // A credential plugin that we start must not inherit the connection.
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            // A peer that is gone is noticed after 30 s also while bytes of ours are under way: without this the kernel
            // tries for 15 minutes. (The keep-alive timers only run on a silent connection.)
            var milliseconds: UInt32 = 30_000
            setsockopt(
                socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size))
            return CURL_SOCKOPT_OK
        }

        configure(request.security, request.url)
        switch request.proxy {
        case .none: easy.set(CURLOPT_PROXY, "")  // also keeps libcurl from reading the environment
        case .url(let url, let exceptions):
            easy.set(CURLOPT_PROXY, url)
            easy.set(CURLOPT_NOPROXY, exceptions)
        }
    }

    private func configure(_ security: TransportSecurity, _ url: String) {
        easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if security.skipsVerification {
            easy.set(CURLOPT_SSL_VERIFYPEER, 0)
            easy.set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        switch security.authority {
        case nil: break
        case .file(let path): easy.set(CURLOPT_CAINFO, path)
        case .bytes(let bytes): easy.set(CURLOPT_CAINFO_BLOB, blob: bytes)
        }
        // Otherwise the system's folder of authorities would be trusted beside the cluster's own.
        if security.authority != nil { easy.set(CURLOPT_CAPATH, nil) }
        if let identity = security.identity {
            switch identity.certificate {
            case .file(let path): easy.set(CURLOPT_SSLCERT, path)
            case .bytes(let bytes): easy.set(CURLOPT_SSLCERT_BLOB, blob: bytes)
            }
            switch identity.key {
            case .file(let path): easy.set(CURLOPT_SSLKEY, path)
            case .bytes(let bytes): easy.set(CURLOPT_SSLKEY_BLOB, blob: bytes)
            }
        }
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
        guard let context else { fatalError("libcurl calls back without the context it was given") }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }
}

extension Duration {
    /// Rounded down; as many as fit.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        let (whole, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
        return overflow ? Int.max : whole + Int(attoseconds / 1_000_000_000_000_000)
    }

    /// At least one.
    var wholeSeconds: Int { max(1, Int(components.seconds)) }
}
