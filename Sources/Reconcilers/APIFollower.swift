public import KubeClient
public import KubeModel
import KubeRuntime
public import Logging
public import ServiceLifecycle
import Synchronization

/// Which of some types can be used now: those that the cluster serves, and whose definition, if they have one, stays.
///
/// - Guarantees: whoever follows is told after each change: when the cluster's answer changes, when a definition is to be
///   deleted or has gone, and when it has come back so quickly that what is served looks the same before and after: its
///   objects are gone all the same.
public final class APIFollower: Sendable {
    /// To be run; all of them on every replica.
    public var services: [any Service] { [definitions, discovery] }
    let availability: APIAvailability
    let definitions: Reflector<Definition>
    private let discovery: Controller
    private let withdrawn: WithdrawnAPIs
    private let handlers: Handlers

    /// What is kept in memory of a CustomResourceDefinition.
    struct Definition: Sendable, Equatable {
        /// Another one means other objects.
        var uid: String
        var isBeingDeleted: Bool
    }

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
        let handlers = Handlers()
        availability.onChange {
            withdrawn.keep(availability.served)
            handlers.callAll()
        }
        self.handlers = handlers
        self.availability = availability
        self.withdrawn = withdrawn
        definitions = Reflector(.customResourceDefinition, projection: .metadata, api: api, logger: storesLogger) {
            Definition(uid: $0.uid, isBeingDeleted: $0.isBeingDeleted)
        }
        discovery = Controller(name: "discovery", logger: logger) { _ in try await availability.reconcile() }
        let typesByDefinition = Dictionary(uniqueKeysWithValues: types.map { ($0.definition, $0) })
        definitions.onChange { change in
            if let type = typesByDefinition[change.key] {
                if withdrawn.isAnother(type, after: change) { availability.forget(type) }
                // What was usable is no longer, whatever the cluster answers.
                if change.old?.isBeingDeleted == false, change.new?.isBeingDeleted ?? true,
                    availability.served.contains(type)
                {
                    handlers.callAll()
                }
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
        availability.served.filter {
            !withdrawn.contains($0) && definitions.store[$0.definition]?.isBeingDeleted != true
        }
    }

    /// Calls the handler after what is usable has changed, or is of another definition than before.
    public func onChange(_ handler: @escaping @Sendable () -> Void) { handlers.add(handler) }

    /// Calls the handler after any definition has changed.
    public func onDefinitionChange(_ handler: @escaping @Sendable () -> Void) {
        definitions.onChange { _ in handler() }
    }

    /// Waits until the cluster has answered.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitUntilKnown() async throws { try await availability.waitUntilKnown() }
}

private final class Handlers: Sendable {
    private let all = Mutex<[@Sendable () -> Void]>([])

    func add(_ handler: @escaping @Sendable () -> Void) { all.withLock { $0.append(handler) } }

    func callAll() { for handler in all.withLock({ $0 }) { handler() } }
}

/// The types whose definition was there and has gone, until the cluster says itself that it no longer serves them: it takes
/// a moment for that.
private final class WithdrawnAPIs: Sendable {
    private let types = Mutex<Set<ResourceType>>([])

    func contains(_ type: ResourceType) -> Bool { types.withLock { $0.contains(type) } }

    func keep(_ served: Set<ResourceType>) { types.withLock { $0.formIntersection(served) } }

    /// - Parameter change: of the type's definition.
    /// - Returns: whether it is another definition than the one by which the type was served.
    func isAnother(_ type: ResourceType, after change: StoreChange<APIFollower.Definition>) -> Bool {
        switch change {
        case .deleted:
            types.withLock { _ = $0.insert(type) }
            return false
        case .added: return types.withLock { $0.remove(type) != nil }
        // Deleting cannot be taken back. Between two looks it may have gone and come back unseen.
        case .updated(_, let old, let new): return old.uid != new.uid || old.isBeingDeleted && !new.isBeingDeleted
        }
    }
}

extension ResourceType {
    /// The name of the CustomResourceDefinition that it has, if it has one.
    fileprivate var definition: ObjectKey { ObjectKey(name: "\(plural).\(group)") }
}
