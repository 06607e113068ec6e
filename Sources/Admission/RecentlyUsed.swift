/// The values that were used last, as many as `capacity`.
///
/// Using one costs a look into a table. Only when a new one needs its place is the one that was not used for longest
/// searched for; whoever brings a new value has waited for it anyway.
struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var value: Value
        var lastUse: UInt64
    }

    private let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0

    /// - Parameter capacity: at least 1.
    init(capacity: Int) { self.capacity = capacity }

    mutating func value(_ key: Key) -> Value? {
        guard let index = entries.index(forKey: key) else { return nil }
        uses += 1
        entries.values[index].lastUse = uses
        return entries.values[index].value
    }

    mutating func insert(_ value: Value, for key: Key) {
        uses += 1
        if entries[key] == nil, entries.count >= capacity, let oldest = entries.min(by: isUsedEarlier)?.key {
            entries[oldest] = nil
        }
        entries[key] = Entry(value: value, lastUse: uses)
    }

    mutating func remove(_ key: Key) { entries[key] = nil }

    private func isUsedEarlier(_ left: (key: Key, value: Entry), _ right: (key: Key, value: Entry)) -> Bool {
        left.value.lastUse < right.value.lastUse
    }
}
