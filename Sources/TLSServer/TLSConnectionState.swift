/// Where a server-side TLS connection stands. Pure: `TLSServerHandler` carries out what it returns.
///
///     handshaking ──finished──▶ open ──close_notify──▶ peerFinished
///          │                     │                          │
///          └──── failed, timed out, asked to close, gone ───┴──▶ closing ──▶ closed
struct TLSConnectionState: Equatable {
    enum Phase: Equatable { case handshaking, open, peerFinished, closing, closed }

    /// What to do about an event.
    enum Action: Equatable {
        case none
        /// Tell those behind us that the handshake is done, then read what came with it.
        case announceAndRead
        /// Tell those behind us that no more input comes.
        case announceEndOfInput
        /// Send what OpenSSL still has to say (its alert), report the error, close.
        case fail(TLSError)
        /// Send `close_notify`, close once it is written.
        case sendCloseNotify
        /// Close at once.
        case close
        /// The transport is gone: report this.
        case report(TLSError)
    }

    private(set) var phase = Phase.handshaking

    /// Plain text may be written.
    var isWritable: Bool { phase == .open || phase == .peerFinished }
    /// Writes are kept for after the handshake.
    var isHandshaking: Bool { phase == .handshaking }
    /// Bytes from the peer still mean something.
    var takesInput: Bool { phase == .handshaking || phase == .open }

    mutating func handshake(_ outcome: TLSConnection.HandshakeOutcome) -> Action {
        guard phase == .handshaking else { return .none }
        switch outcome {
        case .needsMoreInput: return .none
        case .finished:
            phase = .open
            return .announceAndRead
        case .failed(let error):
            phase = .closing
            return .fail(.handshakeFailed(error))
        }
    }

    mutating func read(_ outcome: TLSConnection.ReadOutcome) -> Action {
        guard phase == .open else { return .none }
        switch outcome {
        case .needsMoreInput: return .none
        case .closed:
            phase = .peerFinished
            return .announceEndOfInput
        case .failed(let error):
            phase = .closing
            return .fail(.connectionFailed(error))
        }
    }

    mutating func writeFailed(_ error: TLSError) -> Action {
        guard isWritable else { return .none }
        phase = .closing
        return .fail(error)
    }

    mutating func handshakeTimedOut() -> Action {
        guard phase == .handshaking else { return .none }
        phase = .closing
        return .fail(.handshakeTimedOut)
    }

    mutating func closeRequested() -> Action {
        switch phase {
        case .open, .peerFinished:
            phase = .closing
            return .sendCloseNotify
        case .handshaking:
            phase = .closing
            return .close
        case .closing: return .close  // asked twice: the peer does not read our close_notify
        case .closed: return .close
        }
    }

    mutating func transportClosed() -> Action {
        defer { phase = .closed }
        return switch phase {
        case .handshaking: .report(.handshakeTruncated)
        case .open: .report(.truncated)
        case .peerFinished, .closing, .closed: .none
        }
    }
}
