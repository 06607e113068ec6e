import OperatorAPI

extension Injector {
    /// What the key of every annotation that asks for something begins with. A review whose bytes hold none of them, in a
    /// namespace that asks for nothing, need not be read any further.
    public static let requestKeys = [AnnotationKey.injectPrefix, AnnotationKey.sidecar]

    /// Whether annotations of a namespace may ask for something.
    public static func mayRequest(_ annotations: [String: String]) -> Bool {
        annotations.keys.contains { key in requestKeys.contains { key.hasPrefix($0) } }
    }
}
