import CCurl
import DequeModule

/// libcurl's thread: owns every handle, runs the transfers, and sleeps while there is nothing to do.
///
/// Deadlines are kept here and not by libcurl, which does not look at a transfer that waits for its connection.
final class TransportWorker {
    private let mailbox: TransportMailbox
    private let settings: TransportSettings
    private var multi: MultiHandle
    private var transfers: [TransferID: Transfer] = [:]
    /// When the server last sent anything on any transfer.
    private var lastHeard = ContinuousClock.now
    /// When the first request was sent that got no answer, nor did anything else come since.
    private var silentSince: ContinuousClock.Instant?
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
            finishTransfers()
            expireTransfers()
            // libcurl shortens the wait to its own timers; a command wakes it.
            curl_multi_poll(multi.pointer, nil, 0, timeUntilDeadline(), nil)
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

    private func finishTransfers() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            // The message does not outlive the removal of its handle.
            let code = message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            _ = ccurl_easy_get_pointer(handle, CURLINFO_PRIVATE, &context)
            guard let transfer = transfers.removeValue(forKey: Transfer.from(context).id) else { continue }
            curl_multi_remove_handle(multi.pointer, handle)
            transfer.finish(code)
        }
    }

    // MARK: - Deadlines

    /// Milliseconds, rounded up so that the deadline has passed when the wait is over.
    private func timeUntilDeadline() -> Int32 {
        guard let nearest = transfers.values.lazy.compactMap(\.deadline).min() else { return 60_000 }
        return Int32(min(60_000, max(0, ContinuousClock.now.duration(to: nearest).milliseconds + 1)))
    }

    private func expireTransfers() {
        let now = ContinuousClock.now
        for transfer in transfers.values {
            guard let deadline = transfer.deadline, deadline <= now else { continue }
            transfers[transfer.id] = nil
            curl_multi_remove_handle(multi.pointer, transfer.easy.pointer)
            transfer.fail(.timeout("\(transfer.server) did not answer in time"))
            if lastHeard < transfer.started { silentSince = min(silentSince ?? transfer.started, transfer.started) }
        }
        // Closing one stream leaves a shared connection in use, and libcurl would send the next request into the same
        // hole. TCP notices a peer that is gone; this notices one that is there and does nothing.
        guard let silentSince else { return }
        if lastHeard >= silentSince {
            self.silentSince = nil
        } else if silentSince.duration(to: now) >= settings.silenceLimit {
            self.silentSince = nil
            reconnect()
        }
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
