public import KubeClient
public import KubeModel
public import KubeRuntime
public import Logging

/// Follows the objects that custom resources own, of several types: by our label, and their metadata only.
public final class OwnedObjects: Sendable {
    /// To be run; one a type.
    public let reflectors: [Reflector<OwnedObject>]
    private let byType: [ResourceType: Reflector<OwnedObject>]
    private let logger: Logger
    let index = OwnerIndex()

    public init(_ types: [ResourceType], api: any KubeAPI, logger: Logger) {
        let options = ListOptions(labelSelector: "\(OwnedObject.managedBy.key)=\(OwnedObject.managedBy.value)")
        reflectors = types.map {
            Reflector($0, options: options, projection: .metadata, api: api, logger: logger) { OwnedObject($0) }
        }
        self.logger = logger
        byType = Dictionary(uniqueKeysWithValues: reflectors.map { ($0.type, $0) })
        for reflector in reflectors {
            reflector.onChange { [index, type = reflector.type] change in
                index.update(TypedKey(type: type, key: change.key), from: change.old, to: change.new)
            }
        }
    }

    func known(_ reference: TypedKey) -> OwnedObject? { byType[reference.type]?.store[reference.key] }

    /// Calls the handler with each object that is gone.
    func onDeleted(_ handler: @escaping @Sendable (TypedKey) -> Void) {
        for reflector in reflectors {
            reflector.onChange { [type = reflector.type] change in
                if change.new == nil { handler(TypedKey(type: type, key: change.key)) }
            }
        }
    }

    /// Waits until each type has been listed, or is known not to be served.
    ///
    /// - Parameters:
    ///   - unfollowed: types whose reflectors do not run now.
    ///   - optional: types that are not waited for any longer than `patience`: one API that answers with errors only must
    ///     not keep everything from being reconciled. Its objects are read one by one until it has been listed.
    public func waitUntilSettled(
        optional: Set<ResourceType>, unfollowed: Set<ResourceType> = [], patience: Duration = .seconds(20)
    ) async throws {
        let reflectors = reflectors.filter { !unfollowed.contains($0.type) }
        for reflector in reflectors where !optional.contains(reflector.type) { try await reflector.waitUntilSettled() }
        let rest = reflectors.filter { optional.contains($0.type) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for reflector in rest { try await reflector.waitUntilSettled() }
                return true
            }
            group.addTask {
                try await Task.sleep(for: patience)
                return false
            }
            if try await group.next() == false {
                let missing = rest.filter { $0.isServed == nil }.map { "\($0.type)" }.joined(separator: ", ")
                logger.warning("not listed yet; going on without", metadata: ["resources": "\(missing)"])
            }
            group.cancelAll()
        }
    }
}
