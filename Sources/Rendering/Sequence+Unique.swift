extension Sequence {
    /// Of the elements with one key the first, in their order.
    func unique<Key: Hashable>(by key: (Element) -> Key) -> [Element] {
        var seen: Set<Key> = []
        return filter { seen.insert(key($0)).inserted }
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in the order in which it comes first.
    func unique() -> [Element] { unique { $0 } }
}
