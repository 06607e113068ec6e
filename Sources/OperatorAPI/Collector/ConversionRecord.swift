public import Document

/// What a collector has in one version of the API and cannot show in the other: the value of the annotation
/// ``CollectorAnnotationKey/conversion``, as JSON.
///
/// A record stands on the resource in the version that lacks something, and brings it back when the resource is converted
/// into the other version. Each change names what it expects to find in its place: if a client changed that, the client's
/// value counts and the change is void.
public struct ConversionRecord: Sendable, Equatable {
    /// The version that the changes belong to: `v1alpha1` or `v1beta1`.
    public var version: String
    public var changes: [Change]
    /// Why `spec.config` of v1alpha1 could not be read, in words without values. The text is then among the changes, and
    /// `spec.config` of v1beta1 is empty.
    public var unreadable: String?
    /// The paths of changes for which the object's annotations had no room. What stood there is lost in that version.
    public var leftOut: [String]
    /// Paths that stood in ``leftOut`` of the record with which a client sent the resource: what it was not shown, its write
    /// removes.
    public var erased: [String]

    /// One place whose value the conversion alone would not give.
    public struct Change: Sendable, Equatable {
        /// From the root of the resource in the version that the record speaks of.
        public var path: JSONPointer
        /// The digest of what the conversion alone gives there; `nil` for nothing.
        public var was: String?
        /// `nil` for nothing.
        public var value: JSONValue?

        public init(path: JSONPointer, was: String?, value: JSONValue?) {
            self.path = path
            self.was = was
            self.value = value
        }
    }

    public static let configPath = JSONPointer(tokens: ["spec", "config"])

    /// In ``leftOut`` and ``erased``: there was no room even for the names of the fields.
    public static let everything = "/spec"

    /// More than the conversion itself has to record.
    public static let greatestChangeCount = 64

    /// Of one path in ``leftOut`` and ``erased``, in bytes.
    private static let greatestPathSize = 256

    public init(
        version: String, changes: [Change] = [], unreadable: String? = nil, leftOut: [String] = [],
        erased: [String] = []
    ) {
        self.version = version
        self.changes = changes
        self.unreadable = unreadable
        self.leftOut = leftOut
        self.erased = erased
    }

    /// Whether the resource loses nothing.
    public var isEmpty: Bool { changes.isEmpty && unreadable == nil && leftOut.isEmpty && erased.isEmpty }

    // MARK: - Text

    /// Whoever writes a resource can write a record, so nothing is taken that would make more work than one of our own: each
    /// value of the resource belongs to one change at most.
    ///
    /// - Returns: `nil` for what this operator would not have written.
    public init?(text: String) {
        guard let json = try? JSONValue(parsing: text), let version = json["version"]?.stringValue else { return nil }
        let entries = json["changes"]?.arrayValue ?? []
        guard entries.count <= Self.greatestChangeCount else { return nil }
        self.version = version
        changes = []
        for entry in entries {
            guard let path = entry["path"]?.stringValue.flatMap({ try? JSONPointer($0) }),
                !changes.contains(where: { $0.path.tokens.starts(with: path.tokens) }),
                !changes.contains(where: { path.tokens.starts(with: $0.path.tokens) })
            else { return nil }
            let change = Change(path: path, was: entry["was"]?.stringValue, value: entry["value"])
            guard let change = change.permitted(in: version) else { continue }
            changes.append(change)
        }
        unreadable = json["unreadable"]?.stringValue
        leftOut = Self.paths(json["leftOut"])
        erased = Self.paths(json["erased"])
    }

    private static func paths(_ list: JSONValue?) -> [String] {
        let paths = (list?.arrayValue ?? []).lazy.compactMap(\.stringValue)
        return Array(
            paths.filter { $0.hasPrefix("/") && $0.utf8.count <= greatestPathSize }.prefix(greatestChangeCount))
    }

    /// The same for records that say the same, in whatever order.
    public var text: String {
        let changes = changes.sorted { $0.path.description < $1.path.description }.map { change -> JSONValue in
            .object(compacting: [
                "path": .string(change.path.description), "was": change.was.map(JSONValue.string),
                "value": change.value?.sortedByKey(),
            ])
        }
        return JSONValue.object(compacting: [
            "version": .string(version),
            "changes": changes.isEmpty ? nil : .array(changes),
            "unreadable": unreadable.map(JSONValue.string),
            "leftOut": leftOut.isEmpty ? nil : .strings(leftOut),
            "erased": erased.isEmpty ? nil : .strings(erased),
        ]).serializedString()
    }

    // MARK: - Trust

    /// The members of the status that a record may bring back: those that the other version has no place for.
    fileprivate static let statusMembers = [
        "v1alpha1": ["messages", "replicas"], "v1beta1": ["conditions", "observedGeneration"],
    ]

    // MARK: - Digests

    /// A digest that two values share when the API server makes no difference between them: the order of members and the
    /// way numbers are written do not count, null and empty objects do.
    public static func digest(of json: JSONValue) -> String {
        var digest = ContentDigest()
        digest.add(text: canonical(json).serializedString())
        return digest.longText
    }

    /// Sorted, with numbers as Go's JSON decoder holds them: integers of 64 bits, doubles otherwise.
    private static func canonical(_ json: JSONValue) -> JSONValue {
        switch json {
        case .object(let object):
            .object(
                JSONObject(
                    members: object.members.map { .init(key: $0.key, value: canonical($0.value)) }
                        .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }))
        case .array(let elements): .array(elements.map(canonical))
        case .number(let number):
            .number(number.intValue.map { JSONNumber($0) } ?? JSONNumber(number.doubleValue) ?? number)
        default: json
        }
    }
}

extension ConversionRecord.Change {
    /// The change as far as a record may ask for it; `nil` when it may not.
    ///
    /// The annotation can be written by everybody who may write the resource, and a write of v1alpha1 is converted after the
    /// API server has put the stored status into it. So a record must not reach what is decided by: of the status, only what
    /// the other version lacks, and of the metadata nothing. Conditions that somebody makes up this way say something wrong
    /// about their own collector until the operator's next status, which follows at once.
    ///
    /// Source: Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions", status subresource.
    fileprivate func permitted(in version: String) -> Self? {
        if path.tokens.first == "spec" { return self }
        guard path.tokens.first == "status", let members = ConversionRecord.statusMembers[version] else { return nil }
        if path.tokens.count > 1 { return members.contains(path.tokens[1]) ? self : nil }
        // The whole of it, where the other version has none.
        guard was == nil else { return nil }
        guard case .object(var status)? = value else { return self }
        for key in status.keys where !members.contains(key) { status[key] = nil }
        var change = self
        change.value = .object(status)
        return change
    }
}

// MARK: - The configuration of a resource in v1beta1

extension ConversionRecord {
    /// Why the configuration that the user wrote as v1alpha1 could not be read, as long as nobody gave another: then
    /// `spec.config` of v1beta1 is empty and means nothing.
    public static func unreadableConfig(
        annotations: [String: String], config: CollectorConfig
    ) -> String? {
        guard let text = annotations[CollectorAnnotationKey.conversion], let record = ConversionRecord(text: text),
            record.version == "v1alpha1", let problem = record.unreadable, config.isEmpty
        else { return nil }
        return problem
    }

    /// Whether the unreadable text stands nowhere any more: the annotations had no room for it.
    public var hasLostText: Bool {
        unreadable != nil && leftOut.contains { $0 == Self.configPath.description || $0 == Self.everything }
    }

    /// Whether the text that the record keeps is still about `config` of v1beta1. What the text says is not looked at.
    ///
    /// An unreadable text stands for any configuration without components: what is added to that (by defaulting, by an
    /// upgrade) is nobody's wish.
    public func keepsText(of config: JSONValue) -> Bool {
        guard version == "v1alpha1", let change = changes.first(where: { $0.path == Self.configPath }) else {
            return false
        }
        if change.was == Self.digest(of: config) { return true }
        return unreadable != nil && (try? CollectorConfig(config).isEmpty) == true
    }

    /// Lets the text that the record of `former` keeps stand for the configuration of `resource`, too.
    ///
    /// For changes that the operator makes on behalf of the text: the defaults of the webhook. Without this, a v1alpha1
    /// client would get its text back without comments and with the defaults in it. `resource` comes back as it is when the
    /// text did not stand for the configuration of `former` either.
    public static func followingDefaults(from former: JSONValue, to resource: JSONValue) -> JSONValue {
        let key = CollectorAnnotationKey.conversion
        guard let text = former[path: "metadata", "annotations", key]?.stringValue,
            resource[path: "metadata", "annotations", key]?.stringValue == text,
            var record = ConversionRecord(text: text),
            let before = former[path: "spec", "config"], record.keepsText(of: before),
            let after = resource[path: "spec", "config"], before != after,
            let index = record.changes.firstIndex(where: { $0.path == configPath })
        else { return resource }
        record.changes[index].was = digest(of: after)
        var annotations = resource[path: "metadata", "annotations"] ?? [:]
        annotations[key] = .string(record.text)
        var metadata = resource["metadata"] ?? [:]
        metadata["annotations"] = annotations
        var result = resource
        result["metadata"] = metadata
        return result
    }
}

extension CollectorConfig {
    /// Whether no component and no pipeline is configured. Telemetry of the collector itself does not count.
    public var isEmpty: Bool {
        [receivers, exporters, processors, connectors, extensions].allSatisfy { $0?.isEmpty ?? true }
            && service.extensions.isEmpty && (service.pipelines?.isEmpty ?? true)
    }
}
