public import KubeModel

/// Which changes are worth a reconcile.
///
/// - Caveats: reconciling is level-based, so a predicate only saves work; nothing may depend on a change being passed on.
///
/// Source: controller-runtime `pkg/predicate`.
public struct Predicate<Value: Sendable>: Sendable {
    public let accepts: @Sendable (StoreChange<Value>) -> Bool

    public init(_ accepts: @escaping @Sendable (StoreChange<Value>) -> Bool) { self.accepts = accepts }

    /// Every change.
    public static var always: Predicate { Predicate { _ in true } }

    /// Additions, deletions, and updates that change this part of the value.
    public static func changed<Part: Equatable & SendableMetatype>(
        _ part: @escaping @Sendable (Value) -> Part
    ) -> Predicate {
        Predicate { change in
            if case .updated(_, let old, let new) = change { part(old) != part(new) } else { true }
        }
    }

    /// Changes of objects of which this is true, before or after.
    public static func matching(_ condition: @escaping @Sendable (Value) -> Bool) -> Predicate {
        Predicate { change in (change.old.map(condition) ?? false) || (change.new.map(condition) ?? false) }
    }

    public func and(_ other: Predicate) -> Predicate { Predicate { accepts($0) && other.accepts($0) } }
    public func or(_ other: Predicate) -> Predicate { Predicate { accepts($0) || other.accepts($0) } }
    public static prefix func ! (predicate: Predicate) -> Predicate { Predicate { !predicate.accepts($0) } }
}

extension Predicate where Value == KubeObject {
    /// The spec has changed, or the object is being deleted: both count the generation up. Status and metadata do not.
    public static var generationChanged: Predicate { .changed(\.generation) }
    public static var labelsChanged: Predicate { .changed(\.labels) }
    public static var annotationsChanged: Predicate { .changed(\.annotations) }
}
