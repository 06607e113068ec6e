import KubeModel

/// One watch, from its request to its end.
///
/// The answer's body is read no faster than events are asked for; letting the reader go closes the stream.
actor WatchReader {
    private enum State {
        case notStarted
        case open(ResponseStream)
        case ended
    }

    private let client: Client
    private let request: Request
    private let type: ResourceType
    private var state = State.notStarted
    private var lines: LineBuffer

    init(_ client: Client, _ request: Request, _ type: ResourceType) {
        self.client = client
        self.request = request
        self.type = type
        lines = LineBuffer(limit: client.options.eventLimit)
    }

    func next() async throws(KubeError) -> WatchEvent? {
        do throws(KubeError) {
            guard let event = try await read() else {
                state = .ended
                return nil
            }
            if case .error = event { state = .ended }
            return event
        } catch {
            state = .ended
            throw error
        }
    }

    private func read() async throws(KubeError) -> WatchEvent? {
        let stream: ResponseStream
        switch state {
        case .ended: return nil
        case .open(let running): stream = running
        case .notStarted:
            do throws(KubeError) {
                stream = try await client.open(request)
            } catch {
                // Servers report a version that is too old as an event or as the answer's status: for the reader it is
                // the same.
                guard let status = error.status, status.isExpired else { throw error }
                return .error(status)
            }
            state = .open(stream)
        }
        while true {
            if let line = try nextLine() {
                if let event = try WatchEvent(line: line, of: type) { return event }
                continue
            }
            guard let bytes = try await stream.next() else {
                // A watch that was cut because we were slow is like one that the server ended: the next goes on from the
                // last event.
                if lines.hasPartialLine && !stream.isCut {
                    throw .transport("the watch on \(type) ended in the middle of an event")
                }
                return nil
            }
            lines.append(bytes)
        }
    }

    private func nextLine() throws(KubeError) -> ArraySlice<UInt8>? {
        do throws(LineBuffer.Failure) {
            return try lines.next()
        } catch {
            throw .decoding(
                "could not read the watch on \(type): an event is larger than \(client.options.eventLimit) bytes")
        }
    }
}
