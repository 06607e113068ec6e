import Document

/// An object while a step changes it, with what is to be said about that.
///
/// Objects below are edited in place. Only what is really changed is written back, so that a draft in which nothing was
/// changed holds the very same members.
struct ObjectDraft {
    private(set) var members: JSONObject
    /// Where it is, as `kubectl explain` writes it; empty for the resource itself.
    let path: String
    private(set) var isChanged = false
    private(set) var remarks: [(text: String, isWarning: Bool)] = []
    /// Why the step cannot be done, and what the user has to do.
    private(set) var obstacle: String?

    init(_ members: JSONObject, at path: String = "") {
        self.members = members
        self.path = path
    }

    /// A member; setting `nil` removes it.
    subscript(key: String) -> JSONValue? {
        get { members[key] }
        set {
            // Without a comparison that takes 1 for 1.0: what is set is what is meant.
            if newValue == nil && members[key] == nil { return }
            members[key] = newValue
            isChanged = true
        }
    }

    /// Whether there is a value, other than `null`.
    func has(_ key: String) -> Bool { members[key].map { !$0.isNull } ?? false }

    /// Takes a member away and gives what it held.
    mutating func take(_ key: String) -> JSONValue? {
        let value = members[key]
        self[key] = nil
        return value
    }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    // MARK: - Remarks

    /// Says what was done here: `renamed to tls`.
    mutating func say(_ text: String) { remarks.append(("\(path): \(text)", false)) }

    /// Says what the user should look at.
    mutating func warn(_ text: String) { remarks.append(("\(path): \(text)", true)) }

    mutating func warn(about key: String, _ text: String) { remarks.append(("\(path(of: key)): \(text)", true)) }

    /// Says something that is about no single place in the resource.
    mutating func tell(_ text: String, isWarning: Bool = false) { remarks.append((text, isWarning)) }

    mutating func stop(_ text: String) {
        if obstacle == nil { obstacle = "\(path): \(text)" }
    }

    /// Says that a value was left alone because it is not of the kind that the step works on. Its kind is told and not
    /// the value, which may be a secret.
    mutating func leave(_ key: String, expected: String) {
        warn(about: key, "left as it is: found \(members[key]?.kindDescription ?? "nothing"), expected \(expected)")
    }

    // MARK: - Objects below

    /// Edits the object below that key. One that is not there, or is `null`, needs no change; what is no object is left.
    mutating func edit(_ key: String, _ change: (inout ObjectDraft) -> Void) {
        switch members[key] {
        case nil, .null?: return
        case .object(let object)?: edit(key, object, change)
        default: leave(key, expected: "an object")
        }
    }

    /// The same, of an object that is made when it is not there.
    mutating func editOrCreate(_ key: String, _ change: (inout ObjectDraft) -> Void) {
        switch members[key] {
        case nil, .null?: edit(key, [:], change)
        case .object(let object)?: edit(key, object, change)
        default: leave(key, expected: "an object")
        }
    }

    private mutating func edit(_ key: String, _ object: JSONObject, _ change: (inout ObjectDraft) -> Void) {
        var draft = ObjectDraft(object, at: path(of: key))
        change(&draft)
        if draft.isChanged { self[key] = .object(draft.members) }
        remarks += draft.remarks
        if obstacle == nil { obstacle = draft.obstacle }
    }

    /// Edits an object further down; nothing is made on the way.
    mutating func edit(path keys: String..., change: (inout ObjectDraft) -> Void) { edit(path: keys[...], change) }

    private mutating func edit(path keys: ArraySlice<String>, _ change: (inout ObjectDraft) -> Void) {
        guard let first = keys.first else { return change(&self) }
        edit(first) { $0.edit(path: keys.dropFirst(), change) }
    }
}
