public import KubeModel

/// What happened to one object of a `Store`.
public enum StoreChange<Value: Sendable>: Sendable {
    case added(ObjectKey, Value)
    case updated(ObjectKey, old: Value, new: Value)
    /// With the last value that was known.
    case deleted(ObjectKey, Value)

    public var key: ObjectKey {
        switch self {
        case .added(let key, _), .updated(let key, _, _), .deleted(let key, _): key
        }
    }

    /// Before the change.
    public var old: Value? {
        switch self {
        case .added: nil
        case .updated(_, let old, _): old
        case .deleted(_, let value): value
        }
    }

    /// After the change.
    public var new: Value? {
        switch self {
        case .added(_, let value): value
        case .updated(_, _, let new): new
        case .deleted: nil
        }
    }
}

extension StoreChange: Equatable where Value: Equatable {}
