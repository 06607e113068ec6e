import KubeClient
import KubeModel

extension Surroundings {
    /// What a cluster holds now: one list of each kind, nothing is watched.
    ///
    /// - Throws: ``KubeError``; a cluster that does not know our resources just has none.
    init(readingFrom api: any KubeAPI) async throws(KubeError) {
        self.init()
        let namespaces = try await api.listAll(.namespace, projection: .metadata)
        add(
            instrumentations: try await Self.served(.instrumentation, by: api), namespaces: namespaces.items,
            collectors: try await Self.served(.openTelemetryCollector, by: api))
        hasNativeSidecars = try await api.serverVersion().hasNativeSidecars
    }

    private static func served(_ type: ResourceType, by api: any KubeAPI) async throws(KubeError) -> [KubeObject] {
        do throws(KubeError) {
            return try await api.listAll(type).items
        } catch {
            guard error.status?.isNotFound == true else { throw error }
            return []
        }
    }
}
