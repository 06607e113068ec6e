/// How much a JSON text may ask of its reader.
public struct JSONLimits: Equatable, Sendable {
    /// How many lists and objects may be open at once.
    ///
    /// ``standardDepth`` by default, and never more than ``greatestDepth``: reading, writing, comparing and freeing a value recurse
    /// once a level.
    public var maxDepth: Int
    /// The size of the whole text in bytes. 256 MiB by default: a page of 500 large objects is below it.
    public var maxBytes: Int
    /// What a second member of the same name in one object means.
    public var duplicateKeys: DuplicateKeys

    public enum DuplicateKeys: Equatable, Sendable {
        /// An error. The default: two readers of such a text may see two different objects, which is how checks are
        /// passed by. kube-apiserver never sends one, it encodes every object anew.
        case reject
        /// The last value counts, at the place of the first. What Go's `encoding/json` does for maps.
        case takeLast
    }

    /// Several times the depth of a CustomResourceDefinition, the deepest thing in a cluster, and what Rust's `serde_json`
    /// allows, which many operators read with.
    public static let standardDepth = 128

    /// The deepest nesting that can be asked for. One who reads back what was let in at the standard depth needs more:
    /// it comes with `metadata.managedFields`, which repeats it at most six levels deeper.
    ///
    /// One level costs the hungriest of the recursive functions more than 3 KiB of stack without optimization, so the
    /// greatest depth fits into 512 KiB, the smallest stack that threads get on our platforms. A test runs all of
    /// them on such a thread.
    public static let greatestDepth = 136

    public static let standard = JSONLimits()
    /// For what an API server has stored.
    public static let stored = JSONLimits(maxDepth: greatestDepth)

    public init(
        maxDepth: Int = standardDepth, maxBytes: Int = 256 << 20, duplicateKeys: DuplicateKeys = .reject
    ) {
        self.maxDepth = min(maxDepth, Self.greatestDepth)
        self.maxBytes = maxBytes
        self.duplicateKeys = duplicateKeys
    }
}
