public import KubeModel
import Synchronization

/// The objects of one resource, in memory: one writer, many readers, no waiting.
///
/// A store holds values made from the objects, so that a reader who needs two fields costs the memory of two fields.
///
/// - Guarantees: a read sees the state between two changes; a relist is swapped in whole.
/// - Caveats: it is a little behind the server. Reconcile by level and let the server refuse what is out of date.
public final class Store<Value: Sendable>: Sendable {
    struct Entry: Sendable {
        var resourceVersion: String
        var value: Value
    }

    /// By namespace, then by name; the empty namespace holds cluster-scoped objects.
    typealias Entries = [String: [String: Entry]]

    private let entries: Mutex<Entries>

    fileprivate init() { entries = Mutex([:]) }

    public subscript(key: ObjectKey) -> Value? {
        entries.withLock { $0[key.namespace]?[key.name]?.value }
    }

    public func contains(_ key: ObjectKey) -> Bool {
        entries.withLock { $0[key.namespace]?[key.name] != nil }
    }

    /// The values of one namespace by key, in no order.
    public func contents(ofNamespace namespace: String) -> [ObjectKey: Value] {
        Self.contents(of: entries.withLock { $0[namespace].map { [namespace: $0] } } ?? [:])
    }

    /// Everything by key.
    public var contents: [ObjectKey: Value] { Self.contents(of: snapshot) }

    public func values(inNamespace namespace: String) -> [Value] {
        guard let entries = entries.withLock({ $0[namespace] }) else { return [] }
        var values: [Value] = []
        values.reserveCapacity(entries.count)
        // Not with a key path: it takes longer than all the rest of a read that every pod's webhook does.
        for entry in entries.values { values.append(entry.value) }
        return values
    }

    public var values: [Value] { snapshot.values.flatMap { $0.values.map(\.value) } }

    public var keys: [ObjectKey] {
        snapshot.flatMap { namespace, names in names.keys.map { ObjectKey(namespace: namespace, name: $0) } }
    }

    public var count: Int { entries.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// Cheap: the dictionaries share their storage until the writer changes them.
    fileprivate var snapshot: Entries { entries.withLock { $0 } }

    private static func contents(of entries: Entries) -> [ObjectKey: Value] {
        var result: [ObjectKey: Value] = [:]
        for (namespace, names) in entries {
            for (name, entry) in names { result[ObjectKey(namespace: namespace, name: name)] = entry.value }
        }
        return result
    }

    fileprivate func update<Result: Sendable>(_ body: (inout sending Entries) -> sending Result) -> Result {
        entries.withLock(body)
    }
}

extension Store {
    /// The one who may change a store. Not copyable, so there is only one.
    public struct Writer: ~Copyable, Sendable {
        public let store: Store<Value>

        /// Makes an empty store and its writer.
        public init() { store = Store() }

        /// Adds or replaces a value.
        ///
        /// - Parameter value: `nil` when the object is not to be kept: it is removed if it was there.
        /// - Returns: what changed; `nil` when the store holds this version already, or nothing before and after.
        @discardableResult
        public func apply(_ key: ObjectKey, resourceVersion: String, _ value: Value?) -> StoreChange<Value>? {
            guard let value else { return remove(key) }
            return store.update { entries in
                let old = entries[key.namespace]?[key.name]
                if let old, old.resourceVersion == resourceVersion, !resourceVersion.isEmpty { return nil }
                entries[key.namespace, default: [:]][key.name] = Entry(resourceVersion: resourceVersion, value: value)
                if let old { return .updated(key, old: old.value, new: value) }
                return .added(key, value)
            }
        }

        @discardableResult
        public func remove(_ key: ObjectKey) -> StoreChange<Value>? {
            store.update { entries in
                guard let old = entries[key.namespace]?.removeValue(forKey: key.name) else { return nil }
                if entries[key.namespace]?.isEmpty == true { entries[key.namespace] = nil }
                return .deleted(key, old.value)
            }
        }

        /// Swaps in what a list found, at once for every reader.
        ///
        /// - Parameter namespace: what was listed; `nil` for everything. Other namespaces are left alone.
        /// - Returns: what changed, deletions included, in the order of the keys.
        func replace(namespace: String?, with found: Entries) -> [StoreChange<Value>] {
            let before = store.snapshot
            // Nobody else writes, so nothing can have changed in between.
            store.update { entries in
                if let namespace { entries[namespace] = found[namespace] } else { entries = found }
            }
            var changes: [StoreChange<Value>] = []
            let scope = namespace.map { [$0] } ?? Set(before.keys).union(found.keys).sorted()
            for namespace in scope {
                let old = before[namespace] ?? [:]
                let new = found[namespace] ?? [:]
                for name in Set(old.keys).union(new.keys).sorted() {
                    let key = ObjectKey(namespace: namespace, name: name)
                    switch (old[name], new[name]) {
                    case (nil, let new?): changes.append(.added(key, new.value))
                    case (let old?, nil): changes.append(.deleted(key, old.value))
                    case (let old?, let new?):
                        if old.resourceVersion == new.resourceVersion && !new.resourceVersion.isEmpty { continue }
                        changes.append(.updated(key, old: old.value, new: new.value))
                    case (nil, nil): continue
                    }
                }
            }
            return changes
        }
    }
}
