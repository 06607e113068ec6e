/// Which places and names of ports are taken: a resource may declare thousands, and each is held against all.
struct TakenPorts {
    private var holders: [PortPlace: String] = [:]
    private var names: Set<String> = []

    /// The name of the port that is there.
    func holder(of place: PortPlace) -> String? { holders[place] }

    func contains(_ name: String) -> Bool { names.contains(name) }

    mutating func take(_ place: PortPlace, as name: String) {
        holders[place] = name
        names.insert(name)
    }
}
