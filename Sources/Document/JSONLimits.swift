/// How much a JSON text may ask of its reader.
public struct JSONLimits: Equatable, Sendable {
    /// How many lists and objects may be open at once.
    ///
    /// 128 by default, and never more than ``greatestDepth``: reading, writing, comparing and freeing a value recurse
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

    /// The deepest nesting that can be asked for: several times that of a CustomResourceDefinition, the deepest thing
    /// in a cluster, and what Rust's `serde_json` allows, which many operators read with.
    ///
    /// One level costs the hungriest of the recursive functions about 2.5 KiB of stack without optimization, so the
    /// greatest depth fits well into 512 KiB, the smallest stack that threads get on our platforms. A test runs all of
    /// them on such a thread.
    public static let greatestDepth = 128

    public static let standard = JSONLimits()

    public init(
        maxDepth: Int = greatestDepth, maxBytes: Int = 256 << 20, duplicateKeys: DuplicateKeys = .reject
    ) {
        self.maxDepth = min(maxDepth, Self.greatestDepth)
        self.maxBytes = maxBytes
        self.duplicateKeys = duplicateKeys
    }
}
