public import KubeClient
public import KubeModel
import KubeRuntime
public import Logging
public import ServiceLifecycle
import Synchronization

/// Which of some types can be used now: those that the cluster serves, and whose definition, if they have one, stays.
///
/// - Guarantees: whoever follows is told after each change, also when a definition goes and comes back so quickly that what
///   is served looks the same before and after: its objects are gone all the same.
public final class APIFollower: Sendable {
    /// To be run; all of them on every replica.
    public var services: [any Service] { [definitions, discovery] }
    let availability: APIAvailability
    /// Of each definition whether it is being deleted.
    let definitions: Reflector<Bool>
    private let discovery: Controller
    private let withdrawn: WithdrawnAPIs

    /// - Parameters:
    ///   - discover: asks the cluster; ``KubeAPI/discover(_:)``, when not given.
    ///   - storesLogger: of the reflector.
    public init(
        _ types: [ResourceType], api: any KubeAPI,
        discover: (@Sendable ([ResourceType]) async throws -> APIAvailability.Answer)? = nil, logger: Logger,
        storesLogger: Logger
    ) {
        let availability = APIAvailability(
            of: types, logger: logger,
            discover: discover ?? { types in
                let discovery = try await api.discover(types)
                return APIAvailability.Answer(
                    served: Set(types.filter { discovery.serves($0) }),
                    unknown: Set(types.filter { discovery.isUnknown($0) }))
            })
        let withdrawn = WithdrawnAPIs()
        availability.onChange { withdrawn.keep(availability.served) }
        self.availability = availability
        self.withdrawn = withdrawn
        definitions = Reflector(.customResourceDefinition, projection: .metadata, api: api, logger: storesLogger) {
            $0.isBeingDeleted
        }
        discovery = Controller(name: "discovery", logger: logger) { _ in try await availability.reconcile() }
        let typesByDefinition = Dictionary(uniqueKeysWithValues: types.map { ($0.definition, $0) })
        definitions.onChange { change in
            if let type = typesByDefinition[change.key], withdrawn.isAnother(type, after: change) {
                availability.forget(type)
            }
            // What was not served may be now: no need to wait for the next try.
            availability.expectChange()
        }
        discovery.watch(definitions) { _ in [ObjectKey(name: "apis")] }
    }

    /// What the cluster serves, as far as it has answered; `nil` while it has not.
    public var known: Set<ResourceType>? { availability.known }

    /// What may be made now. What we make of a type whose definition is being deleted would keep it from going.
    public var usable: Set<ResourceType> {
        availability.served.filter { !withdrawn.contains($0) && definitions.store[$0.definition] != true }
    }

    /// Calls the handler after what is usable has changed.
    public func onChange(_ handler: @escaping @Sendable () -> Void) { availability.onChange(handler) }

    /// Calls the handler after any definition has changed.
    public func onDefinitionChange(_ handler: @escaping @Sendable () -> Void) {
        definitions.onChange { _ in handler() }
    }

    /// Waits until the cluster has answered.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitUntilKnown() async throws { try await availability.waitUntilKnown() }
}

/// The types whose definition was there and has gone, until the cluster says itself that it no longer serves them: it takes
/// a moment for that.
private final class WithdrawnAPIs: Sendable {
    private let types = Mutex<Set<ResourceType>>([])

    func contains(_ type: ResourceType) -> Bool { types.withLock { $0.contains(type) } }

    func keep(_ served: Set<ResourceType>) { types.withLock { $0.formIntersection(served) } }

    /// - Parameter change: of the type's definition, by whether it is being deleted.
    /// - Returns: whether it is another definition than the one by which the type was served.
    func isAnother(_ type: ResourceType, after change: StoreChange<Bool>) -> Bool {
        switch change {
        case .deleted:
            types.withLock { _ = $0.insert(type) }
            return false
        case .added: return types.withLock { $0.remove(type) != nil }
        case .updated(_, let wasLeaving, let isLeaving): return wasLeaving && !isLeaving
        }
    }
}

extension ResourceType {
    /// The name of the CustomResourceDefinition that it has, if it has one.
    fileprivate var definition: ObjectKey { ObjectKey(name: "\(plural).\(group)") }
}
