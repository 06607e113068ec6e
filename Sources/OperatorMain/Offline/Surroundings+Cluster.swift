import KubeClient
import KubeModel

extension Surroundings {
    /// What a cluster holds now: one list of each kind, nothing is watched.
    ///
    /// - Throws: ``KubeError``; a cluster that does not know Instrumentations just has none.
    init(readingFrom api: any KubeAPI) async throws(KubeError) {
        self.init()
        let namespaces = try await api.listAll(.namespace, projection: .metadata)
        var instrumentations: [KubeObject] = []
        do throws(KubeError) {
            instrumentations = try await api.listAll(.instrumentation).items
        } catch {
            guard error.status?.isNotFound == true else { throw error }
        }
        add(instrumentations: instrumentations, namespaces: namespaces.items)
    }
}
