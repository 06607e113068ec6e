import Synchronization

/// The memory that all connections of a listener together may hold in bodies that have not arrived whole.
///
/// Small bodies, which is nearly all of them, are not counted: they are bounded by the number of connections.
final class BodyBudget: Sendable {
    /// Up to here a body needs nothing from the budget.
    static let free = 65_536

    private let left: Mutex<Int>

    init(_ bytes: Int) { left = Mutex(bytes) }

    func take(_ count: Int) -> Bool {
        left.withLock { left in
            guard count <= left else { return false }
            left -= count
            return true
        }
    }

    func giveBack(_ count: Int) { left.withLock { $0 += count } }
}
