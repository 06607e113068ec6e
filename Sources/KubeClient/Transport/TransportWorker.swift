import CCurl
import DequeModule

/// libcurl's thread: owns every handle, runs the transfers, and sleeps while there is nothing to do.
final class TransportWorker {
    private let mailbox: TransportMailbox
    private let settings: TransportSettings
    private var multi: MultiHandle
    private var transfers: [TransferID: Transfer] = [:]
    /// When the server last sent anything on any transfer.
    private var lastHeard = ContinuousClock.now
    private var isStopping = false

    /// `nil` when libcurl has no memory for a handle.
    init?(_ mailbox: TransportMailbox, _ settings: TransportSettings) {
        guard CurlLibrary.isReady, let multi = Self.newHandle(settings) else { return nil }
        self.mailbox = mailbox
        self.settings = settings
        self.multi = multi
        mailbox.attach(MultiWaker(self.multi))
    }

    /// Runs until ``TransportCommand/stop``, then ends what still runs.
    func run() {
        while true {
            for command in mailbox.takeCommands() { carryOut(command) }
            if isStopping { break }
            var running: Int32 = 0
            curl_multi_perform(multi.pointer, &running)
            if finishTransfers() {
                reconnect()
                continue
            }
            // libcurl shortens the wait to its own timers; a command wakes it.
            curl_multi_poll(multi.pointer, nil, 0, 60_000, nil)
        }
        mailbox.attach(nil)
        endAll(.cancelled)
    }

    private func carryOut(_ command: TransportCommand) {
        switch command {
        case .start(let id, let request, let delivery):
            guard
                let transfer = Transfer(
                    id, request, delivery, settings: settings, heard: { [unowned self] in lastHeard = .now })
            else {
                delivery.fail(.transport("libcurl has no memory for a request"))
                return
            }
            transfers[id] = transfer
            let code = curl_multi_add_handle(multi.pointer, transfer.easy.pointer)
            if code != CURLM_OK {
                transfers[id] = nil
                transfer.fail(.transport("libcurl takes no request: \(String(cString: curl_multi_strerror(code)))"))
            }
        case .cancel(let id):
            guard let transfer = transfers.removeValue(forKey: id) else { return }
            curl_multi_remove_handle(multi.pointer, transfer.easy.pointer)
            transfer.fail(.cancelled)
        case .resume(let id): transfers[id]?.resume()
        case .stop: isStopping = true
        }
    }

    /// - Returns: whether the connection is to be given up: a request ran into its deadline, and since it was sent
    ///   nothing at all came from the server. libcurl would keep a shared HTTP/2 connection and send the next request
    ///   into the same hole.
    private func finishTransfers() -> Bool {
        var isDead = false
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            // The message does not outlive the removal of its handle.
            let code = message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            _ = ccurl_easy_get_pointer(handle, CURLINFO_PRIVATE, &context)
            let id = Transfer.from(context).id
            guard let transfer = transfers.removeValue(forKey: id) else { continue }
            if code == CURLE_OPERATION_TIMEDOUT && lastHeard < transfer.started { isDead = true }
            curl_multi_remove_handle(multi.pointer, handle)
            transfer.finish(code)
        }
        return isDead
    }

    /// Drops every connection and whatever runs on it.
    private func reconnect() {
        guard let fresh = Self.newHandle(settings) else { return }
        let server = transfers.values.first?.server ?? "the API server"
        endAll(.transport("the connection to \(server) was given up: it no longer answers"))
        mailbox.attach(nil)
        multi = fresh
        mailbox.attach(MultiWaker(multi))
    }

    private func endAll(_ error: KubeError) {
        for transfer in transfers.values {
            curl_multi_remove_handle(multi.pointer, transfer.easy.pointer)
            transfer.fail(error)
        }
        transfers = [:]
    }

    private static func newHandle(_ settings: TransportSettings) -> MultiHandle? {
        guard let multi = MultiHandle() else { return nil }
        multi.set(CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        multi.set(CURLMOPT_MAX_HOST_CONNECTIONS, settings.connections)
        multi.set(CURLMOPT_MAXCONNECTS, settings.connections)
        return multi
    }
}
