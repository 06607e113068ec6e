public import KubeModel

/// Decides about objects that are about to be stored.
///
/// The three methods are tried in this order; the first that answers ends it. The first two run on the connection's
/// event loop and must return quickly (a millisecond) and never block.
public protocol AdmissionHandler: Sendable {
    /// Answers a review from its bytes, without the cost of parsing it; `nil` to have it parsed. The answer can hold no
    /// patch that depends on the object, of course.
    func shortcut(_ review: RawReview) -> AdmissionResponse?

    /// Answers at once; `nil` when something has to be waited for.
    func handleNow(_ request: AdmissionRequest) -> AdmissionResponse?

    /// Answers a request that the first two did not. It runs as a task off the event loop.
    func handle(_ request: AdmissionRequest) async -> AdmissionResponse
}

extension AdmissionHandler {
    public func shortcut(_ review: RawReview) -> AdmissionResponse? { nil }
    public func handleNow(_ request: AdmissionRequest) -> AdmissionResponse? { nil }
}
