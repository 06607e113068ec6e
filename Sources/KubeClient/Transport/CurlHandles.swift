import CCurl

/// libcurl's global state, set up once in the life of the process.
enum CurlLibrary {
    /// Whether libcurl could be initialised. It stays so until the process ends.
    static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

/// One transfer's handle. It belongs to the thread that made it.
struct EasyHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer
    /// libcurl writes its sentence about a failure here.
    private let errorText: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var connectTo: UnsafeMutablePointer<curl_slist>?

    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        _ = ccurl_easy_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headers)
        curl_slist_free_all(connectTo)
        errorText.deallocate()
    }

    /// libcurl's own sentence about the failure, empty when it has none.
    var errorDescription: String { String(cString: errorText) }

    /// `errno` of the last failed connect, 0 when that is not what failed.
    var systemError: Int32 { Int32(truncatingIfNeeded: long(CURLINFO_OS_ERRNO)) }

    func set(_ option: CURLoption, _ value: Int) { check(ccurl_easy_set_long(pointer, option, value)) }
    func set(_ option: CURLoption, _ value: String?) { check(ccurl_easy_set_string(pointer, option, value)) }
    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) {
        check(ccurl_easy_set_pointer(pointer, option, value))
    }

    /// libcurl copies the bytes.
    func set(_ option: CURLoption, blob bytes: [UInt8]) {
        bytes.withUnsafeBytes { check(ccurl_easy_set_blob(pointer, option, $0.baseAddress, $0.count)) }
    }

    func setBody(_ bytes: [UInt8]) {
        check(ccurl_easy_set_size(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
        bytes.withUnsafeBytes { body in
            // A null pointer would make libcurl read the body from standard input.
            withUnsafeBytes(of: UInt8(0)) { empty in
                let start = body.baseAddress ?? empty.baseAddress
                check(ccurl_easy_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start)))
            }
        }
    }

    func setReceiver(_ option: CURLoption, _ function: @escaping curl_write_callback) {
        check(ccurl_easy_set_receiver(pointer, option, function))
    }

    func setSocketOptions(_ function: @escaping curl_sockopt_callback) {
        check(ccurl_easy_set_socket_option_function(pointer, function))
    }

    mutating func setHeaders(_ lines: [String]) {
        for line in lines { headers = curl_slist_append(headers, line) ?? headers }
        check(ccurl_easy_set_list(pointer, CURLOPT_HTTPHEADER, headers))
    }

    mutating func setConnectTo(_ line: String) {
        connectTo = curl_slist_append(connectTo, line)
        check(ccurl_easy_set_list(pointer, CURLOPT_CONNECT_TO, connectTo))
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        _ = ccurl_easy_get_long(pointer, info, &value)
        return value
    }

    /// An option fails only when this libcurl was built without it or memory is out: not for what a caller passed.
    private func check(_ code: CURLcode) {
        assert(code == CURLE_OK, "libcurl refuses an option: \(String(cString: curl_easy_strerror(code)))")
    }
}

/// The set of running transfers and their connections. It belongs to the thread that made it.
struct MultiHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    init?() {
        guard let pointer = curl_multi_init() else { return nil }
        self.pointer = pointer
    }

    deinit { curl_multi_cleanup(pointer) }

    func set(_ option: CURLMoption, _ value: Int) { _ = ccurl_multi_set_long(pointer, option, value) }
}

/// Wakes a ``MultiHandle`` that waits in `curl_multi_poll`.
///
/// `@unchecked Sendable`: the pointer is used for `curl_multi_wakeup` alone, which libcurl documents as callable from any
/// thread. That the handle still lives is the business of ``TransportMailbox``, which forgets the waker before it goes.
struct MultiWaker: @unchecked Sendable {
    private let pointer: UnsafeMutableRawPointer

    init(_ handle: borrowing MultiHandle) { pointer = handle.pointer }

    func wake() { _ = curl_multi_wakeup(pointer) }
}
