public import OperatorAPI

/// What the operator's flags say about injection.
public struct InjectionSettings: Sendable, Equatable {
    /// Whether each language may have its own list of containers. Then several languages in one pod need such lists.
    public var isMultiInstrumentationEnabled: Bool
    /// The languages that may be injected. The SDK always may.
    public var enabledLanguages: Set<Language>
    public var defaultImages: DefaultImages

    /// The defaults of the reference: all but Go and nginx.
    public init(
        isMultiInstrumentationEnabled: Bool = true,
        enabledLanguages: Set<Language> = Set(Language.allCases).subtracting([.go, .nginx]),
        defaultImages: DefaultImages = DefaultImages()
    ) {
        self.isMultiInstrumentationEnabled = isMultiInstrumentationEnabled
        self.enabledLanguages = enabledLanguages
        self.defaultImages = defaultImages
    }
}
