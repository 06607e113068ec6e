public import KubeModel

/// Which objects a list or a watch is about, and which page of them.
///
/// Source: Kubernetes API reference, "Common parameters".
public struct ListOptions: Sendable, Equatable {
    /// Such as `app.kubernetes.io/managed-by=opentelemetry-operator`; `nil` selects everything.
    public var labelSelector: String?
    /// Such as `metadata.name=default`; `nil` selects everything.
    public var fieldSelector: String?
    /// Objects a page; 0 asks for all of them in one answer. A watch ignores it.
    public var limit: Int
    /// From the page before; `nil` for the first.
    public var continueToken: String?
    /// `nil` asks for the newest state, `"0"` for whatever the server has in its cache.
    ///
    /// A watch ignores it: its starting point is a parameter of its own.
    public var resourceVersion: String?

    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil, limit: Int = 500, continueToken: String? = nil,
        resourceVersion: String? = nil
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
    }
}

extension ListOptions {
    /// How many objects to ask for when so many were too large together; `nil` when one alone was.
    ///
    /// - Parameter limit: 0 for all of them, which is taken for a page of the usual size.
    public static func half(of limit: Int) -> Int? {
        switch limit {
        case 1: nil
        case 0: 250
        default: limit / 2
        }
    }
}

/// One page of a list, or all of it when there is no `continueToken`.
public struct ObjectList: Sendable, Equatable {
    /// Every item carries its `apiVersion` and `kind`, which the server leaves out of lists. From the server they come
    /// without `metadata.managedFields`; a `get` has them.
    public var items: [KubeObject]
    /// Those that are in the list too, but could not be read.
    public var unreadable: [UnreadableObject]
    /// The state that this list shows; a watch from here sees everything after it.
    public var resourceVersion: String
    /// Asks for the next page; `nil` on the last one.
    public var continueToken: String?

    public init(
        items: [KubeObject], resourceVersion: String, continueToken: String? = nil, unreadable: [UnreadableObject] = []
    ) {
        self.items = items
        self.unreadable = unreadable
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
    }
}

/// How much of each object a list or a watch brings.
public enum Projection: Sendable, Hashable {
    case full
    /// `metadata` alone (`PartialObjectMetadata`): a fraction of the bytes for both sides.
    case metadata
}
