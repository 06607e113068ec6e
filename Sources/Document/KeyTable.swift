import Glibc

/// Finds repeated keys of a large object in linear time.
///
/// Open addressing over indices of members. The hash is the standard library's, which is seeded per process: nobody
/// outside can choose keys that collide.
struct KeyTable {
    private var slots: [Int32]
    private var count = 0

    init(expecting keys: Int) {
        var size = 64
        while size < keys * 2 { size *= 2 }
        slots = Array(repeating: -1, count: size)
    }

    /// Looks for the key and adds `index` for it when it is new. `keyAt` gives the key of an index added before.
    ///
    /// - Returns: the index under which the key is known already.
    mutating func insert(_ key: String, index: Int, keyAt: (Int) -> String) -> Int? {
        if let found = find(key, keyAt: keyAt) { return found }
        if (count + 1) * 2 > slots.count { grow(keyAt: keyAt) }
        place(key, index: index)
        return nil
    }

    /// The index added for the key.
    func find(_ key: String, keyAt: (Int) -> String) -> Int? {
        var slot = hash(key) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if haveSameText(keyAt(index), key) { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func place(_ key: String, index: Int) {
        var slot = hash(key) & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(truncatingIfNeeded: index)
        count += 1
    }

    private mutating func grow(keyAt: (Int) -> String) {
        let old = slots
        slots = Array(repeating: -1, count: old.count * 2)
        count = 0
        for index in old where index >= 0 { place(keyAt(Int(index)), index: Int(index)) }
    }

    private func hash(_ key: String) -> Int {
        var hasher = Hasher()
        let hashed: Void? = key.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if hashed == nil {
            for byte in key.utf8 { hasher.combine(byte) }
        }
        return hasher.finalize()
    }
}

/// Whether two strings are the same text, scalar by scalar.
///
/// `==` of Swift calls "é" in one scalar and "é" in two the same; to JSON, to a patch and to Kubernetes they differ.
@inline(__always)
func haveSameText(_ left: String, _ right: String) -> Bool {
    let left = left.utf8
    let right = right.utf8
    return left.count == right.count && haveSameBytes(left, right)
}

/// Byte by byte is slow with the views' iterators, and every look into an object compares keys.
@inline(never)
private func haveSameBytes(_ left: String.UTF8View, _ right: String.UTF8View) -> Bool {
    let isSame = left.withContiguousStorageIfAvailable { left in
        right.withContiguousStorageIfAvailable { right in
            guard let start = left.baseAddress, let other = right.baseAddress else { return true }
            return memcmp(start, other, left.count) == 0
        }
    }
    return (isSame ?? nil) ?? left.elementsEqual(right)
}
