/// A stack from which the topmost elements move into an array of exactly their number.
///
/// The parser does not know how long a list is before it ends. Appending to an array per list would grow most of them
/// three or four times; here all open lists share one stack and each is allocated once.
struct MoveStack<Element>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    @inline(__always)
    mutating func push(_ element: consuming Element) {
        if count == capacity { grow() }
        (base + count).initialize(to: element)
        count += 1
    }

    /// The element pushed as the `index`th of all that are there.
    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            precondition(index < count)
            return base[index]
        }
        set {
            precondition(index < count)
            base[index] = newValue
        }
    }

    /// Takes all elements from `start` on. Never a part of its callers, which recurse and so must need little stack.
    @inline(never)
    mutating func pop(from start: Int) -> [Element] {
        let taken = count - start
        guard taken > 0 else { return [] }
        count = start
        // Twice as fast as an array that is made uninitialized, which goes through the runtime's generic path.
        var elements: [Element] = []
        elements.reserveCapacity(taken)
        for index in start..<(start + taken) { elements.append((base + index).move()) }
        return elements
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
