import Document

extension ObjectDraft {
    /// Moves members into an object below, which is made when one of them is there. One that is there already stays.
    ///
    /// - Parameter names: the old and the new name of each.
    mutating func gather(_ names: [(old: String, new: String)], into key: String) {
        let present = names.filter { members[$0.old] != nil }
        if present.isEmpty { return }
        if has(key), members[key]?.objectValue == nil { return leave(key, expected: "an object") }
        for (old, new) in present {
            var isTaken = false
            let value = members[old]
            editOrCreate(key) { target in
                isTaken = target.has(new)
                if !isTaken { target[new] = value }
            }
            self[old] = nil
            if isTaken {
                warn("removed \(old), as \(key).\(new) is set, too")
            } else {
                say("\(old) is now \(key).\(new)")
            }
        }
    }

    /// Gives a member another name, unless that is taken.
    mutating func rename(_ old: String, to new: String) {
        guard members[old] != nil else { return }
        if has(new) { return warn(about: old, "left as it is: \(new) is set, too") }
        self[new] = take(old)
        say("\(old) is now \(new)")
    }
}
