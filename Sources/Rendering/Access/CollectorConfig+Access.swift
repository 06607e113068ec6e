public import OperatorAPI

extension CollectorConfig {
    /// The rules that the collector's ServiceAccount needs for the components in use, each once: those of receivers, then of
    /// processors and of extensions, sorted by id within a kind.
    ///
    /// - Throws: a component whose configuration is not what its type takes.
    public func accessRules() throws(FieldError) -> [AccessRule] {
        try componentAccess().flatMap(\.access.rules).unique()
    }

    /// The components in use that read the Kubernetes API, in the order of ``accessRules()``.
    func componentAccess() throws(FieldError) -> [(component: Component, access: ComponentAccess)] {
        var result: [(component: Component, access: ComponentAccess)] = []
        for kind in [Component.Kind.receiver, .processor, .extension] {
            for component in enabled(kind) {
                let access = try ComponentAccess.of(component)
                if !access.isNone { result.append((component, access)) }
            }
        }
        return result
    }
}
