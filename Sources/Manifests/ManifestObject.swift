public import Document
public import KubeModel

/// An object in a document: the document itself, or an item of a list.
public struct ManifestObject: Sendable, Equatable {
    public var apiVersion: String
    public var kind: String
    /// The object as it was written. Items of a typed list may lack the `apiVersion` and `kind` that the list implies.
    public var json: JSONValue

    public init(apiVersion: String, kind: String, json: JSONValue) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.json = json
    }

    public init(_ document: JSONValue) {
        let object = KubeObject(document)
        self.init(apiVersion: object.apiVersion, kind: object.kind, json: document)
    }

    public var object: KubeObject { KubeObject(json) }

    /// The API group; empty for the core group.
    public var group: String {
        apiVersion.firstIndex(of: "/").map { String(apiVersion[..<$0]) } ?? ""
    }

    /// Whether this is of that group and kind, in any version.
    public func isOf(_ type: ResourceType) -> Bool { kind == type.kind && group == type.group }
}

extension ManifestObject {
    /// The objects of a document: those in a `List`, a typed list such as `PodList`, or a list in a list; else itself.
    public static func all(in document: JSONValue) -> [ManifestObject] {
        var result: [ManifestObject] = []
        _ = map(document) { object in
            result.append(object)
            return object.json
        }
        return result
    }

    /// The document with each of its objects replaced. Everything around them stays, and their order.
    public static func map(_ document: JSONValue, _ body: (ManifestObject) -> JSONValue) -> JSONValue {
        map(ManifestObject(document), body)
    }

    private static func map(_ object: ManifestObject, _ body: (ManifestObject) -> JSONValue) -> JSONValue {
        guard object.kind.hasSuffix("List"), let items = object.json["items"]?.arrayValue else { return body(object) }
        let impliedKind = String(object.kind.dropLast("List".count))
        var list = object.json
        list["items"] = .array(
            items.map { item in
                guard item.objectValue != nil else { return item }
                var element = ManifestObject(item)
                if element.kind.isEmpty, !impliedKind.isEmpty {
                    element.kind = impliedKind
                    if element.apiVersion.isEmpty { element.apiVersion = object.apiVersion }
                }
                return map(element, body)
            })
        return list
    }
}
