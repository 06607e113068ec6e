import NIOCore
import Synchronization

/// The open connections of one listener: their number is bounded, and all of them can be told to leave.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isRetiring = false
        /// The limit was reached and has been told.
        var isFull = false
        var emptied: EventLoopPromise<Void>?
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    var count: Int { state.withLock { $0.channels.count } }
    /// New connections get one answer each.
    var isRetiring: Bool { state.withLock { $0.isRetiring } }

    enum Admission: Equatable {
        case admitted
        /// There are too many. `isNews` when that was not so at the refusal before.
        case refused(isNews: Bool)
    }

    /// Takes the connection in, until it closes, if there is room.
    func admit(_ channel: any Channel) -> Admission {
        let admission = state.withLock { state -> Admission in
            guard state.channels.count < limit else {
                defer { state.isFull = true }
                return .refused(isNews: !state.isFull)
            }
            state.channels[ObjectIdentifier(channel)] = channel
            return .admitted
        }
        if admission == .admitted { channel.closeFuture.whenComplete { _ in self.remove(channel) } }
        return admission
    }

    private func remove(_ channel: any Channel) {
        let emptied = state.withLock { state -> EventLoopPromise<Void>? in
            state.channels[ObjectIdentifier(channel)] = nil
            // A tenth has to be free before a full house is news again, or the log would flicker.
            if state.channels.count <= limit - limit / 10 { state.isFull = false }
            guard state.channels.isEmpty else { return nil }
            defer { state.emptied = nil }
            return state.emptied
        }
        emptied?.succeed()
    }

    /// Every answer from now on says that the connection closes. Returns when all connections know.
    func retire() async {
        for channel in mark() {
            let told = channel.eventLoop.submit { channel.pipeline.fireUserInboundEventTriggered(RetireEvent()) }
            try? await told.get()
        }
    }

    /// Closes what is idle and lets the rest finish. The promise is fulfilled when the last one is gone.
    func drain(_ emptied: EventLoopPromise<Void>) {
        let channels = mark()
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        let isEmpty = state.withLock { state in
            if !state.channels.isEmpty { state.emptied = emptied }
            return state.channels.isEmpty
        }
        if isEmpty { emptied.succeed() }
    }

    /// Closes all, whatever they are doing.
    func closeAll() {
        for channel in state.withLock({ Array($0.channels.values) }) {
            channel.close(promise: nil)
            channel.close(promise: nil)  // the second time, TLS does not wait for its close_notify to be read
        }
    }

    private func mark() -> [any Channel] {
        state.withLock { state in
            state.isRetiring = true
            return Array(state.channels.values)
        }
    }
}
